"use client";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Choice, Field, Part } from "@/components/jobs/form-field";
import { refusalOf } from "@/components/refusal";
import { ModelRows } from "@/components/services/model-rows";
import {
  draftOf,
  type ServiceDraft,
  settingsFrom,
  withDialect,
} from "@/components/services/service-draft";
import { Button } from "@/components/ui/button";
import { ErrorNote } from "@/components/ui/states";
import type { ServiceSettings, ServiceView } from "@/schemas/service";

/** Stores settings. @throws what the server refuses with. */
export type SaveService = (settings: ServiceSettings) => Promise<unknown>;

type Typed = (field: "id" | "name" | "baseUrl" | "perMinute" | "concurrency") => {
  readonly value: string;
  readonly onChange: (event: { currentTarget: { value: string } }) => void;
};

const DIALECTS = [
  ["openai", "OpenAI"],
  ["anthropic", "Anthropic"],
  ["google", "Google"],
  ["openai-compatible", "compatible with OpenAI"],
] as const;
const DOORS = [
  ["exit", "through providers’ exits"],
  ["home", "from this machine only"],
] as const;

type DraftProps = {
  readonly draft: ServiceDraft;
  readonly onChange: (draft: ServiceDraft) => void;
  readonly typed: Typed;
};

/** What it is called, where it is and how it speaks. */
function PlacePart({ draft, onChange, typed, isNew }: DraftProps & { isNew: boolean }) {
  return (
    <Part title="Service" hint="What it is called, and where it is reached.">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label="Name in job specs"
          required
          pattern="[a-z0-9]([a-z0-9\-]{0,62}[a-z0-9])?"
          title="Small letters, digits and hyphens"
          readOnly={!isNew}
          {...typed("id")}
        />
        <Field label="Name for people" required maxLength={100} {...typed("name")} />
        <Choice
          label="Dialect"
          value={draft.dialect}
          options={DIALECTS}
          onChange={(dialect) => onChange(withDialect(draft, dialect))}
        />
        <Choice
          label="Asked"
          value={draft.door}
          options={DOORS}
          onChange={(door) => onChange({ ...draft, door })}
        />
      </div>
      <Field
        label="Base URL"
        required
        maxLength={300}
        inputMode="url"
        hint="Without a slash at its end. When it, the dialect or the way it is asked changes, the key has to be entered again."
        {...typed("baseUrl")}
      />
    </Part>
  );
}

/** The form in which a service is laid down or changed. Its key is no part of it. */
export function ServiceForm({
  service,
  save,
  onDone,
}: {
  /** Null: a new one. */
  service: ServiceView | null;
  save: SaveService;
  onDone: () => void;
}) {
  const [draft, setDraft] = useState(() => draftOf(service));
  const saving = useMutation({
    mutationFn: (settings: ServiceSettings) => save(settings),
    onSuccess: onDone,
  });
  const typed: Typed = (field) => ({
    value: draft[field],
    onChange: (event) => {
      const { value } = event.currentTarget;
      setDraft((known) => ({ ...known, [field]: value }));
    },
  });
  const refusal = saving.isError ? refusalOf(saving.error) : null;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!saving.isPending) saving.mutate(settingsFrom(draft));
  };
  const whole = { type: "number", required: true, min: 1 } as const;
  return (
    <form
      onSubmit={send}
      className="grid *:min-w-0"
      aria-label={service === null ? "A new service" : `Settings of ${service.name}`}
    >
      <PlacePart draft={draft} onChange={setDraft} typed={typed} isNew={service === null} />
      <Part title="Limits" hint="For all workers together. What the vendor allows your account.">
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Requests a minute" max={60_000} {...whole} {...typed("perMinute")} />
          <Field label="Requests at a time" max={200} {...whole} {...typed("concurrency")} />
        </div>
      </Part>
      <Part title="Models" hint="What jobs may ask for. Without a price, Beacon’s table is asked.">
        <ModelRows
          models={draft.models}
          onChange={(models) => setDraft((known) => ({ ...known, models }))}
        />
      </Part>
      {refusal !== null && <ErrorNote title={refusal.message} code={refusal.code} />}
      <div className="flex flex-wrap gap-2 border-t border-line pt-5">
        <Button type="submit" tone="primary" disabled={saving.isPending}>
          {saving.isPending ? "Saving…" : "Save"}
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}
