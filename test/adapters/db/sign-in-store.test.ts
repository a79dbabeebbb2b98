import { beforeAll, expect, it } from "vitest";
import type { SignInId, UserId } from "@/schemas/primitives";
import { signInIdFrom } from "@/server/domain/identity";
import { aNewAccount } from "@/test/support/an-account";
import { NOON, sixteen } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const after = (ms: number) => new Date(NOON.getTime() + ms);
const people = [aNewAccount(1), aNewAccount(2)];
const [ada, eve] = people.map(({ id }) => id) as [UserId, UserId];
beforeAll(async () => {
  for (const person of people) await house.context.accounts.create(person);
});

async function opened(n: number, accountId = ada, userAgent = "a test"): Promise<SignInId> {
  const id = signInIdFrom(sixteen(n));
  await house.context.signIns.open({
    id,
    accountId,
    method: "password",
    userAgent,
    createdAt: after(n),
    expiresAt: after(n + 1_000),
  });
  return id;
}

it("is found with whose it is; what a browser calls itself is cut, and kept as far as it can be", async () => {
  const id = await opened(1, ada, `\0Browser ${"x".repeat(500)}`);
  const found = await house.context.signIns.byId(id);
  expect(found?.account).toMatchObject({ id: ada, email: "person-1@example.org" });
  expect(found?.signIn).toMatchObject({
    id,
    accountId: ada,
    method: "password",
    createdAt: after(1),
    lastSeenAt: after(1),
    endedAt: null,
  });
  expect(found?.signIn.userAgent).toBe(`\uFFFDBrowser ${"x".repeat(191)}`);
  expect(await house.context.signIns.byId("sgn-none")).toBeNull();
});

it("is seen at most as often as was asked for, by however many requests at once", async () => {
  const { signIns } = house.context;
  const id = await opened(2);
  const lastSeen = async () => (await signIns.byId(id))?.signIn.lastSeenAt;
  await signIns.seen(id, after(10), after(1));
  expect(await lastSeen()).toEqual(after(2));
  await Promise.all([1, 2, 3].map((i) => signIns.seen(id, after(100 + i), after(50))));
  const seen = await lastSeen();
  expect(seen?.getTime()).toBeGreaterThan(after(100).getTime());
  await signIns.seen(id, after(200), after(50));
  expect(await lastSeen()).toEqual(seen);
});

it("is ended once, and by nobody but its owner", async () => {
  const { signIns } = house.context;
  const id = await opened(3);
  expect(await signIns.end(eve, id, after(5))).toBe(false);
  expect(await signIns.end(ada, id, after(6))).toBe(true);
  expect(await signIns.end(ada, id, after(7))).toBe(false);
  expect((await signIns.byId(id))?.signIn.endedAt).toEqual(after(6));
});

it("is listed among its owner's, newest first", async () => {
  const { signIns } = house.context;
  await opened(4, eve);
  const own = await signIns.ofAccount(ada, 2);
  expect(own.map(({ createdAt }) => createdAt)).toEqual([after(3), after(2)]);
});

it("is forgotten long after it expired", async () => {
  const { signIns } = house.context;
  await signIns.forget(after(1_003));
  expect(await signIns.ofAccount(ada, 9)).toHaveLength(1);
});
