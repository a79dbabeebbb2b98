import { expect, it } from "vitest";
import { type ChallengePurpose, createChallenges } from "@/server/adapters/keys/challenges";
import { aClock, counting16 } from "@/test/support/fakes";

/** What makes and takes challenges, over a store in memory. */
function aDesk(over: { secret?: string } = {}) {
  const clock = aClock();
  const spent = new Map<string, Date>();
  const store = {
    spend: async (challenge: string, expiresAt: Date) => {
      if (spent.has(challenge)) return false;
      spent.set(challenge, expiresAt);
      return true;
    },
  };
  const made = createChallenges({
    secret: over.secret ?? "a secret",
    store,
    now: clock.now,
    random16: counting16(),
  });
  return { clock, spent, ...made };
}

it("a challenge is taken once", async () => {
  const { make, spend, spent } = aDesk();
  const challenge = make("sign-in");
  expect(challenge.length).toBeLessThanOrEqual(100);
  expect(await spend("sign-in", challenge)).toBe(true);
  expect(await spend("sign-in", challenge)).toBe(false);
  expect(await spend("sign-in", make("sign-in"))).toBe(true);
  expect(spent.size).toBe(2);
});

it("is good for what it was made for alone, and under the secret it was made with", async () => {
  const desk = aDesk();
  const challenge = desk.make("enrol");
  expect(await desk.spend("sign-in", challenge)).toBe(false);
  expect(await aDesk({ secret: "another secret" }).spend("enrol", challenge)).toBe(false);
  expect(desk.spent.size).toBe(0);
  expect(await desk.spend("enrol", challenge)).toBe(true);
});

it("is good for ten minutes, and is remembered until it would have expired", async () => {
  const { clock, spent, make, spend } = aDesk();
  const first = make("sign-in");
  const second = make("sign-in");
  clock.pass(10 * 60_000 - 1);
  expect(await spend("sign-in", first)).toBe(true);
  expect(spent.get(first)).toEqual(new Date(clock.now().getTime() + 1));
  clock.pass(1);
  expect(await spend("sign-in", second)).toBe(false);
});

it("has one spelling: not a character of it may change", async () => {
  const { spent, make, spend } = aDesk();
  const challenge = make("sign-in");
  for (let i = 0; i < challenge.length; i += 1)
    for (const other of ["A", "B", "1", "9", "_", "=", " "]) {
      if (challenge[i] === other) continue;
      const changed = challenge.slice(0, i) + other + challenge.slice(i + 1);
      expect(await spend("sign-in", changed), changed).toBe(false);
    }
  expect(spent.size).toBe(0);
});

it.each<[string, string]>([
  ["", "sign-in"],
  ["..", "sign-in"],
  ["a\n".repeat(1_000), "enrol"],
])("%j is none", async (challenge, purpose) => {
  expect(await aDesk().spend(purpose as ChallengePurpose, challenge)).toBe(false);
});

it("is known as ours without being taken, until it is too old", () => {
  const { make, isOurs, spent, clock } = aDesk();
  const challenge = make("sign-in");
  expect(isOurs("sign-in", challenge)).toBe(true);
  expect(isOurs("enrol", challenge)).toBe(false);
  expect(isOurs("sign-in", `${challenge.slice(0, -1)}!`)).toBe(false);
  expect(isOurs("sign-in", "")).toBe(false);
  clock.pass(10 * 60_000);
  expect(isOurs("sign-in", challenge)).toBe(false);
  expect(spent.size).toBe(0);
});
