import { expect, it } from "vitest";
import { NOON } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const after = (ms: number) => new Date(NOON.getTime() + ms);

it("of many that spend a challenge at once, one is first", async () => {
  const { spentChallenges } = house.context;
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => spentChallenges.spend("one", NOON)),
  );
  expect(answers.filter(Boolean)).toHaveLength(1);
});

it("a challenge is forgotten only once it has expired", async () => {
  const { spentChallenges } = house.context;
  await spentChallenges.spend("old", after(-1));
  await spentChallenges.spend("young", after(0));
  await spentChallenges.forget(after(0));
  expect(await spentChallenges.spend("old", after(-1))).toBe(true);
  expect(await spentChallenges.spend("young", after(0))).toBe(false);
});
