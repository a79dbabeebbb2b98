import type { AnchorId } from "@/schemas/anchor";
import type { Digest } from "@/schemas/primitives";
import type { AnchorPage, AnchorView } from "@/schemas/snapshot";
import type { Anchor } from "@/server/adapters/anchor/anchor";
import type { AnchorStore, StoredAnchor } from "@/server/adapters/db/anchor-store";
import { judgeTimestamp } from "@/server/domain/anchor/judge-timestamp";
import { timeStampReply } from "@/server/domain/anchor/time-stamp-reply";
import { hex } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { instantOf } from "@/server/domain/time";

export type ShowAnchorsDeps = {
  readonly anchors: Pick<AnchorStore, "list" | "byId" | "checkpoint">;
  readonly anchorServices: readonly Pick<Anchor, "kind" | "service">[];
  readonly now: () => Date;
};

/** Anchors, those of the largest checkpoints first; the cursor is the id of the last one shown. */
export async function listAnchors(
  deps: ShowAnchorsDeps,
  page: { readonly cursor: AnchorId | null; readonly limit: number },
): Promise<AnchorPage> {
  const anchors = await deps.anchors.list(page.cursor, page.limit);
  const last = anchors.length === page.limit ? anchors.at(-1) : undefined;
  return {
    at: instantOf(deps.now()),
    services: deps.anchorServices.map(({ kind, service }) => ({ kind, service })),
    items: anchors.map(viewOf),
    nextCursor: last?.id ?? null,
  };
}

/** A proof as a file that others' tools read. */
export type AnchorFile = {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly fileName: string;
};

/**
 * An anchor's proof: a time-stamp token in the answer that it came in (`.tsr`, RFC 3161, section 3.4), or
 * an OpenTimestamps file (`.ots`).
 *
 * @throws BeaconError ANCHOR_NOT_FOUND, ANCHOR_UNAVAILABLE while there is no proof yet.
 */
export async function showAnchorProof(
  deps: Pick<ShowAnchorsDeps, "anchors">,
  id: AnchorId,
): Promise<AnchorFile> {
  const { kind, size, proof } = await mustHave(deps, id);
  if (proof === null)
    throw new BeaconError("ANCHOR_UNAVAILABLE", `There is no proof for anchor ${id} yet.`);
  return kind === "rfc3161"
    ? {
        bytes: timeStampReply(proof),
        contentType: "application/timestamp-reply",
        fileName: `checkpoint-${size}.tsr`,
      }
    : {
        bytes: proof,
        contentType: "application/vnd.opentimestamps.v1",
        fileName: `checkpoint-${size}.ots`,
      };
}

/**
 * The checkpoint that an anchor is about, as it was published. What was stamped is its text: everything
 * above the blank line.
 *
 * @throws BeaconError ANCHOR_NOT_FOUND
 */
export async function showAnchoredCheckpoint(
  deps: Pick<ShowAnchorsDeps, "anchors">,
  id: AnchorId,
): Promise<{ readonly note: string; readonly fileName: string }> {
  const { size } = await mustHave(deps, id);
  const note = await deps.anchors.checkpoint(size);
  if (note === null) throw new Error(`the published checkpoint of size ${size} is gone`);
  return { note, fileName: `checkpoint-${size}.txt` };
}

async function mustHave(
  { anchors }: Pick<ShowAnchorsDeps, "anchors">,
  id: AnchorId,
): Promise<StoredAnchor> {
  const anchor = await anchors.byId(id);
  if (anchor === null) throw new BeaconError("ANCHOR_NOT_FOUND", `There is no anchor ${id}.`);
  return anchor;
}

function viewOf(anchor: StoredAnchor): AnchorView {
  const { id, kind, service, size, digest, status, proof, attestedAt, checkedAt } = anchor;
  return {
    id,
    kind,
    service,
    size,
    digest: `sha256:${hex(digest)}` as Digest,
    status,
    requestedAt: instantOf(anchor.requestedAt),
    checkedAt: checkedAt === null ? null : instantOf(checkedAt),
    attestedAt: attestedAt === null ? null : instantOf(attestedAt),
    detail: anchor.detail,
    block: blockOf(anchor),
    proofUrl: proof === null ? null : `/tlog/anchors/${id}`,
    checkpointUrl: `/tlog/anchors/${id}/checkpoint`,
  };
}

/** The first block that a final `.ots` file leads to. Stored proofs were read before they were stored. */
function blockOf({ kind, status, proof, digest }: StoredAnchor): AnchorView["block"] {
  if (kind !== "opentimestamps" || status !== "FINAL" || proof === null) return null;
  const [block] = judgeTimestamp(proof, digest).blocks;
  return block === undefined ? null : { height: block.height, merkleRoot: block.merkleRoot };
}
