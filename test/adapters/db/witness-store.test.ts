import { describe, expect, it } from "vitest";
import { createLogHalt } from "@/server/adapters/db/log-halt";
import { createWitnessStore } from "@/server/adapters/db/witness-store";
import { NOON } from "@/test/support/builders";
import { ownDatabase } from "@/test/support/database";

const database = ownDatabase();
const LATER = new Date(NOON.getTime() + 1_000);

describe("what became of asking witnesses", () => {
  it("is kept by witness, and what one last cosigned outlives what it refuses", async () => {
    const store = createWitnessStore(database.prisma);
    expect(await store.all()).toEqual([]);
    await store.record([]);
    const cosigned = { name: "b", code: null, message: null, at: NOON, size: 20 };
    const refused = {
      name: "a",
      code: "WITNESS_REFUSED",
      message: "no",
      at: NOON,
      size: null,
    } as const;
    await store.record([cosigned, refused]);
    expect(await store.all()).toEqual([
      { ...refused, cosignedAt: null },
      { ...cosigned, cosignedAt: NOON },
    ]);
    await store.record([
      { ...cosigned, name: "a", at: LATER, size: 21 },
      { ...refused, name: "b", code: "WITNESS_UNAVAILABLE", at: LATER },
    ]);
    expect(await store.all()).toEqual([
      { ...cosigned, name: "a", at: LATER, size: 21, cosignedAt: LATER },
      { ...refused, name: "b", code: "WITNESS_UNAVAILABLE", at: LATER, size: 20, cosignedAt: NOON },
    ]);
  });

  it("is one row for two that answer under one name", async () => {
    const store = createWitnessStore(database.prisma);
    const outcome = { name: "twin", code: null, message: null, at: NOON };
    await store.record([
      { ...outcome, size: 1 },
      { ...outcome, size: 2 },
    ]);
    expect((await store.all()).filter(({ name }) => name === "twin")).toMatchObject([{ size: 2 }]);
  });

  it("is kept in so many words and no more, and in any words", async () => {
    const store = createWitnessStore(database.prisma);
    const outcome = { name: "c", code: "WITNESS_REFUSED", at: NOON, size: null } as const;
    await store.record([{ ...outcome, message: `'; \u{1F600}${"x".repeat(10_000)}` }]);
    const message = (await store.all()).find(({ name }) => name === "c")?.message ?? "";
    expect(message).toHaveLength(500);
    expect(message.startsWith("'; \u{1F600}x")).toBe(true);
  });
});

describe("the mark that stops the log", () => {
  it("is set once, and keeps its first reason", async () => {
    const halt = createLogHalt(database.prisma);
    expect(await halt.read()).toBeNull();
    expect(await halt.halt("first", NOON)).toBe(true);
    expect(await halt.halt("second", LATER)).toBe(false);
    expect(await halt.read()).toEqual({ reason: "first", at: NOON });
  });
});
