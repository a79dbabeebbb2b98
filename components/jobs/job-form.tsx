"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { ContrastPart, ControlPart } from "@/components/jobs/contrast-part";
import { Field, Part } from "@/components/jobs/form-field";
import { CountryPart, type PartProps, ServicePart } from "@/components/jobs/place-parts";
import { PromptRows } from "@/components/jobs/prompt-rows";
import { emptyDraft, type SpecDraft, specFrom, tasksOf } from "@/components/jobs/spec-draft";
import { refusalOf } from "@/components/refusal";
import { TrpcProvider, useApi } from "@/components/trpc-provider";
import { Button } from "@/components/ui/button";
import { counted } from "@/components/ui/count";
import { JsonDetails } from "@/components/ui/json-details";
import { ErrorNote } from "@/components/ui/states";
import type { CountryCode } from "@/schemas/country";
import type { JobSpec, ServiceRef } from "@/schemas/job-spec";

/** What a job may ask for here. */
export type Catalog = {
  readonly services: readonly (ServiceRef & {
    readonly description: string;
    readonly simulated: boolean;
  })[];
  readonly countries: readonly CountryCode[];
  readonly limits: { readonly glm: string; readonly usd: string };
};

/** Sends a spec. `key` makes a second press the same job. @throws what the server refuses with. */
export type Submit = (spec: JobSpec, key: string) => Promise<{ readonly jobId: string }>;

type Typed = (field: keyof SpecDraft) => {
  readonly value: string;
  readonly onChange: (event: { currentTarget: { value: string } }) => void;
};

/** What is asked, in which words. */
function QuestionPart({ draft, onChange, typed }: PartProps & { typed: Typed }) {
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

/** How much it is, and the whole document before it is sent. */
function Summary({ spec }: { spec: JobSpec }) {
  const tasks = tasksOf(spec);
  return (
    <>
      <p aria-live="polite" className="font-serif text-2xl">
        {counted(Number.isFinite(tasks) ? tasks : 0, "task")}
        <span className="ms-3 font-sans text-sm text-muted">
          {counted(spec.prompts.length, "prompt")} × {counted(spec.services.length, "service")} ×{" "}
          {counted(spec.countries.length, "country", "countries")} ×{" "}
          {counted(spec.repeats || 0, "repeat")}
        </span>
      </p>
      <JsonDetails summary="The exact specification" value={spec} />
    </>
  );
}

/** The form in which a job is composed. It shows what will be sent; whether it may run, the server says. */
export function JobFormFields({ catalog, submit }: { catalog: Catalog; submit: Submit }) {
  const [draft, setDraft] = useState<SpecDraft>(() => emptyDraft());
  const [submissionKey] = useState(() => crypto.randomUUID());
  const sending = useMutation({ mutationFn: (spec: JobSpec) => submit(spec, submissionKey) });
  const change = (part: Partial<SpecDraft>) => setDraft((known) => ({ ...known, ...part }));
  const typed: Typed = (field) => ({
    value: String(draft[field]),
    onChange: (event) => change({ [field]: event.currentTarget.value }),
  });
  const spec = specFrom(draft, catalog.services);
  const refusal = sending.isError ? refusalOf(sending.error) : null;
  const isIdle = !sending.isPending && !sending.isSuccess;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (isIdle) sending.mutate(spec);
  };
  return (
    <form onSubmit={send} className="grid *:min-w-0">
      <QuestionPart draft={draft} onChange={change} typed={typed} />
      <ServicePart draft={draft} onChange={change} services={catalog.services} />
      <CountryPart draft={draft} onChange={change} countries={catalog.countries} />
      <NumberParts limits={catalog.limits} typed={typed} />
      <ContrastPart draft={draft} onChange={change} />
      <ControlPart draft={draft} onChange={change} />
      <div className="grid gap-5 border-t border-ink pt-8 *:min-w-0">
        <Summary spec={spec} />
        {refusal !== null && (
          <ErrorNote title={refusal.message} code={refusal.code}>
            Nothing has been announced.
          </ErrorNote>
        )}
        <div className="flex flex-wrap items-center gap-4">
          <Button type="submit" tone="primary" disabled={!isIdle || !(tasksOf(spec) >= 1)}>
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
