import { describe, expect, it } from "vitest";
import { cosign } from "@/server/domain/log/cosignature";
import { signNote } from "@/server/domain/log/note";
import { ownLinesOf } from "@/server/domain/log/own-lines";
import { verifierKeyOf } from "@/server/domain/log/verifier-key";
import { ed25519Verifier } from "@/server/domain/signature";
import { aSigner } from "@/test/domain/log/a-signer";

const TEXT = "a.example/log\n3\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
const SIGNED = signNote(TEXT, { name: "a.example/log", ...aSigner(1) });
const signer = (seed: number) => ({ name: `w${seed}`, ...aSigner(seed) });
const keyOf = (seed: number) => verifierKeyOf(`w${seed}`, "cosignature", aSigner(seed).publicKey);
const lineOf = (seed: number, text = TEXT, at = 1_790_000_000) => cosign(text, signer(seed), at);
const linesOf = async (lines: string, ...seeds: readonly number[]) =>
  ownLinesOf(SIGNED, lines, seeds.map(keyOf), await ed25519Verifier());

describe("the lines that a witness answers with", () => {
  it("are those of its own keys that verify, one a key", async () => {
    const answer = lineOf(9) + lineOf(2) + lineOf(3, "another\n") + lineOf(2, TEXT, 1_790_000_001);
    const { keys, lines } = await linesOf(answer, 2, 3);
    expect(lines).toBe(lineOf(2));
    expect(keys).toEqual([keyOf(2)]);
    expect((await linesOf(lineOf(2) + lineOf(3), 2, 3)).keys).toHaveLength(2);
  });

  it("are none when nothing of its own verifies", async () => {
    for (const answer of [lineOf(9), lineOf(2, "another\n"), lineOf(2).replace("w2", "w3")])
      expect(await linesOf(answer, 2, 3)).toEqual({ keys: [], lines: "" });
  });

  it.each([
    ["nothing", ""],
    ["no line", "nonsense\n"],
    ["a line without its end", lineOf(2).trimEnd()],
    ["a note of its own", `another\n\n${lineOf(2)}`],
    ["more than a note can carry", lineOf(2).repeat(65)],
  ])("are refused when they are %s", async (_, answer) => {
    await expect(linesOf(answer, 2)).rejects.toThrow(
      expect.objectContaining({ code: "NOTE_MALFORMED" }),
    );
  });
});
