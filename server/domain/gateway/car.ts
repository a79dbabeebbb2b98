import { concat, utf8 } from "@/server/domain/bytes";

/** One block under its binary CID. */
export type CarBlock = { readonly cid: Uint8Array; readonly bytes: Uint8Array };

/**
 * A CARv1 archive (ipld.io, "Content Addressable aRchives") with one root and at most one block.
 *
 * @param root the root's binary CID.
 * @param block null: the root carries its bytes in itself, and an archive holds no such block.
 */
export function encodeCar(root: Uint8Array, block: CarBlock | null): Uint8Array {
  const header = section([headerOf(root)]);
  return block === null ? header : concat(header, section([block.cid, block.bytes]));
}

/** The header in DAG-CBOR: `{roots: [root], version: 1}`, a link being tag 42 over a zero byte and the CID. */
const headerOf = (root: Uint8Array): Uint8Array =>
  concat(
    Uint8Array.of(0xa2),
    cborText("roots"),
    Uint8Array.of(0x81, 0xd8, 0x2a),
    cborHead(0x40, root.length + 1),
    Uint8Array.of(0x00),
    root,
    cborText("version"),
    Uint8Array.of(0x01),
  );

const cborText = (text: string): Uint8Array => concat(cborHead(0x60, text.length), utf8(text));

/** Kind and length of bytes or a text, as short as may be (RFC 8949, section 4.2.1). Up to 255. */
const cborHead = (kind: number, length: number): Uint8Array =>
  length < 24 ? Uint8Array.of(kind + length) : Uint8Array.of(kind + 24, length);

function section(parts: readonly Uint8Array[]): Uint8Array {
  const body = concat(...parts);
  return concat(varint(body.length), body);
}

/** Unsigned LEB128, as multiformats spell lengths. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}
