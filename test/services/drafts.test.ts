import { describe, expect, it } from "vitest";
import { type DraftBody, type DraftId, MAX_DRAFT_BYTES, MAX_DRAFTS } from "@/schemas/draft";
import type { DraftStore, StoredDraft } from "@/server/adapters/db/draft-store";
import { draftIdOf } from "@/server/domain/draft/draft-id";
import { emptyDraft, newDraft } from "@/server/domain/draft/empty-draft";
import { listDrafts } from "@/server/services/list-drafts";
import { removeDraft } from "@/server/services/remove-draft";
import { saveDraft } from "@/server/services/save-draft";
import { showDraft } from "@/server/services/show-draft";
import { NOON } from "@/test/support/builders";

const GRACE = "usr-grace";
const keyOf = (n: number) => `${String(n).padStart(8, "0")}-6f0e-4f43-9b5c-6c1f1f1a2b3c`;
const aBody = (n = 1, title = "A museum"): DraftBody =>
  newDraft(keyOf(n), { ...emptyDraft(), title });

type Row = { -readonly [K in keyof StoredDraft]: StoredDraft[K] } & { accountId: string };

/** Drafts in memory, by the rules of the contract. */
function aStore(accounts: readonly string[] = [GRACE]) {
  const rows = new Map<string, Row>();
  const find = (id: string, accountId: string) => {
    const row = rows.get(id);
    return row?.accountId === accountId ? row : null;
  };
  const store: DraftStore = {
    list: async (accountId, limit) =>
      [...rows.values()].filter((row) => row.accountId === accountId).slice(0, limit),
    byId: async ({ id, accountId }) => find(id, accountId),
    count: async (accountId) =>
      [...rows.values()].filter((row) => row.accountId === accountId).length,
    create: async ({ id, accountId, title, body, at }) => {
      if (!accounts.includes(accountId)) return "no-account";
      if (rows.has(id)) return "exists";
      rows.set(id, { id, accountId, title, body, version: 1, updatedAt: at });
      return "created";
    },
    replace: async ({ id, accountId, version, title, body, at }) => {
      const row = find(id, accountId);
      if (row === null || row.version !== version) return false;
      Object.assign(row, { title, body, version: version + 1, updatedAt: at });
      return true;
    },
    remove: async ({ id, accountId }) => find(id, accountId) !== null && rows.delete(id),
  };
  return { store, rows };
}
const here = (drafts: DraftStore) => ({ drafts, now: () => NOON });
const code = (failing: Promise<unknown>) =>
  failing.then(
    () => "OK",
    (error: { code?: unknown }) => error.code,
  );

describe("saving a draft", () => {
  it("lays it down, then changes it version by version", async () => {
    const { store } = aStore();
    const first = await saveDraft(here(store), GRACE, {
      id: null,
      title: "A museum",
      body: aBody(),
      version: 0,
    });
    expect(first).toEqual({
      id: draftIdOf(GRACE, keyOf(1)),
      version: 1,
      updatedAt: NOON.toISOString(),
    });
    const second = await saveDraft(here(store), GRACE, { ...first, title: "B", body: aBody() });
    expect(second).toMatchObject({ id: first.id, version: 2 });
  });

  it("again, after its first answer was lost, is the same draft", async () => {
    const { store, rows } = aStore();
    const input = { id: null, title: "A museum", body: aBody(), version: 0 };
    await saveDraft(here(store), GRACE, input);
    const again = await saveDraft(here(store), GRACE, { ...input, body: aBody(1, "B") });
    expect(again).toMatchObject({ version: 2 });
    expect(rows.size).toBe(1);
    expect(await code(saveDraft(here(store), GRACE, input))).toBe("DRAFT_CONFLICT");
  });

  it("is refused when another tab saved it, and changes nothing", async () => {
    const { store, rows } = aStore();
    const input = { id: null, title: "A museum", body: aBody(), version: 0 };
    const saved = await saveDraft(here(store), GRACE, input);
    await saveDraft(here(store), GRACE, { ...saved, title: "theirs", body: aBody(1, "theirs") });
    const mine = { ...saved, title: "mine", body: aBody(1, "mine") };
    expect(await code(saveDraft(here(store), GRACE, mine))).toBe("DRAFT_CONFLICT");
    expect(rows.get(saved.id)?.title).toBe("theirs");
  });

  it("is refused when it was deleted or is somebody else's", async () => {
    const { store } = aStore([GRACE, "usr-ada"]);
    const input = { id: null, title: "A museum", body: aBody(), version: 0 };
    const saved = await saveDraft(here(store), GRACE, input);
    const change = { ...saved, title: "B", body: aBody() };
    expect(await code(saveDraft(here(store), "usr-ada", change))).toBe("DRAFT_NOT_FOUND");
    await removeDraft({ drafts: store }, GRACE, saved.id);
    expect(await code(saveDraft(here(store), GRACE, change))).toBe("DRAFT_NOT_FOUND");
  });

  it("is refused above its size, counted in bytes", async () => {
    const { store, rows } = aStore();
    const text = "ق".repeat(MAX_DRAFT_BYTES / 2);
    const input = { id: null, title: "", body: aBody(1, text), version: 0 };
    expect(await code(saveDraft(here(store), GRACE, input))).toBe("DRAFT_TOO_LARGE");
    const shorter = { ...input, body: aBody(1, text.slice(0, MAX_DRAFT_BYTES / 2 - 500)) };
    expect(await code(saveDraft(here(store), GRACE, shorter))).toBe("OK");
    expect(rows.size).toBe(1);
  });

  it("is refused when there are too many, but not of one that is among them", async () => {
    const { store } = aStore();
    const save = (n: number) =>
      saveDraft(here(store), GRACE, { id: null, title: "", body: aBody(n), version: 0 });
    for (let n = 1; n <= MAX_DRAFTS; n++) await save(n);
    expect(await code(save(MAX_DRAFTS + 1))).toBe("DRAFT_TOO_MANY");
    expect(await code(save(1))).toBe("OK");
  });

  it("is refused of somebody without an account, such as the operator", async () => {
    const { store } = aStore();
    const input = { id: null, title: "", body: aBody(), version: 0 };
    expect(await code(saveDraft(here(store), "operator", input))).toBe("ACCOUNT_NOT_FOUND");
  });
});

describe("a draft of another version of the form", () => {
  const old = { v: 0, question: "Is the museum open?" };

  it("is listed as such, shown as it was stored, and can be deleted", async () => {
    const { store, rows } = aStore();
    const id = draftIdOf(GRACE, keyOf(1));
    rows.set(id, {
      id,
      accountId: GRACE,
      title: "Old",
      body: old,
      version: 3,
      updatedAt: NOON,
    });
    expect(await listDrafts({ drafts: store }, GRACE)).toEqual([
      { id, title: "Old", updatedAt: NOON.toISOString(), isReadable: false },
    ]);
    expect(await showDraft({ drafts: store }, GRACE, id)).toMatchObject({
      body: null,
      stored: old,
      version: 3,
    });
    expect(await removeDraft({ drafts: store }, GRACE, id)).toEqual({ wasThere: true });
    expect(await removeDraft({ drafts: store }, GRACE, id)).toEqual({ wasThere: false });
  });
});

it("a draft that is not there, or somebody else's, is not found", async () => {
  const { store } = aStore([GRACE]);
  await saveDraft(here(store), GRACE, { id: null, title: "", body: aBody(), version: 0 });
  const id = draftIdOf(GRACE, keyOf(1));
  expect(await showDraft({ drafts: store }, GRACE, id)).toMatchObject({ stored: null });
  expect(await code(showDraft({ drafts: store }, "usr-ada", id))).toBe("DRAFT_NOT_FOUND");
  const none = `drf-${"a".repeat(26)}` as DraftId;
  expect(await code(showDraft({ drafts: store }, GRACE, none))).toBe("DRAFT_NOT_FOUND");
});
