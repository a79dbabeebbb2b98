import { expect, it } from "vitest";
import { forgetSignIns } from "@/server/services/forget-sign-ins";
import { NOON } from "@/test/support/builders";

it("challenges are forgotten when they expire, sign-ins after ninety days", async () => {
  const forgotten: [what: string, before: Date][] = [];
  const remember = (what: string) => async (before: Date) => void forgotten.push([what, before]);
  await forgetSignIns({
    spentChallenges: { forget: remember("challenges") },
    signIns: { forget: remember("sign-ins") },
    now: () => NOON,
  });
  expect(forgotten).toEqual([
    ["challenges", NOON],
    ["sign-ins", new Date(NOON.getTime() - 90 * 86_400_000)],
  ]);
});
