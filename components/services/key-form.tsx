"use client";
import { type FormEvent, useState } from "react";
import { type Refusal, refusalOf } from "@/components/refusal";
import { Button } from "@/components/ui/button";
import { ErrorNote } from "@/components/ui/states";
import type { ServiceView } from "@/schemas/service";

/** Stores a key, or with null forgets it. @throws what the server refuses with. */
export type SaveKey = (key: string | null) => Promise<unknown>;

/**
 * Takes a service's key and never shows one. The key stands in the input alone, which is emptied as soon
 * as it is sent: no state and no cache of the page ever holds it.
 */
export function KeyForm({ service, save }: { service: ServiceView; save: SaveKey }) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const act = async (key: string | null) => {
    setBusy(true);
    setRefusal(null);
    try {
      await save(key);
    } catch (error) {
      setRefusal(refusalOf(error));
    }
    setBusy(false);
  };
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const key = String(new FormData(form).get("key") ?? "").trim();
    form.reset();
    if (!busy && key !== "") void act(key);
  };
  return (
    <form
      onSubmit={send}
      method="post"
      className="grid gap-3"
      aria-label={`Key of ${service.name}`}
    >
      <div className="flex flex-wrap items-end gap-2">
        <label className="grid min-w-0 flex-1 basis-64 gap-1.5 text-sm font-medium">
          {service.has_key ? "Another key in its place" : "Key"}
          <input
            className="field font-normal"
            name="key"
            type="password"
            autoComplete="off"
            spellCheck={false}
            required
            maxLength={500}
            disabled={busy}
          />
        </label>
        <Button type="submit" tone="primary" disabled={busy}>
          {busy ? "Storing…" : "Store the key"}
        </Button>
        {service.has_key && (
          <Button tone="danger" disabled={busy} onClick={() => void act(null)}>
            Forget the key
          </Button>
        )}
      </div>
      {refusal !== null && (
        <ErrorNote title={refusal.message} code={refusal.code}>
          Nothing was stored; enter the key again.
        </ErrorNote>
      )}
    </form>
  );
}
