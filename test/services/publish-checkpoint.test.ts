import { describe, expect, it } from "vitest";
import { withDeadline } from "@/server/adapters/clock/deadline";
import type { NewWitnessOutcome, WitnessOutcome } from "@/server/adapters/db/witness-store";
import type { AddCheckpoint, Witness } from "@/server/adapters/witness/witness";
import { BeaconError } from "@/server/domain/errors";
import { cosign, cosignersOf } from "@/server/domain/log/cosignature";
import { rootOf } from "@/server/domain/log/merkle";
import { parseNote } from "@/server/domain/log/note";
import { parsePolicy } from "@/server/domain/log/policy";
import { formatVerifierKey, verifierKeyOf } from "@/server/domain/log/verifier-key";
import { ed25519Verifier } from "@/server/domain/signature";
import {
  type PublishCheckpointDeps,
  publishCheckpoint,
} from "@/server/services/publish-checkpoint";
import { aSigner } from "@/test/domain/log/a-signer";
import { oracleConsistency } from "@/test/domain/log/oracle";
import { NOON } from "@/test/support/builders";
import { fakeBus } from "@/test/support/fakes";
import { goldenLeafHashes } from "@/test/vectors/golden";

const ORIGIN = "a.example/log";
const LEAVES = goldenLeafHashes(40);
const logKey = aSigner(1);
const keyOf = (seed: number) =>
  verifierKeyOf(`w${seed}.example`, "cosignature", aSigner(seed).publicKey);
const lineOf = (seed: number, checkpoint: string) =>
  cosign(parseNote(checkpoint).text, { name: `w${seed}.example`, ...aSigner(seed) }, 1_790_000_000);

type Answer = Witness["addCheckpoint"];
type Asked = PublishCheckpointDeps["witnesses"][number];
const witness = (seed: number, addCheckpoint: Answer): Asked => ({
  name: `w${seed}.example`,
  keys: [keyOf(seed)],
  addCheckpoint,
});
const good = (seed: number): Asked =>
  witness(seed, async ({ checkpoint }) => ({ kind: "cosigned", lines: lineOf(seed, checkpoint) }));
const refusing = (seed: number, code: BeaconError["code"]): Asked =>
  witness(seed, () => Promise.reject(new BeaconError(code, `${code} by ${seed}`)));
/** Never answers; hears when nobody waits any more. */
function silent(seed: number) {
  const heard = { isAborted: false };
  const asked = witness(
    seed,
    (_, signal) =>
      new Promise((_resolve, reject) =>
        signal?.addEventListener("abort", () => {
          heard.isAborted = true;
          reject(new BeaconError("WITNESS_UNAVAILABLE", "aborted"));
        }),
      ),
  );
  return { asked, heard };
}

/** A log of 20 entries that has published 12, and witnesses 2, 3 and 4, of whom two must cosign. */
function aLog(over: Partial<PublishCheckpointDeps> = {}, before: readonly WitnessOutcome[] = []) {
  const bus = fakeBus();
  const notes: string[] = [];
  const recorded: NewWitnessOutcome[] = [];
  const proofs: number[] = [];
  const policy = parsePolicy(
    `log ${formatVerifierKey(verifierKeyOf(ORIGIN, "note", logKey.publicKey))}
${[2, 3, 4].map((seed) => `witness n${seed} ${formatVerifierKey(keyOf(seed))}`).join("\n")}
group quorum 2 n2 n3 n4\nquorum quorum\n`,
  );
  const root = rootOf(LEAVES.slice(0, 20));
  const deps: PublishCheckpointDeps = {
    log: {
      state: async () => ({ size: 20, root, publishedSize: 12, publishedAt: NOON }),
      tileReader: () => async () => Buffer.concat(LEAVES.slice(0, 20)),
      leafBytes: async (from, to) => LEAVES.slice(from, to),
      publish: async ({ note }) => notes.push(note) > 0,
    },
    tree: {
      // These leaves are their own hashes.
      hashLeaf: (bytes) => bytes,
      rootOf: async () => root,
      proveConsistency: async (from, to) => {
        proofs.push(from);
        return from === 0 || from === to ? [] : oracleConsistency(from, LEAVES.slice(0, to));
      },
    },
    witnesses: [good(2), good(3), good(4)],
    witnessStore: {
      all: async () => before,
      record: async (outcomes) => void recorded.push(...outcomes),
    },
    policy,
    origin: ORIGIN,
    logKey,
    bus,
    withDeadline,
    now: () => NOON,
    ...over,
  };
  return { deps, bus, notes, recorded, proofs, policy };
}
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (error: unknown) => (error instanceof BeaconError ? error.code : error),
  );
const codes = (recorded: readonly NewWitnessOutcome[]) =>
  Object.fromEntries(recorded.map(({ name, code }) => [name, code]));

describe("a checkpoint", () => {
  it("is published with the lines of all witnesses that answer, and it is kept who cosigned", async () => {
    const { deps, notes, recorded, bus, policy } = aLog();
    expect(await publishCheckpoint(deps)).toBe(20);
    const note = parseNote(notes[0] ?? "");
    const cosigners = await cosignersOf(note, policy.witnesses, await ed25519Verifier());
    expect(cosigners.map((each) => each.witness.name)).toEqual(["n2", "n3", "n4"]);
    expect(note.signatures).toHaveLength(4);
    expect(recorded).toMatchObject([2, 3, 4].map(() => ({ code: null, at: NOON, size: 20 })));
    expect(bus.announced).toEqual([{ kind: "log.published", size: 20 }]);
  });

  it("is asked for side by side: nobody waits for another's answer", async () => {
    let asked = 0;
    let release: () => void = () => {};
    const all = new Promise<void>((resolve) => {
      release = resolve;
    });
    const waiting = (seed: number) =>
      witness(seed, async ({ checkpoint }) => {
        if (++asked === 3) release();
        await all;
        return { kind: "cosigned", lines: lineOf(seed, checkpoint) };
      });
    const { deps } = aLog({ witnesses: [waiting(2), waiting(3), waiting(4)] });
    expect(await publishCheckpoint(deps)).toBe(20);
  });

  it("does not wait for one who is not needed, who then hears that nobody waits", async () => {
    const { asked, heard } = silent(4);
    const { deps, recorded, notes } = aLog({ witnesses: [good(2), good(3), asked] });
    const startedAt = performance.now();
    expect(await publishCheckpoint(deps)).toBe(20);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(heard.isAborted).toBe(true);
    expect(codes(recorded)["w4.example"]).toBe("WITNESS_UNAVAILABLE");
    expect(parseNote(notes[0] ?? "").signatures).toHaveLength(3);
  });

  it("carries the line of one who is not needed and only a little later", async () => {
    const late = witness(4, async ({ checkpoint }) => {
      await new Promise((resolve) => setImmediate(resolve));
      return { kind: "cosigned", lines: lineOf(4, checkpoint) };
    });
    const { deps, notes } = aLog({ witnesses: [good(2), good(3), late] });
    await publishCheckpoint(deps);
    expect(notes[0]).toContain("w4.example");
  });

  it("is not published when the time is up before the policy is met", async () => {
    const witnesses = [good(2), silent(3).asked, silent(4).asked];
    const { deps, notes, recorded } = aLog({
      witnesses,
      withDeadline: (_, signals, work) => withDeadline(30, signals, work),
    });
    expect(await codeOf(publishCheckpoint(deps))).toBe("QUORUM_NOT_MET");
    expect(notes).toEqual([]);
    expect(codes(recorded)).toEqual({
      "w2.example": null,
      "w3.example": "WITNESS_UNAVAILABLE",
      "w4.example": "WITNESS_UNAVAILABLE",
    });
  });

  it("is published without those who refuse, are away or lie, and it is kept which", async () => {
    const lies: readonly ((checkpoint: string) => string)[] = [
      (checkpoint) => lineOf(9, checkpoint),
      (checkpoint) => lineOf(4, checkpoint.replace("\n20\n", "\n21\n")),
      () => "\u2014 w4.example AAAAAAA=\n",
      () => "nonsense",
      () => "",
      (checkpoint) => checkpoint + lineOf(4, checkpoint),
    ];
    const lying = lies.map((lie) =>
      witness(4, async ({ checkpoint }) => ({ kind: "cosigned", lines: lie(checkpoint) })),
    );
    const away = (["WITNESS_REFUSED", "WITNESS_UNAVAILABLE"] as const).map((code) =>
      refusing(4, code),
    );
    for (const bad of [...lying, ...away]) {
      const { deps, notes, recorded } = aLog({ witnesses: [bad, good(2), good(3)] });
      expect(await publishCheckpoint(deps)).toBe(20);
      expect(parseNote(notes[0] ?? "").signatures).toHaveLength(3);
      expect(codes(recorded)["w4.example"]).toMatch(/^WITNESS_/);
    }
  });

  it("leaves out a bad line beside a good one, which would make readers refuse it", async () => {
    const twin = { ...aSigner(5), name: "w4.example" };
    const two: Asked = {
      name: "w4.example",
      keys: [keyOf(4), verifierKeyOf("w4.example", "cosignature", twin.publicKey)],
      addCheckpoint: async ({ checkpoint }) => ({
        kind: "cosigned",
        lines: lineOf(4, checkpoint) + cosign("another text\n", twin, 1_790_000_000),
      }),
    };
    const { deps, notes } = aLog({ witnesses: [good(2), two] });
    expect(await publishCheckpoint(deps)).toBe(20);
    expect(parseNote(notes[0] ?? "").signatures).toHaveLength(3);
  });

  it("is not published by fewer than the policy asks, however often one cosigns", async () => {
    const { deps, notes } = aLog({
      witnesses: [good(2), good(2), refusing(3, "WITNESS_REFUSED"), refusing(4, "WITNESS_REFUSED")],
    });
    expect(await codeOf(publishCheckpoint(deps))).toBe("QUORUM_NOT_MET");
    expect(notes).toEqual([]);
  });

  it.each(["LOG_FORKED", "LOG_ROLLED_BACK"] as const)(
    "is not published when one witness says %s, though the others would do",
    async (code) => {
      const bad =
        code === "LOG_FORKED"
          ? refusing(4, code)
          : witness(4, async () => ({ kind: "stale", size: 21n }));
      const { deps, notes, recorded } = aLog({ witnesses: [bad, good(2), good(3)] });
      expect(await codeOf(publishCheckpoint(deps))).toBe(code);
      expect(notes).toEqual([]);
      expect(codes(recorded)["w4.example"]).toBe(code);
    },
  );

  it("needs nobody where the policy asks for nobody", async () => {
    const policy = parsePolicy("quorum none\n");
    const { deps, notes } = aLog({ policy, witnesses: [] });
    expect(await publishCheckpoint(deps)).toBe(20);
    expect(parseNote(notes[0] ?? "").signatures).toHaveLength(1);
  });

  it("is announced when it is not met, once for as long as the reasons stay the same", async () => {
    const before = [2, 3, 4].map((seed) => ({
      name: `w${seed}.example`,
      code: seed === 2 ? null : ("WITNESS_REFUSED" as const),
      message: null,
      at: NOON,
      size: null,
      cosignedAt: null,
    }));
    const witnesses = [good(2), refusing(3, "WITNESS_REFUSED"), refusing(4, "WITNESS_REFUSED")];
    const first = aLog({ witnesses });
    expect(await codeOf(publishCheckpoint(first.deps))).toBe("QUORUM_NOT_MET");
    expect(first.bus.announced).toEqual([{ kind: "log.published", size: 12 }]);
    const again = aLog({ witnesses }, before);
    expect(await codeOf(publishCheckpoint(again.deps))).toBe("QUORUM_NOT_MET");
    expect(again.bus.announced).toEqual([]);
  });
});

describe("a witness of another size", () => {
  const holding = (seed: number, size: number, asked: bigint[] = []): Asked =>
    witness(seed, async ({ oldSize, checkpoint }: AddCheckpoint) => {
      asked.push(oldSize);
      return oldSize === BigInt(size)
        ? { kind: "cosigned", lines: lineOf(seed, checkpoint) }
        : { kind: "stale", size: BigInt(size) };
    });
  const last = (seed: number, size: number): WitnessOutcome => ({
    name: `w${seed}.example`,
    code: null,
    message: null,
    at: NOON,
    size,
    cosignedAt: NOON,
  });

  it("is asked from what it last cosigned, and goes on from what it says", async () => {
    const asked: bigint[][] = [[], [], []];
    const { deps, proofs } = aLog(
      { witnesses: [holding(2, 12, asked[0]), holding(3, 7, asked[1]), holding(4, 0, asked[2])] },
      [last(3, 7)],
    );
    expect(await publishCheckpoint(deps)).toBe(20);
    expect(asked).toEqual([[12n], [7n], [12n, 0n]]);
    expect(proofs.toSorted((a, b) => a - b)).toEqual([0, 7, 12]);
  });

  it("that has forgotten what it cosigned is shown, and its line is a line", async () => {
    const { deps, recorded } = aLog({ witnesses: [good(2), holding(3, 5)] }, [last(3, 12)]);
    expect(await publishCheckpoint(deps)).toBe(20);
    expect(recorded.find(({ name }) => name === "w3.example")).toMatchObject({
      code: null,
      message: "it had cosigned 12 entries and remembered only 5",
    });
  });

  it("beyond what numbers keep exact is larger all the same", async () => {
    const ahead = witness(4, async () => ({ kind: "stale", size: 2n ** 63n - 1n }));
    const { deps } = aLog({ witnesses: [ahead, good(2), good(3)] });
    expect(await codeOf(publishCheckpoint(deps))).toBe("LOG_ROLLED_BACK");
  });
});
