import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLocalWitness } from "@/server/adapters/witness/local-witness";
import { formatCheckpoint } from "@/server/domain/log/checkpoint";
import { cosignersOf } from "@/server/domain/log/cosignature";
import { EMPTY_ROOT, rootOf } from "@/server/domain/log/merkle";
import { parseNote, signNote } from "@/server/domain/log/note";
import { formatVerifierKey, verifierKeyOf } from "@/server/domain/log/verifier-key";
import { ed25519Verifier } from "@/server/domain/signature";
import { aSigner } from "@/test/domain/log/a-signer";
import { oracleConsistency } from "@/test/domain/log/oracle";
import { goldenLeafHashes } from "@/test/vectors/golden";

const origin = "a.example/log";
const logSigner = { name: origin, ...aSigner(1) };
const leaves = goldenLeafHashes(40);
const forkedLeaves = leaves.toReversed();
const forked = expect.objectContaining({ code: "LOG_FORKED" });
const refused = expect.objectContaining({ code: "WITNESS_REFUSED" });

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "beacon-witness-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const stateFile = () => join(home, "witness.json");
const aWitness = () =>
  createLocalWitness({
    signer: { ...aSigner(2), name: `${origin}/witness` },
    logVerifierKey: formatVerifierKey(verifierKeyOf(origin, "note", logSigner.publicKey)),
    stateFile: stateFile(),
    now: () => new Date("2026-11-22T12:00:00.999Z"),
  });
const checkpointOf = (size: number, from = leaves, signer = logSigner, name = origin) =>
  signNote(
    formatCheckpoint({ origin: name, size: BigInt(size), root: rootOf(from.slice(0, size)) }),
    signer,
  );
const request = (oldSize: number, size: number, from = leaves) => ({
  oldSize: BigInt(oldSize),
  proof: oldSize === 0 || oldSize === size ? [] : oracleConsistency(oldSize, from.slice(0, size)),
  checkpoint: checkpointOf(size, from),
});

describe("a local witness", () => {
  it("cosigns a log that grows, with its own time, so that others can check it", async () => {
    const witness = aWitness();
    const [key] = witness.keys;
    if (key === undefined) return expect.fail("a witness has a key");
    expect(key).toMatchObject({ name: witness.name, use: "cosignature" });
    expect(witness.operator).toBe("local");
    for (const [oldSize, size] of [
      [0, 3],
      [3, 3],
      [3, 8],
      [8, 40],
    ] as const) {
      const answer = await witness.addCheckpoint(request(oldSize, size));
      if (answer.kind !== "cosigned") return expect.fail(`${oldSize} to ${size} is stale`);
      const note = parseNote(checkpointOf(size) + answer.lines);
      const [cosigner] = await cosignersOf(note, [{ key }], await ed25519Verifier());
      expect(cosigner?.atSeconds).toBe(Date.parse("2026-11-22T12:00:00Z") / 1_000);
    }
  });

  it("remembers over restarts what it cosigned", async () => {
    await aWitness().addCheckpoint(request(0, 8));
    expect(JSON.parse(readFileSync(stateFile(), "utf8"))).toMatchObject({ origin, size: 8 });
    expect(await aWitness().addCheckpoint(request(3, 40))).toEqual({ kind: "stale", size: 8n });
    expect(await aWitness().addCheckpoint(request(8, 40))).toMatchObject({ kind: "cosigned" });
    expect(readdirSync(home)).toEqual(["witness.json"]);
  });

  it("goes on from a state file of before it kept the whole note", async () => {
    const root = Buffer.from(rootOf(leaves.slice(0, 8))).toString("base64");
    writeFileSync(stateFile(), `${JSON.stringify({ origin, size: 8, root })}\n`);
    expect(await aWitness().latest(origin)).toMatchObject({ origin, size: 8n, note: null });
    expect(await aWitness().addCheckpoint(request(0, 40))).toEqual({ kind: "stale", size: 8n });
    expect(await aWitness().addCheckpoint(request(8, 40))).toMatchObject({ kind: "cosigned" });
    expect(await aWitness().latest(origin)).toMatchObject({ size: 40n });
  });

  it("holds nothing before its first cosignature", async () => {
    expect(await aWitness().latest(origin)).toBeNull();
  });

  it("has its state on disk before it answers", async () => {
    const witness = aWitness();
    for (const [oldSize, size] of [
      [0, 5],
      [5, 9],
      [9, 30],
    ] as const) {
      await witness.addCheckpoint(request(oldSize, size));
      expect(JSON.parse(readFileSync(stateFile(), "utf8"))).toMatchObject({ size });
    }
  });

  it("says which size it knows when the log starts from another", async () => {
    const witness = aWitness();
    expect(await witness.addCheckpoint(request(3, 8))).toEqual({ kind: "stale", size: 0n });
    await witness.addCheckpoint(request(0, 8));
    expect(await witness.addCheckpoint(request(0, 8))).toEqual({ kind: "stale", size: 8n });
    expect(await witness.addCheckpoint(request(0, 3))).toEqual({ kind: "stale", size: 8n });
  });

  it("never cosigns a fork, and goes on remembering the truth", async () => {
    const witness = aWitness();
    await witness.addCheckpoint(request(0, 8));
    const before = readFileSync(stateFile(), "utf8");
    const fork = { ...request(8, 8), checkpoint: checkpointOf(8, forkedLeaves) };
    await expect(witness.addCheckpoint(fork)).rejects.toThrow(forked);
    const others = [
      request(8, 40, forkedLeaves),
      { ...request(8, 40), checkpoint: checkpointOf(40, forkedLeaves) },
      { ...request(8, 40), proof: [] },
      { ...request(8, 3), proof: [] },
    ];
    for (const other of others) await expect(witness.addCheckpoint(other)).rejects.toThrow(refused);
    expect(readFileSync(stateFile(), "utf8")).toBe(before);
    expect(await witness.addCheckpoint(request(8, 40))).toMatchObject({ kind: "cosigned" });
  });

  it("takes no proof from the empty tree, and knows its root", async () => {
    const witness = aWitness();
    const proof = [EMPTY_ROOT];
    await expect(witness.addCheckpoint({ ...request(0, 8), proof })).rejects.toThrow(refused);
    const text = formatCheckpoint({ origin, size: 0n, root: rootOf(leaves) });
    const checkpoint = signNote(text, logSigner);
    await expect(witness.addCheckpoint({ oldSize: 0n, proof: [], checkpoint })).rejects.toThrow(
      refused,
    );
    expect(await witness.addCheckpoint(request(0, 0))).toMatchObject({ kind: "cosigned" });
    expect(readdirSync(home)).toEqual([]);
  });

  it("refuses other logs, other keys and what is no checkpoint", async () => {
    const witness = aWitness();
    const stranger = { name: origin, ...aSigner(9) };
    const other = { name: "b.example/log", ...aSigner(1) };
    const checkpoints = [
      checkpointOf(8, leaves, stranger),
      checkpointOf(8, leaves, other, "b.example/log"),
      checkpointOf(8, leaves, other),
      checkpointOf(8).replace("\n8\n", "\n9\n"),
      signNote("not a checkpoint\n", logSigner),
      "nothing",
    ];
    for (const checkpoint of checkpoints)
      await expect(witness.addCheckpoint({ oldSize: 0n, proof: [], checkpoint })).rejects.toThrow(
        refused,
      );
    expect(readdirSync(home)).toEqual([]);
  });

  it("answers one request at a time: of two that start from one size, one is stale", async () => {
    const witness = aWitness();
    await witness.addCheckpoint(request(0, 3));
    const answers = await Promise.all(
      [8, 9, 10, 11].map((size) => witness.addCheckpoint(request(3, size))),
    );
    const kinds = answers.map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(["cosigned", "stale", "stale", "stale"]);
    const size = 8 + kinds.indexOf("cosigned");
    expect(JSON.parse(readFileSync(stateFile(), "utf8"))).toMatchObject({ size });
  });

  it("goes on after a refusal", async () => {
    const witness = aWitness();
    const bad = witness.addCheckpoint({ oldSize: 0n, proof: [], checkpoint: "nothing" });
    const good = witness.addCheckpoint(request(0, 3));
    await expect(bad).rejects.toThrow(refused);
    expect(await good).toMatchObject({ kind: "cosigned" });
  });

  it.each([
    ["is empty", ""],
    ["is not JSON", "{"],
    ["lacks the root", JSON.stringify({ origin, size: 3 })],
    ["has a short root", JSON.stringify({ origin, size: 3, root: "AAAA" })],
    ["has no whole size", JSON.stringify({ origin, size: 3.5, root: "AAAA" })],
    ["is null", "null"],
    [
      "is of another log",
      JSON.stringify({
        origin: "b",
        size: 3,
        root: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
      }),
    ],
  ])("signs nothing when its state file %s", async (_, content) => {
    writeFileSync(stateFile(), content);
    await expect(aWitness().addCheckpoint(request(0, 3))).rejects.toThrow(
      expect.objectContaining({ code: "WITNESS_REFUSED", details: { path: stateFile() } }),
    );
    expect(readFileSync(stateFile(), "utf8")).toBe(content);
  });

  it("signs nothing when its state file cannot be read", async () => {
    const witness = createLocalWitness({
      signer: { ...aSigner(2), name: "w" },
      logVerifierKey: formatVerifierKey(verifierKeyOf(origin, "note", logSigner.publicKey)),
      stateFile: home,
      now: () => new Date(0),
    });
    await expect(witness.addCheckpoint(request(0, 3))).rejects.toThrow(refused);
  });
});
