import type { Anchor } from "@/server/adapters/anchor/anchor";
import type { WithDeadline } from "@/server/adapters/clock/deadline";
import type { AnchorOutcome, AnchorStore, StoredAnchor } from "@/server/adapters/db/anchor-store";
import { type AnchorProgress, isDue, isHopeless } from "@/server/domain/anchor/schedule";
import { equalBytes } from "@/server/domain/bytes";
import { type BeaconError, ERRORS, isBeaconError } from "@/server/domain/errors";

export type UpgradeAnchorsDeps = {
  readonly anchors: Pick<AnchorStore, "pending" | "claim" | "record">;
  readonly anchorServices: readonly Anchor[];
  readonly withDeadline: WithDeadline;
  readonly now: () => Date;
};

/** How long one service may take to answer. */
const ANSWER_TIMEOUT_MS = 30_000;

/**
 * Goes on with every pending anchor whose turn it is: asks for a proof where there is none, and for what
 * a pending proof still lacks. Only services that are configured are asked.
 *
 * Claimed first, asked then, stored at last: a crash in between leaves an anchor that is asked for again
 * after its pause, and of two processes one asks. A service may so be asked twice; one answer is kept.
 *
 * An anchor fails when its service refuses, or after many requests without an answer. One that has a
 * promise fails only when nobody kept it for a long time.
 *
 * @param signal the process stops: what is being asked is given up and asked again later.
 * @returns how many anchors something was learned about.
 */
export async function upgradeAnchors(
  deps: UpgradeAnchorsDeps,
  signal: AbortSignal,
): Promise<number> {
  let learned = 0;
  for (const anchor of await deps.anchors.pending()) {
    if (signal.aborted) break;
    const service = deps.anchorServices.find(
      (each) => each.kind === anchor.kind && each.service === anchor.service,
    );
    if (service === undefined || !isDue(progressOf(anchor), deps.now())) continue;
    const claimed = await deps.anchors.claim(anchor, deps.now());
    if (claimed === null) continue;
    const outcome = await ask(deps, service, claimed, signal);
    if (outcome !== null && (await deps.anchors.record(claimed, outcome))) learned++;
  }
  return learned;
}

const progressOf = ({ proof, ...anchor }: StoredAnchor): AnchorProgress => ({
  ...anchor,
  hasProof: proof !== null,
});

/** @returns null when the process stopped meanwhile. */
async function ask(
  deps: UpgradeAnchorsDeps,
  service: Anchor,
  anchor: StoredAnchor,
  signal: AbortSignal,
): Promise<AnchorOutcome | null> {
  const { digest, proof: before } = anchor;
  try {
    const { status, proof, attestedAt, detail } = await deps.withDeadline(
      ANSWER_TIMEOUT_MS,
      [signal],
      (limited) =>
        before === null
          ? service.request(digest, limited)
          : service.upgrade(before, digest, limited),
    );
    const isNew = before === null || !equalBytes(before, proof);
    return {
      ...(status === "final"
        ? { status: "FINAL", detail }
        : waiting(deps, { ...anchor, proof }, detail)),
      ...(isNew ? { proof: { bytes: proof, attestedAt } } : {}),
    };
  } catch (error) {
    if (!isBeaconError(error)) throw error;
    return signal.aborted ? null : afterFailure(deps, anchor, error);
  }
}

function waiting(
  { now }: Pick<UpgradeAnchorsDeps, "now">,
  anchor: StoredAnchor,
  detail: string,
): AnchorOutcome {
  return isHopeless(progressOf(anchor), now())
    ? { status: "FAILED", detail: `Given up after a long time. ${detail}` }
    : { status: "PENDING", detail };
}

function afterFailure(
  deps: Pick<UpgradeAnchorsDeps, "now">,
  anchor: StoredAnchor,
  { code, message }: BeaconError,
): AnchorOutcome {
  const detail = `${code}: ${message}.`;
  const isRefused = anchor.proof === null && !ERRORS[code].retryable;
  return isRefused ? { status: "FAILED", detail } : waiting(deps, anchor, detail);
}
