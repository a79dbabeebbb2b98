import { describe, expect, it } from "vitest";
import { type AttemptEnd, type AttemptsSoFar, nextStep } from "@/server/domain/job/retry";

const so = (fields: Partial<AttemptsSoFar> = {}): AttemptsSoFar => ({
  failures: 1,
  turnedAway: 0,
  claims: 1,
  isLost: false,
  isBroken: false,
  isPaid: false,
  leftMs: 3_600_000,
  ...fields,
});
const answer: AttemptEnd = { kind: "response", tryAgainAfterMs: null };
const turnedAway: AttemptEnd = { kind: "response", tryAgainAfterMs: 2_000 };
const failure = { kind: "failure", wasSent: true, tryAgainAfterMs: null } as const;
const unsent: AttemptEnd = { ...failure, beforeFirstByte: true, wasSent: false };
const silent: AttemptEnd = { ...failure, beforeFirstByte: true };
const cut: AttemptEnd = { ...failure, beforeFirstByte: false };
const busy: AttemptEnd = { ...failure, beforeFirstByte: false, tryAgainAfterMs: 2_000 };

describe("after an attempt at a task", () => {
  it.each<[string, AttemptEnd, AttemptsSoFar, ReturnType<typeof nextStep>]>([
    ["an answer closes it", answer, so(), { step: "close" }],
    [
      "an answer closes it although the provider is gone",
      answer,
      so({ isLost: true }),
      { step: "close" },
    ],
    ["a failure after the first byte closes it", cut, so(), { step: "close" }],
    ["a failure before it is tried again soon", unsent, so(), { step: "again", waitMs: 500 }],
    ["and then later", unsent, so({ failures: 2 }), { step: "again", waitMs: 3_000 }],
    ["and not a fourth time", unsent, so({ failures: 3 }), { step: "close" }],
    ["with the provider gone it goes back", unsent, so({ isLost: true }), { step: "give-back" }],
    ["but not the fourth session's", unsent, so({ isLost: true, claims: 4 }), { step: "close" }],
    ["nothing is tried again past the deadline", unsent, so({ leftMs: 400 }), { step: "close" }],
    [
      "a service that did not take it is asked when it said",
      turnedAway,
      so({ turnedAway: 1 }),
      { step: "again", waitMs: 2_000 },
    ],
    ["five times at most", turnedAway, so({ turnedAway: 6 }), { step: "close" }],
    [
      "and not past the deadline",
      turnedAway,
      so({ turnedAway: 1, leftMs: 2_000 }),
      { step: "close" },
    ],
    [
      "nor from an exit that is gone",
      turnedAway,
      so({ turnedAway: 1, isLost: true }),
      { step: "give-back" },
    ],
    [
      "of a withdrawn job goes back what failed",
      cut,
      so({ isBroken: true }),
      { step: "give-back" },
    ],
    ["and stays what was answered", answer, so({ isBroken: true }), { step: "close" }],
    [
      "a service that is busy and says no more is asked when it said",
      busy,
      so({ turnedAway: 1 }),
      { step: "again", waitMs: 2_000 },
    ],
    [
      "one that is busy for long is left alone, and the task goes back",
      { ...busy, tryAgainAfterMs: 61_000 },
      so({ turnedAway: 1 }),
      { step: "give-back", isPaused: true },
    ],
    [
      "a free question that may have arrived is put again",
      silent,
      so(),
      { step: "again", waitMs: 500 },
    ],
    [
      "a paid one goes back, to be paid for anew",
      silent,
      so({ isPaid: true }),
      { step: "give-back" },
    ],
    ["and not for a fifth time", silent, so({ isPaid: true, claims: 4 }), { step: "close" }],
    [
      "a paid one that never left is put again",
      unsent,
      so({ isPaid: true }),
      { step: "again", waitMs: 500 },
    ],
  ])("%s", (_, end, before, next) => {
    expect(nextStep(end, before)).toEqual(next);
  });
});
