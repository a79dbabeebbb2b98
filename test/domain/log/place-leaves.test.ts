import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hex, utf8 } from "@/server/domain/bytes";
import { leafHashOf } from "@/server/domain/log/merkle";
import { placeLeaves } from "@/server/domain/log/place-leaves";

const leaf = (n: number) => ({ n, leafHash: leafHashOf(utf8(`leaf ${n}`)) });

describe("placing leaves", () => {
  it("gives every new leaf the next index, once, and every known one its own", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 30 }), fc.array(fc.nat(20)), (batch, had) => {
        const inLog = [...new Set(had)];
        const known = new Map(inLog.map((n, index) => [hex(leaf(n).leafHash), index]));
        const { fresh, repeated, indices } = placeLeaves(batch.map(leaf), known, inLog.length);
        const news = [...new Set(batch)].filter((n) => !inLog.includes(n));
        expect(fresh.map(({ n }) => n)).toEqual(news);
        expect(fresh.length + repeated.length).toBe(batch.length);
        const log = [...inLog, ...news];
        expect(indices).toEqual(batch.map((n) => log.indexOf(n)));
      }),
    );
  });
});
