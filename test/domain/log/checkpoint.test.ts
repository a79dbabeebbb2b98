import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCheckpoint, parseCheckpoint } from "@/server/domain/log/checkpoint";
import { MAX_POSITION } from "@/server/domain/log/decimal";
import { EMPTY_ROOT, rootOf } from "@/server/domain/log/merkle";
import { parseNote } from "@/server/domain/log/note";
import { defaultOrigin } from "@/server/domain/log/origin";
import { aSigner } from "@/test/domain/log/a-signer";
import { type C2spGolden, golden, goldenLeafHashes } from "@/test/vectors/golden";

const { checkpoints } = golden<C2spGolden>("c2sp-golden.json");
const root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

describe("checkpoints", () => {
  it("are those of the golden vectors", () => {
    for (const [size, note] of Object.entries(checkpoints)) {
      const { text } = parseNote(note);
      const checkpoint = parseCheckpoint(text);
      expect(checkpoint).toEqual({
        origin: "beacon.example/log",
        size: BigInt(size),
        root: rootOf(goldenLeafHashes(Number(size))),
      });
      expect(formatCheckpoint(checkpoint)).toBe(text);
    }
    expect(Object.keys(checkpoints)).toHaveLength(6);
  });

  it("are read as they were written", () => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, MAX_POSITION),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (size, hash) => {
          const checkpoint = { origin: "a.example/log", size, root: hash };
          expect(parseCheckpoint(formatCheckpoint(checkpoint))).toEqual(checkpoint);
        },
      ),
    );
  });

  it("may have extension lines, which are passed over", () => {
    expect(parseCheckpoint(`a\n0\n${root}\nsomething\n`)).toEqual({
      origin: "a",
      size: 0n,
      root: EMPTY_ROOT,
    });
  });

  it.each([
    ["no origin", `\n0\n${root}\n`],
    ["a leading zero", `a\n00\n${root}\n`],
    ["a sign", `a\n+1\n${root}\n`],
    ["a size above 2^63 - 1", `a\n9223372036854775808\n${root}\n`],
    ["a short root", "a\n0\nAAAA\n"],
    ["spare bits in the root", `a\n0\n${root.replace("U=", "V=")}\n`],
    ["no root", "a\n0\n"],
    ["no final newline", `a\n0\n${root}`],
    ["an empty line", `a\n0\n${root}\n\n`],
    ["nothing", ""],
  ])("with %s are refused", (_, text) => {
    expect(() => parseCheckpoint(text)).toThrow(
      expect.objectContaining({ code: "CHECKPOINT_MALFORMED" }),
    );
  });
});

describe("the origin of a log that nobody named", () => {
  it("follows from its key", () => {
    expect(defaultOrigin(aSigner(1).publicKey)).toMatch(/^beacon\.local\/[0-9a-f]{8}$/);
    expect(defaultOrigin(aSigner(1).publicKey)).not.toBe(defaultOrigin(aSigner(2).publicKey));
  });
});
