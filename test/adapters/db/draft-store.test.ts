import { beforeEach, describe, expect, it } from "vitest";
import { DraftBody } from "@/schemas/draft";
import { draftIdOf } from "@/server/domain/draft/draft-id";
import { emptyDraft, newDraft } from "@/server/domain/draft/empty-draft";
import { userIdFrom } from "@/server/domain/identity";
import { NOON, sixteen } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const GRACE = userIdFrom(sixteen(1));
const ADA = userIdFrom(sixteen(2));
const KEY = "6f0f1a52-6f0e-4f43-9b5c-6c1f1f1a2b3c";
const later = (minutes: number) => new Date(NOON.getTime() + minutes * 60_000);

const aDraft = (accountId: string, title = "A museum", submissionKey = KEY) => ({
  id: draftIdOf(accountId, submissionKey),
  accountId,
  title,
  body: newDraft(submissionKey, { ...emptyDraft(), title }),
  at: NOON,
});

beforeEach(async () => {
  const { accounts, drafts } = house.context;
  for (const [id, email] of [
    [GRACE, "grace@example.org"],
    [ADA, "ada@example.org"],
  ] as const) {
    await accounts.create({
      id,
      email,
      name: email,
      passwordHash: null,
      role: "admin",
      organisation: null,
      createdAt: NOON,
    });
    for (const draft of await drafts.list(id, 100))
      await drafts.remove({ id: draft.id, accountId: id });
  }
});

describe("a draft in PostgreSQL", () => {
  it("is laid down once, and comes back as it was", async () => {
    const { drafts } = house.context;
    const draft = aDraft(GRACE);
    const answers = await Promise.all([1, 2, 3].map(() => drafts.create(draft)));
    expect(answers.sort()).toEqual(["created", "exists", "exists"]);
    const stored = await drafts.byId(draft);
    expect(stored).toMatchObject({ title: "A museum", version: 1, updatedAt: NOON });
    expect(DraftBody.parse(stored?.body)).toEqual(draft.body);
    expect(await drafts.count(GRACE)).toBe(1);
  });

  it("is nobody's who has no account", async () => {
    expect(await house.context.drafts.create(aDraft("operator"))).toBe("no-account");
  });

  it("moves from one version to the next, and of two who change one only the first", async () => {
    const { drafts } = house.context;
    const draft = aDraft(GRACE);
    await drafts.create(draft);
    const change = (title: string) => drafts.replace({ ...draft, title, version: 1, at: later(1) });
    const done = await Promise.all([change("mine"), change("yours")]);
    expect(done.filter(Boolean)).toHaveLength(1);
    expect(await drafts.byId(draft)).toMatchObject({
      version: 2,
      title: done[0] ? "mine" : "yours",
      updatedAt: later(1),
    });
    expect(await drafts.replace({ ...draft, version: 2, at: later(2) })).toBe(true);
  });

  it("is found, changed and deleted by its owner alone", async () => {
    const { drafts } = house.context;
    const draft = aDraft(GRACE);
    await drafts.create(draft);
    const asAda = { ...draft, accountId: ADA };
    expect(await drafts.byId(asAda)).toBeNull();
    expect(await drafts.replace({ ...asAda, version: 1 })).toBe(false);
    expect(await drafts.remove(asAda)).toBe(false);
    expect(await drafts.list(ADA, 10)).toEqual([]);
    expect(await drafts.remove(draft)).toBe(true);
    expect(await drafts.remove(draft)).toBe(false);
  });

  it("is listed with the one that was changed last first, and no more than asked for", async () => {
    const { drafts } = house.context;
    const keys = [1, 2, 3].map((n) => `${n}f0f1a52-6f0e-4f43-9b5c-6c1f1f1a2b3c`);
    for (const [n, key] of keys.entries())
      await drafts.create({ ...aDraft(GRACE, `draft ${n}`, key), at: later(n) });
    const titles = (await drafts.list(GRACE, 2)).map(({ title }) => title);
    expect(titles).toEqual(["draft 2", "draft 1"]);
  });

  it("holds characters that PostgreSQL cannot, replaced", async () => {
    const { drafts } = house.context;
    const draft = aDraft(GRACE, "a\u0000b \ud800");
    await drafts.create(draft);
    const stored = await drafts.byId(draft);
    expect(stored?.title).toBe("a\ufffdb \ufffd");
    expect(DraftBody.parse(stored?.body).spec.title).toBe("a\ufffdb \ufffd");
    expect(await drafts.replace({ ...draft, version: 1 })).toBe(true);
  });
});
