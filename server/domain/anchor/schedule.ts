/** What is known of an anchor's past when it is decided whether to go on with it. */
export type AnchorProgress = {
  /** Whether there is a promise or a token already. */
  readonly hasProof: boolean;
  /** How often the service was asked since the anchor, or its proof, came to be. */
  readonly tries: number;
  readonly requestedAt: Date;
  readonly checkedAt: Date | null;
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Between two requests that got no answer: 1, 2, 4 … minutes, six hours at most. */
const FIRST_PAUSE_MS = MINUTE_MS;
const LONGEST_PAUSE_MS = 6 * HOUR_MS;
/** With those pauses, the last of so many requests is made about a day after the first. */
const MAX_REQUESTS = 12;
/** A calendar's commitment stands in a block after some hours. */
const UPGRADE_EVERY_MS = HOUR_MS;
/** A promise that nobody kept for so long is given up; the file stays, and can be upgraded by others. */
const PATIENCE_MS = 90 * DAY_MS;

/** Whether a pending anchor's service may be asked (again) at `now`. */
export function isDue({ hasProof, tries, checkedAt }: AnchorProgress, now: Date): boolean {
  if (checkedAt === null) return true;
  const pauseMs = hasProof
    ? UPGRADE_EVERY_MS
    : Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, tries - 1), LONGEST_PAUSE_MS);
  return now.getTime() - checkedAt.getTime() >= pauseMs;
}

/** Whether a pending anchor has had its chances by `now`. */
export const isHopeless = ({ hasProof, tries, requestedAt }: AnchorProgress, now: Date): boolean =>
  hasProof ? now.getTime() - requestedAt.getTime() >= PATIENCE_MS : tries >= MAX_REQUESTS;
