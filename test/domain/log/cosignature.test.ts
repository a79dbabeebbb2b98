import { describe, expect, it } from "vitest";
import { concat, fromUtf8 } from "@/server/domain/bytes";
import {
  cosign,
  cosignatureMessage,
  cosignersOf,
  parseCosignature,
} from "@/server/domain/log/cosignature";
import { parseNote, signatureLine } from "@/server/domain/log/note";
import { parsePolicy } from "@/server/domain/log/policy";
import { subtreeMessage } from "@/server/domain/log/subtree-cosignature";
import { parseVerifierKey, verifierKeyOf } from "@/server/domain/log/verifier-key";
import { ed25519Verifier } from "@/server/domain/signature";
import { anMlDsaSigner, aSigner } from "@/test/domain/log/a-signer";
import { type C2spGolden, golden } from "@/test/vectors/golden";

const vectors = golden<C2spGolden>("c2sp-golden.json");
const { witnesses } = parsePolicy(vectors.policy);
const note = vectors.checkpoints["257"] ?? "";
const { text } = parseNote(note);
const w1 = vectors.keys.w1 ?? expect.fail("no w1");
const key = parseVerifierKey(w1.vkey);
const signer = { name: key.name, ...aSigner(w1.seed) };
const invalid = expect.objectContaining({ code: "NOTE_SIGNATURE_INVALID" });

describe("a cosignature", () => {
  it("signs header, time and the checkpoint's text", () => {
    expect(fromUtf8(cosignatureMessage(text, 1_790_000_000))).toBe(
      `cosignature/v1\ntime 1790000000\n${text}`,
    );
  });

  it("is byte for byte that of the golden vectors", () => {
    const line = note.split("\n").find((candidate) => candidate.includes(key.name)) ?? "";
    const golden = parseNote(note).signatures.find(({ name }) => name === key.name);
    const { atSeconds = 0 } = parseCosignature(golden?.bytes ?? new Uint8Array()) ?? {};
    expect(cosign(text, signer, atSeconds)).toBe(`${line}\n`);
  });

  it("has 72 bytes, or 2,428, and a time before the year 10000", () => {
    expect(parseCosignature(new Uint8Array(71))).toBeNull();
    expect(parseCosignature(new Uint8Array(73))).toBeNull();
    expect(parseCosignature(new Uint8Array(7))).toBeNull();
    expect(parseCosignature(new Uint8Array(2_427))).toBeNull();
    expect(parseCosignature(new Uint8Array(2_428))?.signature).toHaveLength(2_420);
    expect(parseCosignature(new Uint8Array(72))?.atSeconds).toBe(0);
    const late = Uint8Array.from([0, 0, 0, 0x3a, 0xff, 0xf4, 0x41, 0x80, ...new Uint8Array(64)]);
    expect(parseCosignature(late)).toBeNull();
    expect(parseCosignature(new Uint8Array(72).fill(0xff))).toBeNull();
  });
});

describe("a post-quantum cosignature", () => {
  const pq = { name: "pq.example/w", ...anMlDsaSigner(9) };
  const pqKey = verifierKeyOf(pq.name, "mldsa-cosignature", pq.publicKey);
  const known = [...witnesses, { name: "pq", key: pqKey, url: null }];
  const cosignersOfNote = async (signed: string) =>
    (await cosignersOf(parseNote(signed), known, await ed25519Verifier())).map(
      ({ witness, atSeconds }) => [witness.name, atSeconds],
    );
  const [, size = "", root = ""] = text.split("\n");

  it("counts as a witness's word beside those of Ed25519", async () => {
    const both = note + cosign(text, pq, 1_790_000_007);
    expect(await cosignersOfNote(both)).toEqual([
      ["w1", 1_790_000_000],
      ["w2", 1_790_000_000],
      ["pq", 1_790_000_007],
    ]);
  });

  it("commits to the witness's name, the time, the log, the size and the root", async () => {
    const line = cosign(text, pq, 5);
    const cosigned = (body: string) => cosignersOfNote(`${body}\n${line}`);
    expect(await cosigned(text)).toEqual([["pq", 5]]);
    const elsewhere = [
      text.replace("beacon.example/log", "beacon.example/lot"),
      text.replace(`\n${size}\n`, `\n${size}1\n`),
      text.replace(root, `A${root.slice(1)}`),
    ];
    for (const body of elsewhere) await expect(cosigned(body)).rejects.toThrow(invalid);
    const bytes = parseNote(`${text}\n${line}`).signatures[0]?.bytes ?? new Uint8Array();
    const later = Uint8Array.from(bytes, (byte, i) => (i === 7 ? byte + 1 : byte));
    const named = { ...pq, name: "pq.example/other" };
    const moved = signatureLine(pqKey, pq.sign(subtreeMessage(named.name, text, 5)));
    for (const other of [signatureLine(pqKey, later), moved])
      await expect(cosignersOfNote(`${text}\n${other}`)).rejects.toThrow(invalid);
  });

  it("says nothing of extension lines, which ML-DSA-44 leaves out", async () => {
    const line = cosign(text, pq, 5);
    expect(await cosignersOfNote(`${text}more\n\n${line}`)).toEqual([["pq", 5]]);
  });

  it("is refused at every flipped bit that is tried", async () => {
    const bytes = parseNote(`${text}\n${cosign(text, pq, 5)}`).signatures[0]?.bytes;
    if (bytes === undefined) return expect.fail("no line");
    expect(bytes).toHaveLength(2_428);
    for (let at = 0; at < bytes.length; at += 97) {
      const changed = Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 1 : byte));
      const other = `${text}\n${signatureLine(pqKey, changed)}`;
      await expect(cosignersOfNote(other)).rejects.toThrow(invalid);
    }
  });

  it("is not made for names that its form has no room for", () => {
    const long = "w".repeat(256);
    expect(() => cosign(text, { ...pq, name: long }, 5)).toThrow(
      expect.objectContaining({ code: "NOTE_KEY_MALFORMED" }),
    );
    expect(() => cosign(text.replace("beacon.example/log", long), pq, 5)).toThrow(
      expect.objectContaining({ code: "CHECKPOINT_MALFORMED" }),
    );
  });
});

describe("the cosigners of a checkpoint", () => {
  const cosigners = async (signed: string) =>
    (await cosignersOf(parseNote(signed), witnesses, await ed25519Verifier())).map(
      ({ witness }) => witness.name,
    );

  it("are the known witnesses, each once, whatever the order of the lines", async () => {
    expect(await cosigners(note)).toEqual(["w1", "w2"]);
    const lines = note
      .slice(text.length + 1)
      .trimEnd()
      .split("\n");
    const shuffled = `${text}\n${[...lines.toReversed(), ...lines].join("\n")}\n`;
    expect(await cosigners(shuffled)).toEqual(["w1", "w2"]);
  });

  it("are counted at their last time when they signed twice", async () => {
    const twice = `${text}\n${cosign(text, signer, 20)}${cosign(text, signer, 10)}`;
    const [cosigner] = await cosignersOf(parseNote(twice), witnesses, await ed25519Verifier());
    expect(cosigner?.atSeconds).toBe(20);
  });

  it("are not strangers", async () => {
    const stranger = `${text}\n${cosign(text, { name: "x.example", ...aSigner(9) }, 1)}`;
    expect(await cosigners(stranger)).toEqual([]);
  });

  it("are nobody when a known witness's signature is wrong", async () => {
    const time = new Uint8Array(8);
    const wrong = signatureLine(key, concat(time, new Uint8Array(64)));
    const plain = signatureLine(key, signer.sign(cosignatureMessage(text, 0)));
    for (const line of [wrong, plain])
      await expect(cosigners(note + line)).rejects.toThrow(invalid);
  });
});
