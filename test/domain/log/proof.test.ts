import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { utf8 } from "@/server/domain/bytes";
import { MAX_POSITION } from "@/server/domain/log/decimal";
import { formatProof, MAX_PROOF_FILE_BYTES, parseProof } from "@/server/domain/log/proof";

const file = readFileSync(
  new URL("../../vectors/beacon-golden/example.tlog-proof", import.meta.url),
  "utf8",
);
const hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
const header = "c2sp.org/tlog-proof@v1";
const refused = (code: string) => expect.objectContaining({ code });

describe("a tlog-proof file", () => {
  it("is read and written again, to the byte", () => {
    const proof = parseProof(utf8(file));
    expect(proof).toMatchObject({ extra: null, index: 41n });
    expect(proof.proof).toHaveLength(9);
    expect(formatProof(proof)).toBe(file);
  });

  it("is read as it was written, whatever is in it", () => {
    const parts = fc.record({
      extra: fc.oneof(fc.constant(null), fc.uint8Array({ minLength: 1, maxLength: 90 })),
      index: fc.bigInt(0n, MAX_POSITION),
      proof: fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 63 }),
      checkpoint: fc.constant("a\n\n\u2014 b AAAAAAA=\n"),
    });
    fc.assert(
      fc.property(parts, (proof) => {
        expect(parseProof(utf8(formatProof(proof)))).toEqual(proof);
      }),
    );
  });

  it.each([
    ["another version", `c2sp.org/tlog-proof@v2\nindex 0\n\nx\n`],
    ["no index", `${header}\n\nx\n`],
    ["a leading zero", `${header}\nindex 01\n\nx\n`],
    ["a negative index", `${header}\nindex -1\n\nx\n`],
    ["an index above 2^63 - 1", `${header}\nindex 9223372036854775808\n\nx\n`],
    ["two spaces", `${header}\nindex  1\n\nx\n`],
    ["extra behind index", `${header}\nindex 0\nextra AAAA\n\nx\n`],
    ["two extras", `${header}\nextra AAAA\nextra AAAA\nindex 0\n\nx\n`],
    ["an empty extra", `${header}\nextra \nindex 0\n\nx\n`],
    ["an extra with spare bits", `${header}\nextra AB==\nindex 0\n\nx\n`],
    ["a hash of 31 bytes", `${header}\nindex 0\n${hash.slice(0, 40)}AA==\n\nx\n`],
    ["64 hashes", `${header}\nindex 0\n${`${hash}\n`.repeat(64)}\nx\n`],
    ["carriage returns", file.replaceAll("\n", "\r\n")],
    ["a byte-order mark", `\ufeff${file}`],
    ["no checkpoint", `${header}\nindex 0\n`],
    ["nothing", ""],
  ])("with %s is refused", (_, text) => {
    expect(() => parseProof(utf8(text))).toThrow(refused("PROOF_MALFORMED"));
  });

  it("is UTF-8 of at most 256 KiB", () => {
    expect(() => parseProof(Uint8Array.of(0xc3, 0x28))).toThrow(refused("PROOF_MALFORMED"));
    expect(() => parseProof(new Uint8Array(MAX_PROOF_FILE_BYTES + 1))).toThrow(
      refused("PROOF_TOO_LARGE"),
    );
  });
});
