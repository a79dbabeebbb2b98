import { beforeEach, describe, expect, it } from "vitest";
import { createAnchorStore, type NewAnchor } from "@/server/adapters/db/anchor-store";
import { anchorIdOf } from "@/server/domain/anchor/anchor-id";
import { NOON } from "@/test/support/builders";
import { ownDatabase } from "@/test/support/database";

const database = ownDatabase();
const store = () => createAnchorStore(database.prisma);
const later = (minutes: number) => new Date(NOON.getTime() + minutes * 60_000);
const anAnchor = (fields: Partial<Omit<NewAnchor, "id">> = {}): NewAnchor => {
  const anchor = {
    kind: "rfc3161",
    service: "https://tsa.example/",
    size: 7,
    digest: new Uint8Array(32).fill(7),
    requestedAt: NOON,
    ...fields,
  } as const;
  return { ...anchor, id: anchorIdOf(anchor) };
};
const laidDown = async (fields: Partial<Omit<NewAnchor, "id">> = {}) => {
  const { id } = anAnchor(fields);
  await store().createOnce(anAnchor(fields));
  return (await store().byId(id)) ?? expect.fail("it was not laid down");
};

beforeEach(async () => {
  await database.prisma.anchor.deleteMany();
});

describe("an anchor", () => {
  it("is laid down once for its service and size, however many try at a time", async () => {
    const tries = Array.from({ length: 8 }, () => store().createOnce(anAnchor()));
    expect((await Promise.all(tries)).filter((isNew) => isNew)).toHaveLength(1);
    expect(await store().byId(anAnchor().id)).toEqual({
      ...anAnchor(),
      status: "PENDING",
      proof: null,
      attestedAt: null,
      detail: null,
      tries: 0,
      checkedAt: null,
    });
    expect(await store().createOnce(anAnchor({ size: 8 }))).toBe(true);
    expect(await store().createOnce(anAnchor({ service: "https://other.example/" }))).toBe(true);
    expect(await store().createOnce(anAnchor({ kind: "opentimestamps" }))).toBe(true);
  });

  it("is found by its service's largest size, and by nothing else", async () => {
    for (const size of [9, 10, 8]) await laidDown({ size });
    await laidDown({ size: 99, service: "https://other.example/" });
    expect(await store().largest(anAnchor())).toMatchObject({ size: 10 });
    expect(await store().largest({ kind: "opentimestamps", service: "x" })).toBeNull();
    expect(await store().byId(anAnchor({ size: 1 }).id)).toBeNull();
    expect(await store().checkpoint(7)).toBeNull();
  });

  it("is claimed by one, each time", async () => {
    for (const [round, anchor] of [await laidDown(), null].entries()) {
      const read = anchor ?? (await store().byId(anAnchor().id)) ?? expect.fail("it is gone");
      const claims = Array.from({ length: 8 }, () => store().claim(read, later(round)));
      const won = (await Promise.all(claims)).filter((claim) => claim !== null);
      expect(won).toMatchObject([{ tries: round + 1, checkedAt: later(round) }]);
    }
  });

  it("keeps what the last claim brought, and nothing that came too late", async () => {
    const first = await store().claim(await laidDown(), later(1));
    const second = await store().claim(first ?? anyClaim(), later(2));
    const late = { status: "FAILED", detail: "late" } as const;
    expect(await store().record(first ?? anyClaim(), late)).toBe(false);
    const proof = { bytes: Uint8Array.of(1, 2), attestedAt: later(1) };
    const outcome = { status: "FINAL", detail: "a \0 b \ud800", proof } as const;
    expect(await store().record(second ?? anyClaim(), outcome)).toBe(true);
    expect(await store().byId(anAnchor().id)).toMatchObject({
      status: "FINAL",
      proof: proof.bytes,
      attestedAt: later(1),
      detail: "a \ufffd b \ufffd",
      tries: 0,
    });
    expect(await store().record(second ?? anyClaim(), late)).toBe(false);
    expect(await store().claim(second ?? anyClaim(), later(3))).toBeNull();
  });

  it("that brought nothing new keeps its proof", async () => {
    const first = await store().claim(await laidDown(), later(1));
    const proof = { bytes: Uint8Array.of(1), attestedAt: null };
    await store().record(first ?? anyClaim(), { status: "PENDING", detail: null, proof });
    const read = await store().byId(anAnchor().id);
    const second = await store().claim(read ?? anyClaim(), later(2));
    await store().record(second ?? anyClaim(), { status: "PENDING", detail: "not yet" });
    expect(await store().byId(anAnchor().id)).toMatchObject({
      proof: proof.bytes,
      detail: "not yet",
      tries: 1,
    });
  });
});

const anyClaim = () => expect.fail("nobody claimed it");

describe("anchors", () => {
  it("that are pending come longest unchecked first, never checked ones before all", async () => {
    for (const [size, minute] of [
      [1, 5],
      [2, 3],
    ] as const)
      await store().claim(await laidDown({ size }), later(minute));
    await laidDown({ size: 3 });
    const done = await store().claim(await laidDown({ size: 4 }), later(1));
    await store().record(done ?? anyClaim(), { status: "FAILED", detail: null });
    expect((await store().pending()).map(({ size }) => size)).toEqual([3, 2, 1]);
  });

  it("are listed a page at a time", async () => {
    for (const size of [1, 2, 3]) await laidDown({ size });
    await laidDown({ size: 2, kind: "opentimestamps" });
    const [first, second] = await store().list(null, 2);
    const rest = await store().list(second?.id ?? null, 10);
    expect([first, second, ...rest].map((each) => each?.size)).toEqual([3, 2, 2, 1]);
    expect(await store().list(anAnchor({ size: 99 }).id, 10)).toEqual([]);
  });
});
