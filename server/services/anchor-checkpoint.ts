import type { Anchor } from "@/server/adapters/anchor/anchor";
import type { AnchorStore } from "@/server/adapters/db/anchor-store";
import type { LogStore } from "@/server/adapters/db/log-store";
import { anchorIdOf } from "@/server/domain/anchor/anchor-id";
import { stampedDigest } from "@/server/domain/anchor/stamped-digest";
import { parseNote } from "@/server/domain/log/note";

export type AnchorCheckpointDeps = {
  readonly log: Pick<LogStore, "published">;
  readonly anchors: Pick<AnchorStore, "createOnce" | "largest">;
  /** Who may be asked; empty: nobody, and nothing is laid down. */
  readonly anchorServices: readonly Pick<Anchor, "kind" | "service">[];
  /** How long a service is left alone after it was asked about one size. */
  readonly anchorIntervalMs: number;
  readonly now: () => Date;
};

/**
 * Lays down an anchor over the published checkpoint for each service whose turn it is: nothing younger
 * than the interval, and nothing of this size, was laid down for it before. Asking is another matter:
 * `upgradeAnchors` does it, so that nobody is asked about what is not stored.
 *
 * Safe to repeat: kind, service and size make an anchor what it is.
 *
 * @param isForced whether the interval does not matter.
 * @returns how many were laid down.
 */
export async function anchorCheckpoint(
  deps: AnchorCheckpointDeps,
  { isForced }: { readonly isForced: boolean },
): Promise<number> {
  const published = deps.anchorServices.length === 0 ? null : await deps.log.published();
  if (published === null) return 0;
  const { size, note } = published;
  const digest = stampedDigest(parseNote(note).text);
  let laidDown = 0;
  for (const { kind, service } of deps.anchorServices) {
    const last = await deps.anchors.largest({ kind, service });
    const requestedAt = deps.now();
    const isRested =
      last === null ||
      isForced ||
      requestedAt.getTime() - last.requestedAt.getTime() >= deps.anchorIntervalMs;
    if (!isRested || (last?.size ?? 0) >= size) continue;
    const id = anchorIdOf({ kind, service, size });
    if (await deps.anchors.createOnce({ id, kind, service, size, digest, requestedAt })) laidDown++;
  }
  return laidDown;
}
