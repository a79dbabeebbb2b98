import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { MAX_DRAFT_BYTES } from "@/schemas/draft";
import { createCaller } from "@/server/api/root";
import { emptyDraft, newDraft } from "@/server/domain/draft/empty-draft";
import { userIdFrom } from "@/server/domain/identity";
import { NOON, sixteen } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const GRACE = userIdFrom(sixteen(1));
const ADA = userIdFrom(sixteen(2));
const as = (id: string) =>
  createCaller({ ...house.context, actor: { id, name: "An admin", role: "admin" } });
const aBody = (title: string, key = randomUUID()) => newDraft(key, { ...emptyDraft(), title });
const fresh = (title: string) => ({ id: null, title, body: aBody(title), version: 0 });

beforeAll(async () => {
  for (const [id, email] of [
    [GRACE, "grace@example.org"],
    [ADA, "ada@example.org"],
  ] as const)
    await house.context.accounts.create({
      id,
      email,
      name: email,
      passwordHash: null,
      role: "admin",
      organisation: null,
      createdAt: NOON,
    });
});

describe("drafts over the API", () => {
  it("are saved, listed, opened, changed and deleted by their owner", async () => {
    const { drafts } = as(GRACE);
    const input = fresh("A museum");
    const saved = await drafts.save(input);
    expect(saved.version).toBe(1);
    expect(await drafts.byId({ id: saved.id })).toMatchObject({
      title: "A museum",
      version: 1,
      body: input.body,
      stored: null,
    });
    const body = { ...input.body, seen: ["questions" as const] };
    expect(
      await drafts.save({ id: saved.id, title: "B", body, version: saved.version }),
    ).toMatchObject({ id: saved.id, version: 2 });
    expect(await drafts.list()).toMatchObject([{ id: saved.id, title: "B", isReadable: true }]);
    await drafts.remove({ id: saved.id });
    await expect(drafts.byId({ id: saved.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await drafts.list()).toEqual([]);
  });

  it("are nobody else's, admins included", async () => {
    const input = fresh("Mine");
    const { id, version } = await as(GRACE).drafts.save(input);
    const ada = as(ADA).drafts;
    expect(await ada.list()).toEqual([]);
    await expect(ada.byId({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(ada.save({ ...input, id, version })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await ada.remove({ id })).toEqual({ wasThere: false });
    expect(await as(GRACE).drafts.byId({ id })).toMatchObject({ title: "Mine" });
  });

  it("answer a version that another tab replaced with a conflict", async () => {
    const { drafts } = as(GRACE);
    const input = fresh("Two tabs");
    const { id, version } = await drafts.save(input);
    await drafts.save({ ...input, id, version, title: "theirs" });
    await expect(drafts.save({ ...input, id, version, title: "mine" })).rejects.toMatchObject({
      code: "CONFLICT",
      cause: { code: "DRAFT_CONFLICT" },
    });
  });

  it("are refused when they are too large or of no known form", async () => {
    const { drafts } = as(GRACE);
    const large = { ...fresh("x"), body: aBody("ق".repeat(MAX_DRAFT_BYTES / 2)) };
    await expect(drafts.save(large)).rejects.toMatchObject({ cause: { code: "DRAFT_TOO_LARGE" } });
    const foreign = { ...fresh("x"), body: { ...aBody("x"), more: 1 } };
    await expect(drafts.save(foreign)).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });

  it("are refused of the operator, who has no account", async () => {
    await expect(as("operator").drafts.save(fresh("x"))).rejects.toMatchObject({
      cause: { code: "ACCOUNT_NOT_FOUND" },
    });
  });
});
