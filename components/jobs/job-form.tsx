"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { ContrastPart, ControlPart } from "@/components/jobs/contrast-part";
import { Field, Part, Tick } from "@/components/jobs/form-field";
import { PromptRows } from "@/components/jobs/prompt-rows";
import { emptyDraft, type SpecDraft, specFrom, tasksOf } from "@/components/jobs/spec-draft";
import { refusalOf } from "@/components/refusal";
import { TrpcProvider, useApi } from "@/components/trpc-provider";
import { Button } from "@/components/ui/button";
import { counted } from "@/components/ui/count";
import { Country } from "@/components/ui/country";
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

/** Adds to or takes from a list; what stays keeps the catalogue's order. */
const toggled = <T,>(
  all: readonly T[],
  chosen: readonly T[],
  one: T,
  isOn: boolean,
): readonly T[] => all.filter((item) => (item === one ? isOn : chosen.includes(item)));

/** The form in which a job is composed. It shows what will be sent; whether it may run, the server says. */
export function JobFormFields({ catalog, submit }: { catalog: Catalog; submit: Submit }) {
  const [draft, setDraft] = useState<SpecDraft>(() => emptyDraft(catalog.limits));
  const [submissionKey] = useState(() => crypto.randomUUID());
  const sending = useMutation({ mutationFn: (spec: JobSpec) => submit(spec, submissionKey) });
  const change = (part: Partial<SpecDraft>) => setDraft((known) => ({ ...known, ...part }));
  const typed = (field: keyof SpecDraft) => ({
    value: String(draft[field]),
    onChange: (event: { currentTarget: { value: string } }) =>
      change({ [field]: event.currentTarget.value }),
  });
  const spec = specFrom(draft, catalog.services);
  const tasks = tasksOf(spec);
  const refusal = sending.isError ? refusalOf(sending.error) : null;
  const send = (event: FormEvent) => {
    event.preventDefault();
    sending.mutate(spec);
  };
  return (
    <form onSubmit={send} className="grid">
      <Part title="Question" hint="What the job is called, and what is asked, word for word.">
        <Field label="Title" required minLength={3} maxLength={200} {...typed("title")} />
        <PromptRows prompts={draft.prompts} onChange={(prompts) => change({ prompts })} />
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
      <Part title="Services" hint="Who is asked.">
        <div>
          {catalog.services.map(({ id, description, simulated }) => (
            <Tick
              key={id}
              label={<span className="code">{id}</span>}
              checked={draft.services.includes(id)}
              onChange={(event) =>
                change({
                  services: toggled(
                    catalog.services.map((service) => service.id),
                    draft.services,
                    id,
                    event.currentTarget.checked,
                  ),
                })
              }
            >
              {description}
              {simulated && <span className="text-beacon"> Simulated.</span>}
            </Tick>
          ))}
        </div>
      </Part>
      <Part title="Countries" hint="From where. Only countries with a provider are listed.">
        <div className="grid grid-cols-[repeat(auto-fill,minmax(12rem,1fr))] gap-x-4">
          {catalog.countries.map((code) => (
            <Tick
              key={code}
              label={<Country code={code} />}
              checked={draft.countries.includes(code)}
              onChange={(event) => {
                const countries = toggled(
                  catalog.countries,
                  draft.countries,
                  code,
                  event.currentTarget.checked,
                );
                change(
                  draft.baseline !== "" && !countries.includes(draft.baseline)
                    ? { countries, baseline: "" }
                    : { countries },
                );
              }}
            />
          ))}
        </div>
      </Part>
      <Part
        title="Repeats and sampling"
        hint="Fewer than four repeats a cell cannot show a difference."
      >
        <div className="grid gap-4 sm:grid-cols-3">
          <Field
            label="Repeats a cell"
            type="number"
            required
            min={1}
            max={50}
            {...typed("repeats")}
          />
          <Field
            label="Temperature"
            type="number"
            required
            min={0}
            max={2}
            step="any"
            {...typed("temperature")}
          />
          <Field
            label="Top p"
            type="number"
            required
            min={0.01}
            max={1}
            step="any"
            {...typed("topP")}
          />
          <Field
            label="Longest answer, tokens"
            type="number"
            required
            min={1}
            max={8_192}
            {...typed("maxOutputTokens")}
          />
          <Field
            label="Seed base"
            type="number"
            required
            min={0}
            max={2_147_483_647}
            {...typed("seedBase")}
          />
        </div>
      </Part>
      <Part
        title="Budget and deadline"
        hint="Hard caps. What is open when one is reached closes as withdrawn."
      >
        <div className="grid gap-4 sm:grid-cols-3">
          <Field
            label="GLM"
            required
            inputMode="decimal"
            hint={`at most ${catalog.limits.glm} here`}
            {...typed("budgetGlm")}
          />
          <Field
            label="US dollars"
            required
            inputMode="decimal"
            hint={`at most ${catalog.limits.usd} here`}
            {...typed("budgetUsd")}
          />
          <Field
            label="Deadline, minutes"
            type="number"
            required
            min={0.5}
            max={1_440}
            step="any"
            {...typed("deadlineMinutes")}
          />
        </div>
      </Part>
      <ContrastPart draft={draft} onChange={change} />
      <ControlPart draft={draft} onChange={change} />
      <div className="grid gap-5 border-t border-ink pt-8 *:min-w-0">
        <p aria-live="polite" className="font-serif text-2xl">
          {counted(Number.isFinite(tasks) ? tasks : 0, "task")}
          <span className="ms-3 font-sans text-sm text-muted">
            {counted(spec.prompts.length, "prompt")} × {counted(spec.services.length, "service")} ×{" "}
            {counted(spec.countries.length, "country", "countries")} ×{" "}
            {counted(spec.repeats || 0, "repeat")}
          </span>
        </p>
        <JsonDetails summary="The exact specification" value={spec} />
        {refusal !== null && (
          <ErrorNote title={refusal.message} code={refusal.code}>
            Nothing has been announced.
          </ErrorNote>
        )}
        <div className="flex flex-wrap items-center gap-4">
          <Button
            type="submit"
            tone="primary"
            disabled={sending.isPending || sending.isSuccess || tasks < 1}
          >
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
