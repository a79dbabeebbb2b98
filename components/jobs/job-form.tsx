"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { ContrastPart, ControlPart } from "@/components/jobs/contrast-part";
import { Field, Part } from "@/components/jobs/form-field";
import { CountryPart, type PartProps, ServicePart } from "@/components/jobs/place-parts";
import { PromptRows } from "@/components/jobs/prompt-rows";
import { SimulationPart } from "@/components/jobs/simulation-part";
import { emptyDraft, type SpecDraft, specFrom } from "@/components/jobs/spec-draft";
import { SpecSummary } from "@/components/jobs/spec-summary";
import { refusalOf } from "@/components/refusal";
import { TrpcProvider, useApi } from "@/components/trpc-provider";
import { Button } from "@/components/ui/button";
import { JsonDetails } from "@/components/ui/json-details";
import { ErrorNote } from "@/components/ui/states";
import type { JobSpec } from "@/schemas/job-spec";
import type { Catalog } from "@/server/domain/job/catalog";
import { taskCountOf } from "@/server/domain/job/places";

/** Sends a spec. `key` makes a second press the same job. @throws what the server refuses with. */
export type Submit = (spec: JobSpec, key: string) => Promise<{ readonly jobId: string }>;

type Typed = (field: keyof SpecDraft) => {
  readonly value: string;
  readonly onChange: (event: { currentTarget: { value: string } }) => void;
};

/** What is asked, in which words. */
function QuestionPart({
  draft,
  onChange,
  typed,
}: Pick<PartProps, "draft" | "onChange"> & { typed: Typed }) {
  return (
    <Part title="Question" hint="What the job is called, and what is asked, word for word.">
      <Field label="Title" required minLength={3} maxLength={200} {...typed("title")} />
      <PromptRows prompts={draft.prompts} onChange={(prompts) => onChange({ prompts })} />
      <label className="grid gap-1.5 text-sm font-medium">
        System prompt, the same in every cell
        <textarea
          className="field min-h-20 font-normal"
          maxLength={8_000}
          rows={2}
          {...typed("systemPrompt")}
        />
      </label>
    </Part>
  );
}

/** How often and how each cell is asked, what it may cost and how long it may take. */
function NumberParts({ limits, typed }: { limits: Catalog["limits"]; typed: Typed }) {
  const number = { type: "number", required: true, step: "any" } as const;
  const whole = { type: "number", required: true } as const;
  const amount = { required: true, inputMode: "decimal" } as const;
  return (
    <>
      <Part
        title="Repeats and sampling"
        hint="Fewer than four repeats a cell cannot show a difference."
      >
        <div className="grid gap-4 sm:grid-cols-3">
          <Field label="Repeats a cell" {...whole} min={1} max={50} {...typed("repeats")} />
          <Field label="Temperature" {...number} min={0} max={2} {...typed("temperature")} />
          <Field label="Top p" {...number} min={0.01} max={1} {...typed("topP")} />
          <Field
            label="Longest answer, tokens"
            {...whole}
            min={1}
            max={8_192}
            {...typed("maxOutputTokens")}
          />
          <Field label="Seed base" {...whole} min={0} max={2_147_483_647} {...typed("seedBase")} />
        </div>
      </Part>
      <Part
        title="Budget and deadline"
        hint="Hard caps. What is open when one is reached closes as withdrawn."
      >
        <div className="grid gap-4 sm:grid-cols-3">
          <Field
            label="GLM"
            {...amount}
            hint={`at most ${limits.glm} here`}
            {...typed("budgetGlm")}
          />
          <Field
            label="US dollars"
            {...amount}
            hint={`at most ${limits.usd} here`}
            {...typed("budgetUsd")}
          />
          <Field
            label="Deadline, minutes"
            {...number}
            min={0.5}
            max={1_440}
            {...typed("deadlineMinutes")}
          />
        </div>
      </Part>
    </>
  );
}

/** The form in which a job is composed. It shows what will be sent; whether it may run, the server says. */
export function JobFormFields({ catalog, submit }: { catalog: Catalog; submit: Submit }) {
  const [draft, setDraft] = useState<SpecDraft>(() => emptyDraft());
  const [submissionKey] = useState(() => crypto.randomUUID());
  const sending = useMutation({ mutationFn: (spec: JobSpec) => submit(spec, submissionKey) });
  const change = (fields: Partial<SpecDraft>) => setDraft((known) => ({ ...known, ...fields }));
  const typed: Typed = (field) => ({
    value: String(draft[field]),
    onChange: (event) => change({ [field]: event.currentTarget.value }),
  });
  const spec = specFrom(draft, catalog);
  const part: PartProps = { draft, catalog, onChange: change };
  const refusal = sending.isError ? refusalOf(sending.error) : null;
  const isIdle = !sending.isPending && !sending.isSuccess;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (isIdle) sending.mutate(spec);
  };
  return (
    <form onSubmit={send} className="grid *:min-w-0">
      <QuestionPart {...part} typed={typed} />
      <ServicePart {...part} />
      <CountryPart {...part} />
      <NumberParts limits={catalog.limits} typed={typed} />
      <ContrastPart {...part} />
      <ControlPart {...part} />
      {catalog.simulated && <SimulationPart {...part} />}
      <div className="grid gap-5 border-t border-ink pt-8 *:min-w-0">
        <SpecSummary spec={spec} catalog={catalog} />
        <JsonDetails summary="The exact specification" value={spec} />
        {refusal !== null && (
          <ErrorNote title={refusal.message} code={refusal.code}>
            Nothing has been announced.
          </ErrorNote>
        )}
        <div className="flex flex-wrap items-center gap-4">
          <Button type="submit" tone="primary" disabled={!isIdle || !(taskCountOf(spec) >= 1)}>
            {sending.isPending ? "Announcing…" : "Announce and run"}
          </Button>
          <span className="max-w-[52ch] text-[13px] text-muted">
            The announcement goes into the log before anything runs, and cannot be taken back.
          </span>
        </div>
      </div>
    </form>
  );
}

function Connected({ catalog }: { catalog: Catalog }) {
  const router = useRouter();
  const mutation = useMutation(useApi().jobs.submit.mutationOptions());
  const submit: Submit = async (spec, submissionKey) => {
    const { jobId } = await mutation.mutateAsync({ spec, submissionKey });
    router.push(`/jobs/${jobId}`);
    return { jobId };
  };
  return <JobFormFields catalog={catalog} submit={submit} />;
}

/** The composer, connected to the portal. */
export function JobForm({ catalog }: { catalog: Catalog }) {
  return (
    <TrpcProvider>
      <Connected catalog={catalog} />
    </TrpcProvider>
  );
}
