import type { HealthCheck } from "@/schemas/health";
import { lasting, named, since, well } from "@/server/domain/health/finding";

/** Whether the log was halted, which only a person takes back. */
export const judgeHalt = (
  halted: { readonly reason: string; readonly at: Date } | null,
  now: Date,
): HealthCheck =>
  named(
    "log-halt",
    halted === null
      ? well("The log is written.", 0)
      : {
          level: "fail",
          code: "LOG_HALTED",
          sentence:
            `The log is halted, and nothing is signed until a person has looked: ${halted.reason}`.slice(
              0,
              500,
            ),
          ageMs: since(halted.at, now),
        },
  );

/** What waits for publication. */
export type PublicationFacts = {
  readonly size: number;
  readonly publishedSize: number;
  readonly pending: number;
  /** Since when the entry waits that has waited longest; null: none waits. */
  readonly oldestAt: Date | null;
};

/** A receipt may take 250 ms. After this a person should look, and after that nobody is at work. */
const WAIT_MS = { warn: 30_000, fail: 300_000 } as const;

/** Whether what was filed is published, or waits for longer than it should. */
export function judgePublication(facts: PublicationFacts, now: Date): HealthCheck {
  const { size, publishedSize, pending, oldestAt } = facts;
  const waiting = pending + size - publishedSize;
  if (oldestAt === null || waiting === 0)
    return named("publication", well(`All ${size} entries are published.`, 0));
  const ageMs = since(oldestAt, now);
  const sentence = `${waiting} ${waiting === 1 ? "entry waits" : "entries wait"} for publication, the oldest for ${lasting(ageMs)}.`;
  if (ageMs <= WAIT_MS.warn) return named("publication", well(sentence, ageMs));
  return named("publication", {
    level: ageMs > WAIT_MS.fail ? "fail" : "warn",
    code: "LOG_UNPUBLISHED",
    sentence,
    ageMs,
  });
}

/** What became of the last request to a witness. */
export type WitnessFacts = { readonly code: string | null; readonly at: Date };

/** Whether witnesses cosign. Too few of them show as what is not published. */
export function judgeWitnesses(witnesses: readonly WitnessFacts[], now: Date): HealthCheck {
  const ages = witnesses.map(({ at }) => since(at, now));
  const ageMs = ages.length === 0 ? null : Math.min(...ages);
  const failing = witnesses.filter(({ code }) => code !== null);
  if (witnesses.length === 0)
    return named("witnesses", well("No witness has been asked yet.", null));
  if (failing.length === 0)
    return named("witnesses", well(`${witnesses.length} of ${witnesses.length} cosigned.`, ageMs));
  return named("witnesses", {
    level: "warn",
    code: "WITNESS_UNAVAILABLE",
    sentence: `${witnesses.length - failing.length} of ${witnesses.length} cosigned when they were last asked.`,
    ageMs,
  });
}
