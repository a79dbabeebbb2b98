"use client";
import { type FormEvent, useState } from "react";
import { AnnounceNotes, type Submit, useAnnounce } from "@/components/composer/announce";
import { goToPlace } from "@/components/composer/composer-url";
import type { DraftKeeper } from "@/components/composer/draft-keeper";
import { DraftList, type DraftListPorts } from "@/components/composer/draft-list";
import type { ComposerPlace } from "@/components/composer/place";
import { AsideNote, ConflictNote, SaveLine, UnopenedNote } from "@/components/composer/save-line";
import { SpecAside } from "@/components/composer/spec-aside";
import { SpecJson } from "@/components/composer/spec-json";
import { StartFrom } from "@/components/composer/start-from";
import { StepBody } from "@/components/composer/step-body";
import { StepLink, StepList } from "@/components/composer/step-list";
import { neighboursOf, STEPS, stepOf, stepState } from "@/components/composer/steps";
import { STEP_TITLE, type Target, useComposition } from "@/components/composer/use-composition";
import { Button } from "@/components/ui/button";
import { ComposerStep, type DraftRow } from "@/schemas/draft";
import type { JobSpec } from "@/schemas/job-spec";
import type { ServiceUsage } from "@/schemas/usage";
import { draftFromSpec } from "@/server/domain/draft/draft-from-spec";
import { newDraft } from "@/server/domain/draft/empty-draft";
import type { Catalog } from "@/server/domain/job/catalog";

export type ComposerFormProps = {
  catalog: Catalog;
  usage: readonly ServiceUsage[];
  keeper: DraftKeeper;
  /** Where the server saw that one is. */
  initial: ComposerPlace;
  drafts: readonly DraftRow[];
  ports: DraftListPorts;
  submit: Submit;
  onAnnounced: (jobId: string) => void;
  newKey: () => string;
  /** What had to be changed in what is taken over here; empty: nothing, or nothing was. */
  notes: readonly string[];
};

/** Whatever is taken over has been through all steps: what is wrong in them is said at once. */
const WALKED = ComposerStep.options.filter((step) => step !== "review");

function TakenNotes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <div role="status" className="border-s-4 border-beacon ps-4 text-sm">
      <p className="font-semibold text-beacon">Not everything could be taken over as it was.</p>
      <ul className="mt-1 grid gap-0.5">
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </div>
  );
}

/** One step after the other, or in whatever order. */
function StepFoot({
  place,
  isBusy,
  isSending,
  isUndecided,
  onGo,
}: {
  place: ComposerPlace;
  isBusy: boolean;
  isSending: boolean;
  isUndecided: boolean;
  onGo: (target: Target) => void;
}) {
  const { before, after } = neighboursOf(place.step);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-3 border-t border-line pt-5">
      {after !== null ? (
        <Button type="submit" tone="primary">
          Next: {stepOf(after).title}
        </Button>
      ) : (
        <>
          <Button type="submit" tone="primary" disabled={isBusy || isUndecided}>
            {isSending ? "Announcing…" : "Announce and run"}
          </Button>
          <span className="max-w-[52ch] text-[13px] text-muted">
            {isUndecided
              ? "Decide first which version of the draft it is."
              : "The announcement goes into the log before anything runs, and cannot be taken back."}
          </span>
        </>
      )}
      {before !== null && (
        <StepLink
          place={{ ...place, step: before }}
          onGo={(step) => onGo({ step })}
          className="link inline-flex min-h-11 items-center text-sm"
        >
          Back: {stepOf(before).title}
        </StepLink>
      )}
    </div>
  );
}

/** The composer: a job in seven steps, with what it comes to beside it. Whether it may run, the server says. */
export function ComposerForm(props: ComposerFormProps) {
  const { catalog, usage, keeper, initial, submit, onAnnounced, newKey } = props;
  const [notes, setNotes] = useState(props.notes);
  const composition = useComposition(keeper, catalog, initial);
  const { state, place, draft, spec, problems, seen, goTo } = composition;
  const announcing = useAnnounce(submit, keeper, composition, onAnnounced);
  const said = announcing.problem === null ? problems : [...problems, announcing.problem];
  const wrong = (field: string) =>
    said.find((problem) => problem.field === field && composition.isSaid(problem.step, field))
      ?.message;
  const { after } = neighboursOf(place.step);
  const isUndecided = state.keeping.kind === "conflict";
  const at = STEPS.findIndex(({ step }) => step === place.step);

  const announce = () => {
    composition.markSeen(ComposerStep.options);
    if (problems.length > 0) goTo({ step: "review", field: "spec" });
    else if (!announcing.isBusy && !isUndecided) announcing.send(state.body.submissionKey);
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (after === null) announce();
    else goTo({ step: after });
  };
  const take = (taken: JobSpec) => {
    const from = draftFromSpec(taken, catalog);
    setNotes(from.notes);
    announcing.reset();
    keeper.begin(newDraft(newKey(), from.spec, WALKED));
  };
  const keepAsNew = () => {
    const { id } = state;
    announcing.reset();
    keeper.keepMine();
    void props.ports.remove(id).catch(() => undefined);
  };
  const discard = async () => {
    await keeper.discard();
    goToPlace({ step: "questions", draft: null }, true);
  };
  return (
    <div className="grid gap-6 *:min-w-0">
      <div className="grid *:min-w-0">
        <DraftList
          initial={props.drafts}
          ports={props.ports}
          current={state.id}
          onOpen={(draftId) => goToPlace({ step: place.step, draft: draftId })}
          onResume={keeper.resume}
          onDiscardCurrent={discard}
        />
        <StartFrom catalog={catalog} onTake={take} />
      </div>
      <SaveLine keeping={state.keeping} id={state.id} />
      <ConflictNote keeping={state.keeping} keeper={keeper} />
      <AsideNote aside={state.aside} keeper={keeper} />
      <UnopenedNote unopened={state.unopened} />
      <TakenNotes notes={notes} />
      <StepList
        place={place}
        stateOf={(step) => stepState(step, seen, said)}
        onGo={(step) => goTo({ step })}
      />
      <div className="grid gap-x-12 gap-y-8 *:min-w-0 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <form
          noValidate
          onSubmit={send}
          onBlur={({ target }) => composition.touch(target.id)}
          aria-labelledby={STEP_TITLE}
          className="grid content-start gap-6 *:min-w-0"
        >
          <header>
            <p className="eyebrow">
              Step {at + 1} of {STEPS.length}
            </p>
            <h2 id={STEP_TITLE} tabIndex={-1} className="mt-1 outline-none">
              {stepOf(place.step).title}
            </h2>
            <p className="mt-1 text-[13px] text-muted">{stepOf(place.step).hint}</p>
          </header>
          <StepBody
            place={place}
            draft={draft}
            catalog={catalog}
            spec={spec}
            usage={usage}
            problems={said}
            wrong={wrong}
            onChange={composition.change}
            onGo={goTo}
          />
          <AnnounceNotes announcing={announcing} onGo={goTo} onKeep={keepAsNew} />
          <StepFoot place={place} {...announcing} isUndecided={isUndecided} onGo={goTo} />
        </form>
        <aside
          aria-label="What this comes to"
          className="content-start border-t border-ink pt-5 lg:sticky lg:top-6 lg:self-start"
        >
          <SpecAside spec={spec} catalog={catalog} />
        </aside>
      </div>
      <SpecJson spec={spec} isValid={problems.length === 0} />
    </div>
  );
}
