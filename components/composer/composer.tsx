"use client";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { ComposerForm } from "@/components/composer/composer-form";
import { createDraftKeeper } from "@/components/composer/draft-keeper";
import { keptCopies } from "@/components/composer/kept-copies";
import { newKey } from "@/components/composer/new-key";
import type { ComposerPlace } from "@/components/composer/place";
import { createApiClient } from "@/components/trpc-client";
import { TrpcProvider } from "@/components/trpc-provider";
import type { DraftRow, DraftView } from "@/schemas/draft";
import type { JobSpec } from "@/schemas/job-spec";
import type { ServiceUsage } from "@/schemas/usage";
import { draftFromSpec } from "@/server/domain/draft/draft-from-spec";
import { newDraft } from "@/server/domain/draft/empty-draft";
import type { Catalog } from "@/server/domain/job/catalog";

export type ComposerProps = {
  catalog: Catalog;
  usage: readonly ServiceUsage[];
  accountId: string;
  initial: ComposerPlace;
  drafts: readonly DraftRow[];
  /** The draft that the address names, where the portal has it. */
  draft: DraftView | null;
  /** The job that a new one is composed from. */
  from: JobSpec | null;
};

/** Some browsers forbid even to look. */
function storageOf(name: "localStorage" | "sessionStorage"): Storage | null {
  try {
    return typeof window === "undefined" ? null : window[name];
  } catch {
    return null;
  }
}

/** All that the composer works with, made once for a page. */
function openComposer({ accountId, catalog, draft, from }: ComposerProps) {
  const client = createApiClient();
  const copies = keptCopies(
    accountId,
    storageOf("localStorage"),
    storageOf("sessionStorage"),
    newKey,
  );
  const taken = from === null ? null : draftFromSpec(from, catalog);
  const body = draft?.body ?? null;
  return {
    client,
    copies,
    notes: taken?.notes ?? [],
    keeper: createDraftKeeper({
      accountId,
      copies,
      newKey,
      portal: {
        save: (input) => client.drafts.save.mutate(input),
        byId: (id) => client.drafts.byId.query({ id }),
        remove: (id) => client.drafts.remove.mutate({ id }),
      },
      first:
        body === null || draft === null
          ? { body: newDraft(newKey(), taken?.spec), version: 0, at: null }
          : { body, version: draft.version, at: draft.updatedAt },
    }),
  };
}

function Connected(props: ComposerProps) {
  const router = useRouter();
  const [{ client, copies, keeper, notes }] = useState(() => openComposer(props));
  const isTakenOver = props.from !== null && props.draft === null;
  // What was taken over is a draft at once: announcing it, reloading and announcing again is then one job.
  useEffect(() => {
    if (isTakenOver) keeper.change((body) => ({ ...body }));
  }, [isTakenOver, keeper]);
  return (
    <ComposerForm
      catalog={props.catalog}
      usage={props.usage}
      keeper={keeper}
      initial={props.initial}
      drafts={props.drafts}
      ports={{
        list: () => client.drafts.list.query(),
        remove: (id) => client.drafts.remove.mutate({ id }),
        copies,
      }}
      submit={(spec, submissionKey) => client.jobs.submit.mutate({ spec, submissionKey })}
      onAnnounced={(jobId) => router.push(`/jobs/${jobId}`)}
      newKey={newKey}
      notes={notes}
    />
  );
}

/** The composer, connected to the portal and to this browser. */
export function Composer(props: ComposerProps) {
  return (
    <TrpcProvider>
      <Connected {...props} />
    </TrpcProvider>
  );
}
