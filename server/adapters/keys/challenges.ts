import { createHmac, timingSafeEqual } from "node:crypto";
import type { ChallengeStore } from "@/server/adapters/db/challenge-store";

/** What a challenge is asked for. One that was made for the one is none for the other. */
export type ChallengePurpose = "sign-in" | "enrol";

/** One-time challenges. They need no row before they are answered: who made them can tell by their seal. */
export type Challenges = {
  /** A challenge that may be answered once, within ten minutes; at most 100 characters. */
  make(purpose: ChallengePurpose): string;
  /** Whether a challenge is one of ours for this and young enough, taken before or not. Costs next to nothing. */
  isOurs(purpose: ChallengePurpose, challenge: string): boolean;
  /** Takes an answer's challenge. False: not one of ours, for something else, too old, or taken before. */
  spend(purpose: ChallengePurpose, challenge: string): Promise<boolean>;
};

/** Long enough to type a password or to fetch a key from another machine. */
const LIFETIME_MS = 10 * 60_000;
/** 16 random bytes, the end of its life in milliseconds since 1970, and 32 bytes of HMAC-SHA-256. */
const CHALLENGE = /^([\w-]{22})\.(\d{13})\.([\w-]{43})$/;

/**
 * Challenges under one secret, which several processes may share.
 *
 * @param secret also seals other things: the purpose and a label of our own keep them apart.
 */
export function createChallenges(options: {
  readonly secret: string;
  readonly store: Pick<ChallengeStore, "spend">;
  readonly now: () => Date;
  readonly random16: () => Uint8Array;
}): Challenges {
  const { secret, store, now, random16 } = options;
  // Over the text, not over what it decodes to: a challenge has one spelling, and is spent as that.
  const sealOf = (purpose: ChallengePurpose, random: string, until: string) =>
    createHmac("sha256", secret)
      .update(`beacon challenge v1\n${purpose}\n${random}\n${until}`)
      .digest("base64url");
  /** When a challenge of ours ends; null for one that is none, is for something else, or has ended. */
  const endOf = (purpose: ChallengePurpose, challenge: string): Date | null => {
    const [, random, until, seal] = CHALLENGE.exec(challenge) ?? [];
    if (random === undefined || until === undefined || seal === undefined) return null;
    const isSealed = timingSafeEqual(
      Buffer.from(seal),
      Buffer.from(sealOf(purpose, random, until)),
    );
    return isSealed && Number(until) > now().getTime() ? new Date(Number(until)) : null;
  };
  return {
    make(purpose) {
      const random = Buffer.from(random16()).toString("base64url");
      const until = String(now().getTime() + LIFETIME_MS);
      return `${random}.${until}.${sealOf(purpose, random, until)}`;
    },
    isOurs: (purpose, challenge) => endOf(purpose, challenge) !== null,
    async spend(purpose, challenge) {
      const end = endOf(purpose, challenge);
      return end !== null && store.spend(challenge, end);
    },
  };
}
