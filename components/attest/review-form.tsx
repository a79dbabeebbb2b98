import type { FormEvent } from "react";
import { REASON_WORDS, VERDICT_WORDS } from "@/components/attest/attest-words";
import { focusWhenShown, Group, Lines, RadioCard } from "@/components/attest/form-parts";
import {
  chosenReasons,
  type DraftField,
  type DraftProblem,
  MAX_INTEREST,
  MAX_STATEMENT,
  type ReviewDraft,
} from "@/components/attest/review-draft";
import { Tick } from "@/components/jobs/form-field";
import { Button } from "@/components/ui/button";
import { AttestationVerdict } from "@/schemas/attestation";
import { REASONS_OF } from "@/server/domain/attest/reasons";

const REASONS_ASKED: Readonly<Record<AttestationVerdict, string>> = {
  confirm: "What you did",
  contest: "What is wrong",
  inconclusive: "What was missing",
};

type Parts = {
  readonly draft: ReviewDraft;
  readonly onChange: (changes: Partial<ReviewDraft>) => void;
  readonly problemOf: (field: DraftField) => string | undefined;
};

function Verdict({
  draft,
  onChange,
  problemOf,
  whyNotConfirm,
}: Parts & { whyNotConfirm: string | null }) {
  return (
    <Group title="Your verdict" problem={problemOf("verdict")}>
      {AttestationVerdict.options.map((verdict) => {
        const isClosed = verdict === "confirm" && whyNotConfirm !== null;
        return (
          <RadioCard
            key={verdict}
            name="verdict"
            title={VERDICT_WORDS[verdict].name}
            checked={draft.verdict === verdict}
            disabled={isClosed && draft.verdict !== verdict}
            onChange={() => onChange({ verdict })}
          >
            {VERDICT_WORDS[verdict].says}
            {isClosed && <span className="block text-beacon">{whyNotConfirm}</span>}
          </RadioCard>
        );
      })}
    </Group>
  );
}

function Reasons({ draft, onChange, problemOf }: Parts) {
  const { verdict, reasons } = draft;
  if (verdict === null) return null;
  const toggle = (reason: (typeof reasons)[number]) =>
    onChange({
      reasons: reasons.includes(reason)
        ? reasons.filter((one) => one !== reason)
        : [...reasons, reason],
    });
  return (
    <Group title={REASONS_ASKED[verdict]} hint="At least one." problem={problemOf("reasons")}>
      <div>
        {REASONS_OF[verdict].map((reason) => (
          <Tick
            key={reason}
            label={REASON_WORDS[reason].name}
            checked={chosenReasons(draft).includes(reason)}
            onChange={() => toggle(reason)}
          >
            {REASON_WORDS[reason].says}
          </Tick>
        ))}
      </div>
    </Group>
  );
}

function Interest({ draft, onChange, problemOf }: Parts) {
  return (
    <Group
      title="Declared interest"
      hint="Readers weigh a judgement by who gives it. Parties are the services that were asked, whoever runs this portal, and who is spoken of in the questions."
      problem={problemOf("interest")}
    >
      <RadioCard
        name="tied"
        title="Nothing ties me"
        checked={draft.isTied === false}
        onChange={() => onChange({ isTied: false })}
      >
        No employment, payment, contract or close relation with a party.
      </RadioCard>
      <RadioCard
        name="tied"
        title="Something ties me"
        checked={draft.isTied === true}
        onChange={() => onChange({ isTied: true })}
      >
        It is said in the report, and does not keep it from counting.
      </RadioCard>
      {draft.isTied === true && (
        <Lines
          label="What ties you"
          hint="Public, and signed."
          value={draft.interest}
          limit={MAX_INTEREST}
          rows={2}
          onChange={(interest) => onChange({ interest })}
        />
      )}
    </Group>
  );
}

/** Verdict, reasons, statement and interest. What is wrong with them is said at the field, and in one list. */
export function ReviewForm({
  draft,
  problems,
  attempt,
  whyNotConfirm,
  onChange,
  onNext,
}: {
  draft: ReviewDraft;
  /** Empty until somebody tried to go on. */
  problems: readonly DraftProblem[];
  /** How often somebody tried to go on: each time, what is wrong is said anew. */
  attempt: number;
  whyNotConfirm: string | null;
  onChange: Parts["onChange"];
  onNext: () => void;
}) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onNext();
  };
  const parts: Parts = {
    draft,
    onChange,
    problemOf: (field) => problems.find((problem) => problem.field === field)?.sentence,
  };
  return (
    <form onSubmit={submit} noValidate className="grid gap-7">
      <Verdict {...parts} whyNotConfirm={whyNotConfirm} />
      <Reasons {...parts} />
      <Lines
        label="Statement"
        hint="In your own words, in whatever language: what you looked at, and what a reader should know. May stay empty."
        value={draft.statement}
        limit={MAX_STATEMENT}
        rows={7}
        onChange={(statement) => onChange({ statement })}
      />
      <Interest {...parts} />
      {problems.length > 0 && (
        <div
          key={attempt}
          role="alert"
          tabIndex={-1}
          ref={focusWhenShown}
          className="rounded-lg border border-bad bg-bad-soft px-5 py-4 text-bad"
        >
          <p className="font-semibold">It cannot be signed yet.</p>
          <ul className="mt-1 list-disc ps-5 text-sm">
            {problems.map(({ sentence }) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </div>
      )}
      <div>
        <Button type="submit" tone="primary">
          Show what will be signed
        </Button>
      </div>
    </form>
  );
}
