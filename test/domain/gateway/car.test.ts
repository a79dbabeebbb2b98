import { CarReader } from "@ipld/car";
import { CID } from "multiformats/cid";
import { describe, expect, it } from "vitest";
import { fromBase32, utf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { PROBE_CID } from "@/server/domain/gateway/block-request";
import { encodeCar } from "@/server/domain/gateway/car";

const binary = (cid: string): Uint8Array => fromBase32(cid.slice(1)) ?? new Uint8Array();

describe("an archive of one block", () => {
  it.each([0, 1, 91, 92, 127, 128, 300, 16_384, 65_535, 1_048_576])(
    "of %i bytes is read by @ipld/car as that block under that root",
    async (sizeBytes) => {
      const bytes = new Uint8Array(sizeBytes).fill(7);
      const cid = cidOf(bytes);
      const car = encodeCar(binary(cid), { cid: binary(cid), bytes });
      const reader = await CarReader.fromBytes(car);
      expect(reader.version).toBe(1);
      expect((await reader.getRoots()).map(String)).toEqual([cid]);
      const blocks: string[] = [];
      for await (const block of reader.blocks()) {
        blocks.push(String(block.cid));
        expect(Buffer.compare(block.bytes, bytes)).toBe(0);
      }
      expect(blocks).toEqual([cid]);
    },
  );

  it("holds no block when the root carries its bytes in itself", async () => {
    const reader = await CarReader.fromBytes(encodeCar(binary(PROBE_CID), null));
    expect((await reader.getRoots()).map(String)).toEqual([PROBE_CID]);
    expect(await reader.has(CID.parse(PROBE_CID))).toBe(false);
    for await (const block of reader.blocks()) expect.unreachable(`a block ${block.cid}`);
  });

  it("is the same bytes each time", () => {
    const cid = cidOf(utf8("again"));
    const make = () => encodeCar(binary(cid), { cid: binary(cid), bytes: utf8("again") });
    expect(make()).toEqual(make());
  });
});
