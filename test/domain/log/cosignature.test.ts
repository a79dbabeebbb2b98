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
import { parseVerifierKey } from "@/server/domain/log/verifier-key";
import { ed25519Verifier } from "@/server/domain/signature";
import { aSigner } from "@/test/domain/log/a-signer";
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

  it("has 72 bytes and a time before the year 10000", () => {
    expect(parseCosignature(new Uint8Array(71))).toBeNull();
    expect(parseCosignature(new Uint8Array(73))).toBeNull();
    expect(parseCosignature(new Uint8Array(72))?.atSeconds).toBe(0);
    const late = Uint8Array.from([0, 0, 0, 0x3a, 0xff, 0xf4, 0x41, 0x80, ...new Uint8Array(64)]);
    expect(parseCosignature(late)).toBeNull();
    expect(parseCosignature(new Uint8Array(72).fill(0xff))).toBeNull();
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
