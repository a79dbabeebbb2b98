import { describe, expect, it } from "vitest";
import { base64, utf8 } from "@/server/domain/bytes";
import { formatCheckpoint, parseCheckpoint } from "@/server/domain/log/checkpoint";
import { cosignatureMessage, parseCosignature } from "@/server/domain/log/cosignature";
import { fromDecimal, jsonPosition, MAX_POSITION, toSafeNumber } from "@/server/domain/log/decimal";
import { parseNote } from "@/server/domain/log/note";
import { formatProof, parseProof } from "@/server/domain/log/proof";
import { parseTilePath, tilePath, tilesOf, tileWidth } from "@/server/domain/log/tile";

// What C2SP's specifications print as examples (repository C2SP/C2SP, CC BY 4.0): facts and lines, each
// under the name of its document.

/** tlog-cosignature, introduction. */
const COSIGNED = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`;

describe("tlog-checkpoint and tlog-cosignature", () => {
  const note = parseNote(COSIGNED);

  it("are read as printed", () => {
    const checkpoint = parseCheckpoint(note.text);
    expect(checkpoint).toMatchObject({ origin: "example.com/behind-the-sofa", size: 20_852_163n });
    expect(formatCheckpoint(checkpoint)).toBe(note.text);
    expect(note.signatures.map(({ name, keyId }) => [name, keyId])).toEqual([
      ["example.com/behind-the-sofa", 0x033de0ae],
      ["witness.example.com/w1", 0x8d66cf3f],
    ]);
  });

  it("cosign the message that is printed for that line", () => {
    const { atSeconds = 0 } = parseCosignature(note.signatures[1]?.bytes ?? utf8("")) ?? {};
    expect(atSeconds).toBe(1_679_315_147);
    expect(cosignatureMessage(note.text, atSeconds)).toEqual(
      utf8(
        "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
      ),
    );
  });
});

describe("signed-note", () => {
  it("splits its example at the last empty line", () => {
    const poem =
      "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned \u00e8 subito sera.\n";
    const line =
      "\u2014 quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
    const note = parseNote(`${poem}\n${line}`);
    expect(note.text).toBe(poem);
    expect(note.signatures).toHaveLength(1);
    expect(note.signatures[0]).toMatchObject({
      name: "quasimodo.example/salvatore",
      keyId: 0x367ba04b,
    });
  });
});

describe("tlog-tiles", () => {
  it("names tile 1234067 as printed", () => {
    const path = "tile/0/x001/x234/067";
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe(path);
    expect(parseTilePath(path)).toEqual({ level: 0, index: 1_234_067n, width: 256 });
  });

  it("gives a log of 70,000 entries the tiles that it counts up", () => {
    const tiles = [...tilesOf(70_000)];
    const at = (level: number) => tiles.filter((tile) => tile.level === level);
    const partial = (level: number) => at(level).find(({ width }) => width < 256)?.width;
    expect([at(0).length, partial(0)]).toEqual([274, 112]);
    expect([at(1).length, partial(1)]).toEqual([2, 17]);
    expect([at(2).length, partial(2)]).toEqual([1, 1]);
    expect(tileWidth(70_000, 3, 0)).toBe(0);
  });
});

describe("tlog-proof", () => {
  it("is header, extra, index, hashes, an empty line and the checkpoint as it is", () => {
    const hash = base64(new Uint8Array(32).fill(1));
    const file = `c2sp.org/tlog-proof@v1\nextra ${base64(utf8("anything"))}\nindex 20852162\n${hash}\n\n${COSIGNED}`;
    const proof = parseProof(utf8(file));
    expect(proof).toMatchObject({ index: 20_852_162n, checkpoint: COSIGNED });
    expect(proof.extra).toEqual(utf8("anything"));
    expect(formatProof(proof)).toBe(file);
  });
});

describe("decimals", () => {
  it("are exact up to 2^63 - 1 and refused above", () => {
    expect(fromDecimal("9223372036854775807")).toBe(MAX_POSITION);
    expect(fromDecimal("9007199254740993")).toBe(9_007_199_254_740_993n);
    for (const wrong of [
      "9223372036854775808",
      "18446744073709551615",
      "00",
      "01",
      "-1",
      "1.0",
      "",
    ])
      expect(fromDecimal(wrong)).toBeNull();
  });

  it("become numbers only where those are exact", () => {
    expect(toSafeNumber(9_007_199_254_740_991n)).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => toSafeNumber(9_007_199_254_740_992n)).toThrow(
      expect.objectContaining({ code: "LOG_POSITION_INVALID" }),
    );
    expect(jsonPosition(9_007_199_254_740_991n)).toBe(Number.MAX_SAFE_INTEGER);
    expect(jsonPosition(9_007_199_254_740_992n)).toBe("9007199254740992");
  });
});
