import { describe, expect, it } from "vitest";
import type { Witness } from "@/server/adapters/witness/witness";
import { BeaconError } from "@/server/domain/errors";
import { rootOf } from "@/server/domain/log/merkle";
import { type GuardLogDeps, guardLog } from "@/server/services/guard-log";
import { NOON } from "@/test/support/builders";
import { goldenLeafHashes } from "@/test/vectors/golden";

const LEAVES = goldenLeafHashes(40);
const treeOf = (size: number, leaves = LEAVES) => rootOf(leaves.slice(0, size));
const OTHER = LEAVES.toReversed();

const holding = (
  name: string,
  size: number,
  leaves = LEAVES,
): Pick<Witness, "name" | "latest"> => ({
  name,
  latest: async (origin) => ({ origin, size: BigInt(size), root: treeOf(size, leaves) }),
});
const failing = (name: string, error: unknown): Pick<Witness, "name" | "latest"> => ({
  name,
  latest: () => Promise.reject(error),
});
const away = failing("away", new BeaconError("WITNESS_UNAVAILABLE", "not now"));

/** A log of 20 entries that has published 12. */
function aLog(over: Partial<GuardLogDeps> = {}): GuardLogDeps {
  return {
    origin: "a.example/log",
    log: {
      state: async () => ({
        size: 20,
        root: treeOf(20),
        publishedSize: 12,
        publishedAt: NOON,
      }),
      published: async () => ({ size: 12, root: treeOf(12), note: "", publishedAt: NOON }),
      tileReader: () => async () => new Uint8Array(),
    },
    tree: { rootOf: async (size) => treeOf(size) },
    logHalt: { read: async () => null },
    witnesses: [],
    ...over,
  };
}
const codeOf = (deps: GuardLogDeps) =>
  guardLog(deps).then(
    () => "no error",
    (error: unknown) => (error instanceof BeaconError ? error.code : error),
  );

describe("a log that is looked at before it is written", () => {
  it("may be written when everybody holds a beginning of it", async () => {
    const nothing = { name: "new", latest: async () => null };
    const witnesses = [holding("a", 20), holding("b", 12), holding("c", 1), nothing];
    expect(await guardLog(aLog({ witnesses }))).toEqual([]);
  });

  it("is told who could not be asked: away, or answering nonsense", async () => {
    const lying = failing("lying", new BeaconError("WITNESS_REFUSED", "never signed"));
    const witnesses = [away, holding("a", 20), lying];
    expect(await guardLog(aLog({ witnesses }))).toEqual(["away", "lying"]);
  });

  it("was rolled back when any witness holds more, whatever the others hold", async () => {
    const witnesses = [holding("a", 20), holding("b", 12), holding("c", 21), away];
    expect(await codeOf(aLog({ witnesses }))).toBe("LOG_ROLLED_BACK");
  });

  it("is forked when any witness holds another tree, of its size or smaller", async () => {
    for (const size of [20, 12, 7, 1]) {
      const witnesses = [holding("a", 20), holding("b", size, OTHER)];
      expect(await codeOf(aLog({ witnesses }))).toBe("LOG_FORKED");
    }
  });

  it("is not what it once published when its own checkpoint says so", async () => {
    const published =
      (size: number, leaves = LEAVES) =>
      async () => ({
        size,
        root: treeOf(size, leaves),
        note: "",
        publishedAt: NOON,
      });
    const { log } = aLog();
    expect(await codeOf(aLog({ log: { ...log, published: published(30) } }))).toBe(
      "LOG_ROLLED_BACK",
    );
    expect(await codeOf(aLog({ log: { ...log, published: published(12, OTHER) } }))).toBe(
      "LOG_FORKED",
    );
    expect(await codeOf(aLog({ log: { ...log, published: async () => null } }))).toBe("no error");
  });

  it("stays halted once it was", async () => {
    const logHalt = { read: async () => ({ reason: "because", at: NOON }) };
    expect(await codeOf(aLog({ logHalt }))).toBe("LOG_HALTED");
  });

  it("is not mistaken for an old copy when another writer makes it larger meanwhile", async () => {
    let size = 20;
    const { log } = aLog();
    const growing = {
      ...log,
      state: async () => ({ size, root: treeOf(size), publishedSize: 12, publishedAt: NOON }),
    };
    const witness = {
      name: "a",
      latest: async (origin: string) => {
        size = 25; // sequenced, and cosigned at once
        return { origin, size: 25n, root: treeOf(25) };
      },
    };
    expect(await guardLog(aLog({ log: growing, witnesses: [witness] }))).toEqual([]);
  });

  it("says what went wrong when it is none of a witness's business", async () => {
    const broken = failing("broken", new Error("out of memory"));
    expect(await codeOf(aLog({ witnesses: [broken] }))).toMatchObject({ message: "out of memory" });
  });
});
