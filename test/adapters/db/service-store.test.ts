import { beforeEach, describe, expect, it } from "vitest";
import type { ServiceSettings } from "@/schemas/service";
import { createServiceStore } from "@/server/adapters/db/service-store";
import type { ServiceAddress } from "@/server/domain/service/address";
import { aService } from "@/test/adapters/service/a-service";
import { aJobId, NOON } from "@/test/support/builders";
import { ownDatabase } from "@/test/support/database";

const database = ownDatabase();
const store = () => createServiceStore(database.prisma);
const LATER = new Date(NOON.getTime() + 60_000);
const sealedBy = (masterKeyId: string, byte = 1) => ({
  bytes: new Uint8Array(40).fill(byte),
  masterKeyId,
});

beforeEach(() => database.prisma.service.deleteMany());

/** A job that asks the service called `connection`, over or not. */
async function aJobThatAsks(connection: string, n: number, isOver: boolean): Promise<void> {
  const id = aJobId(n);
  await database.prisma.job.create({
    data: {
      id,
      ownerId: "usr-tests",
      submissionKey: id,
      title: "A job",
      spec: { services: [{ id: "x", door: "exit", model: "m", api: { connection } }] },
      specCid: "cid",
      specDigest: "digest",
      simulated: true,
      orderSeed: Buffer.alloc(16),
      taskCount: 1,
      createdAt: NOON,
      deadlineAt: LATER,
      intentLeafHash: Buffer.alloc(32, n),
      ...(isOver
        ? {
            comparison: {
              create: {
                id: `cmp-${n}`,
                cid: "cid",
                document: {},
                leafHash: Buffer.alloc(32, n),
                createdAt: NOON,
              },
            },
          }
        : {}),
    },
  });
}

describe("services", () => {
  it("are kept as they were said, by id, and changed in their place", async () => {
    const price = {
      input_usd_per_mtok: "0.25",
      output_usd_per_mtok: "2",
      source: "the vendor's page",
      date: "2026-11-01",
    };
    const [b, a] = [
      aService({ id: "b", models: [{ name: "m", price }, { name: "n" }] }),
      aService({ id: "a", door: "home", dialect: "openai-compatible" }),
    ];
    expect(await store().put(b, NOON)).toEqual({ isNew: true, isKeyForgotten: false });
    await store().put(a, NOON);
    const bare = { keySetAt: null, pausedUntil: null, pauseReason: null };
    expect(await store().list()).toEqual([
      { ...a, ...bare },
      { ...b, ...bare },
    ]);
    const changed = { ...b, concurrency: 9, name: "Another" };
    expect(await store().put(changed, LATER)).toEqual({ isNew: false, isKeyForgotten: false });
    expect(await store().byId("b")).toEqual({ ...changed, ...bare });
    expect(await store().byId("c")).toBeNull();
  });

  it("are laid down once when two do so at a time", async () => {
    const both = await Promise.all([store().put(aService(), NOON), store().put(aService(), NOON)]);
    expect(both.map(({ isNew }) => isNew).sort()).toEqual([false, true]);
  });

  it("stay while a job asks them that is not over", async () => {
    for (const id of ["asked", "done", "other"]) await store().put(aService({ id }), NOON);
    await aJobThatAsks("asked", 1, false);
    await aJobThatAsks("done", 2, true);
    expect(await store().remove("asked")).toBe("in-use");
    expect(await store().remove("done")).toBe("removed");
    expect(await store().remove("done")).toBe("unknown");
    expect((await store().list()).map(({ id }) => id)).toEqual(["asked", "other"]);
  });

  it("are paused and asked again", async () => {
    await store().put(aService(), NOON);
    expect(await store().pause("vendor", LATER, `no \0 more${"x".repeat(900)}`)).toBe(true);
    const paused = await store().byId("vendor");
    expect(paused?.pausedUntil).toEqual(LATER);
    expect(paused?.pauseReason).toHaveLength(300);
    await store().put(aService({ concurrency: 1 }), NOON); // what is set stays paused
    expect((await store().byId("vendor"))?.pausedUntil).toEqual(LATER);
    expect(await store().resume("vendor")).toBe(true);
    expect(await store().byId("vendor")).toMatchObject({ pausedUntil: null, pauseReason: null });
    expect(await store().pause("none", LATER, "x")).toBe(false);
    expect(await store().resume("none")).toBe(false);
  });
});

/** Everything that makes requests go elsewhere, or look otherwise. */
const MOVES: readonly Partial<ServiceSettings>[] = [
  { base_url: "https://api.elsewhere.example/v1" },
  { base_url: "https://api.vendor.example/v2" },
  { base_url: "https://api.vendor.example:8443/v1" },
  { dialect: "anthropic" },
  { door: "home" },
];

describe("their keys", () => {
  const { id, dialect, door, base_url } = aService();
  const address = { id, dialect, door, base_url };
  const sealedKey = async (of = "vendor") => (await store().sealedKey(of))?.sealed ?? null;

  it("are kept sealed, replaced, and forgotten on demand", async () => {
    await store().put(aService(), NOON);
    expect(await store().sealedKey("vendor")).toEqual({ address, sealed: null });
    expect(await store().setKey(address, sealedBy("one"), NOON)).toBe(true);
    expect(await sealedKey()).toEqual(sealedBy("one"));
    expect((await store().byId("vendor"))?.keySetAt).toEqual(NOON);
    await store().setKey(address, sealedBy("one", 2), LATER);
    expect(await sealedKey()).toEqual(sealedBy("one", 2));
    expect(await store().sealedKey("none")).toBeNull();
    expect(await store().setKey(aService({ id: "none" }), sealedBy("one"), NOON)).toBe(false);
    expect(await store().forgetKey("vendor", LATER)).toBe(true);
    expect(await sealedKey()).toBeNull();
    expect((await store().byId("vendor"))?.keySetAt).toBeNull();
    expect(await store().forgetKey("none", LATER)).toBe(false);
  });

  it.each(MOVES)("are not stored for an address that is no more: %j", async (move) => {
    await store().put(aService(move), NOON);
    expect(await store().setKey(address, sealedBy("one"), NOON)).toBe(false);
    expect(await sealedKey()).toBeNull();
  });

  it.each(MOVES)("are forgotten when they would be sent otherwise: %j", async (move) => {
    await store().put(aService(), NOON);
    await store().setKey(address, sealedBy("one"), NOON);
    const renamed = aService({ name: "Another", models: [{ name: "n" }], concurrency: 9 });
    expect(await store().put(renamed, LATER)).toMatchObject({ isKeyForgotten: false });
    expect(await sealedKey()).not.toBeNull();
    expect(await store().put(aService(move), LATER)).toMatchObject({ isKeyForgotten: true });
    expect(await sealedKey()).toBeNull();
    expect(await store().put(aService(), LATER)).toMatchObject({ isKeyForgotten: false });
    expect(await sealedKey()).toBeNull();
  });

  it("are sealed anew all or none", async () => {
    for (const id of ["a", "b", "c", "d"]) await store().put(aService({ id }), NOON);
    await store().setKey(aService({ id: "a" }), sealedBy("old", 1), NOON);
    await store().setKey(aService({ id: "b" }), sealedBy("new", 2), NOON);
    await store().setKey(aService({ id: "c" }), sealedBy("old", 3), NOON);
    const failing = store().resealAll("new", ({ id }, sealed) => {
      if (id === "c") throw new Error("does not open");
      return { ...sealed, masterKeyId: "new" };
    });
    await expect(failing).rejects.toThrow("does not open");
    expect(await sealedKey("a")).toEqual(sealedBy("old", 1));
    const asked: string[] = [];
    const reseal = ({ id, base_url }: ServiceAddress) => {
      asked.push(`${id} ${base_url}`);
      return sealedBy("new", 9);
    };
    expect(await store().resealAll("new", reseal)).toBe(2);
    expect(asked).toEqual([`a ${base_url}`, `c ${base_url}`]);
    expect(await sealedKey("c")).toEqual(sealedBy("new", 9));
    expect((await store().byId("c"))?.keySetAt).toEqual(NOON);
    expect(await store().resealAll("new", reseal)).toBe(0);
  });
});
