import { beforeAll, describe, expect, it } from "vitest";
import { GET as getCheckpoint } from "@/app/tlog/anchors/[id]/checkpoint/route";
import { GET as getProof } from "@/app/tlog/anchors/[id]/route";
import { GET as getList } from "@/app/tlog/anchors/route";
import type { AnchorPage } from "@/schemas/snapshot";
import { createCaller } from "@/server/api/root";
import type { Context } from "@/server/context";
import { utf8 } from "@/server/domain/bytes";
import { digestOfBytes } from "@/server/domain/digest";
import { upgradeAnchors } from "@/server/services/upgrade-anchors";
import { aFakeAnchor } from "@/test/adapters/anchor/a-fake-anchor";
import { writeAll } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const stamps = aFakeAnchor();
const promises = aFakeAnchor({ kind: "opentimestamps", service: "https://calendar.example" });
promises.state.promises = true;
const silent = aFakeAnchor({ kind: "opentimestamps", service: "https://silent.example" });
silent.state.failing = "ANCHOR_UNAVAILABLE";
let context: Context;

beforeAll(async () => {
  const anchorServices = [stamps, promises, silent].map(({ anchor }) => anchor);
  context = { ...house.context, anchorServices };
  // What `getContext` finds: the context of this process, as the portal has one.
  Object.assign(globalThis, { [Symbol.for("beacon.context")]: context });
  await writeAll(context);
});

const list = (query = "") => getList(new Request(`http://portal.test/tlog/anchors${query}`));
const withId = (id: string) => [
  new Request(`http://portal.test/tlog/anchors/${id}`),
  { params: Promise.resolve({ id }) },
];
const proof = (id: string) => getProof(...(withId(id) as Parameters<typeof getProof>));
const checkpoint = (id: string) =>
  getCheckpoint(...(withId(id) as Parameters<typeof getCheckpoint>));
const pageOf = async (response: Response) => (await response.json()) as AnchorPage;
const admin = () =>
  createCaller({ ...context, actor: { id: "usr-admin", name: "Grace", role: "admin" } });

describe("the anchors of a log", () => {
  it("are none before one was laid down, and the services are named", async () => {
    const page = await pageOf(await list());
    expect(page).toMatchObject({ items: [], nextCursor: null });
    expect(page.services).toHaveLength(3);
  });

  it("are laid down at an admin's word, and again for nobody", async () => {
    expect(await admin().log.anchorNow()).toEqual({ laidDown: 3, services: 3 });
    expect(await admin().log.anchorNow()).toEqual({ laidDown: 0, services: 3 });
    await upgradeAnchors(context, new AbortController().signal);
  });

  it("are listed with what was stamped: the digest of the checkpoint's text", async () => {
    const response = await list();
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    const page = await pageOf(response);
    expect(await admin().log.anchors({ cursor: null, limit: 100 })).toMatchObject({
      items: page.items,
    });
    for (const { id, digest, size, checkpointUrl } of page.items) {
      expect(checkpointUrl).toBe(`/tlog/anchors/${id}/checkpoint`);
      const answer = await checkpoint(id);
      expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
      const note = await answer.text();
      expect(digestOfBytes(utf8(note.slice(0, note.indexOf("\n\n") + 1)))).toBe(digest);
      expect(note).toContain(`\n${size}\n`);
    }
    const { nextCursor, items } = await pageOf(await list(`?cursor=${page.items[0]?.id}`));
    expect([nextCursor, items.length]).toEqual([null, 2]);
  });

  it.each([
    ["https://fake.example/", "application/timestamp-reply", "tsr"],
    ["https://calendar.example", "application/vnd.opentimestamps.v1", "ots"],
  ])("have their proofs as files: %s", async (service, type, ending) => {
    const item = (await pageOf(await list())).items.find((each) => each.service === service);
    const response = await proof(item?.id ?? "");
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": type,
      "content-disposition": `attachment; filename="checkpoint-${item?.size}.${ending}"`,
      "x-content-type-options": "nosniff",
    });
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(40);
  });

  it("are refused with a code: what is no id, no anchor, no cursor, and no proof yet", async () => {
    const refusal = async (response: Response) => [
      response.status,
      ((await response.json()) as { code: string }).code,
    ];
    const unknown = `anc-${"a".repeat(26)}`;
    for (const id of ["x", "..", "anc-", unknown, `${unknown}a`]) {
      expect(await refusal(await proof(id))).toEqual([404, "ANCHOR_NOT_FOUND"]);
      expect(await refusal(await checkpoint(id))).toEqual([404, "ANCHOR_NOT_FOUND"]);
    }
    expect(await refusal(await list("?cursor=1"))).toEqual([404, "ANCHOR_NOT_FOUND"]);
    expect((await pageOf(await list(`?cursor=${unknown}`))).items).toEqual([]);
    const silentOne = (await pageOf(await list())).items.find(({ proofUrl }) => proofUrl === null);
    expect(await refusal(await proof(silentOne?.id ?? ""))).toEqual([503, "ANCHOR_UNAVAILABLE"]);
  });
});
