import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { anchorIdOf } from "@/server/domain/anchor/anchor-id";
import { contentOf, DER, partsOf, readDer } from "@/server/domain/anchor/der";
import { stampedDigest, stampedTextOf } from "@/server/domain/anchor/stamped-digest";
import { timeStampReply } from "@/server/domain/anchor/time-stamp-reply";
import { signNote } from "@/server/domain/log/note";
import { aSigner } from "@/test/domain/log/a-signer";

const TEXT = `a.example/log\n7\n${"A".repeat(43)}=\n`;

describe("what is stamped", () => {
  it("is sha256 over the three lines of a checkpoint with their final newline", () => {
    expect(stampedDigest(TEXT)).toEqual(
      Uint8Array.from(createHash("sha256").update(TEXT).digest()),
    );
  });

  it("is the same whoever signed the checkpoint", () => {
    const one = signNote(TEXT, { name: "a.example/log", ...aSigner(1) });
    const other = signNote(TEXT, { name: "a.example/log", ...aSigner(2) });
    for (const file of [TEXT, one, other, one + other.slice(TEXT.length + 1)])
      expect(stampedTextOf(file)).toBe(TEXT);
  });

  it.each([
    "",
    "hello",
    "a\n1\n",
    TEXT.trimEnd(),
    `${TEXT}\n`,
    `${TEXT}\nno signature\n`,
    `a.example/log\n07\n${"A".repeat(43)}=\n`,
  ])("is in no other file: %j", (file) => {
    expect(() => stampedTextOf(file)).toThrow(
      expect.objectContaining({ code: "CHECKPOINT_MALFORMED" }),
    );
  });
});

describe("an anchor's id", () => {
  it("is the same for the same service and size, and another for any other", () => {
    const key = { kind: "rfc3161", service: "https://tsa.example", size: 7 } as const;
    expect(anchorIdOf(key)).toMatch(/^anc-[a-z2-7]{26}$/);
    expect(anchorIdOf({ ...key })).toBe(anchorIdOf(key));
    const others = [
      { ...key, kind: "opentimestamps" as const },
      { ...key, service: "https://tsa.example/" },
      { ...key, size: 8 },
    ];
    expect(new Set([key, ...others].map(anchorIdOf)).size).toBe(4);
  });
});

describe("DER", () => {
  it("is read to the last byte", () => {
    const element = readDer(Uint8Array.of(0x30, 0x05, 0x02, 0x01, 0x07, 0x04, 0x00));
    const [number, octets] = partsOf(element, DER.sequence);
    expect(contentOf(number, DER.integer)).toEqual(Uint8Array.of(7));
    expect(contentOf(octets, DER.octets)).toEqual(new Uint8Array());
  });

  it.each([
    ["nothing", []],
    ["a tag alone", [0x30]],
    ["less than its length says", [0x30, 0x02, 0x00]],
    ["more than its length says", [0x30, 0x00, 0x00]],
    ["a length without an end", [0x30, 0x80, 0x00, 0x00]],
    ["a length that is not the shortest", [0x30, 0x81, 0x01, 0x00]],
    ["a length with a zero before it", [0x30, 0x82, 0x00, 0x80, ...new Array(128).fill(0)]],
    ["a length that is cut short", [0x30, 0x82, 0x01]],
    ["a length beyond all bounds", [0x30, 0x84, 0x00, 0x00, 0x00, 0x01, 0x00]],
    ["a tag of many bytes", [0x1f, 0x81, 0x00, 0x00]],
  ])("is not %s", (_, bytes) => {
    expect(() => readDer(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ code: "ANCHOR_INVALID" }),
    );
  });

  it.each([0, 100, 122, 123, 250, 251, 60_000, 70_000])(
    "wraps a token of %i bytes as an answer",
    (length) => {
      const [status, token] = partsOf(readDer(timeStampReply(derOctets(length))), DER.sequence);
      expect(status?.whole).toEqual(Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x00));
      expect(contentOf(token, DER.octets)).toHaveLength(length);
    },
  );
});

/** An OCTET STRING of zeros. */
function derOctets(length: number): Uint8Array {
  const size =
    length < 0x80
      ? [length]
      : length < 0x100
        ? [0x81, length]
        : length < 0x10000
          ? [0x82, length >> 8, length & 255]
          : [0x83, length >> 16, (length >> 8) & 255, length & 255];
  return Uint8Array.from([0x04, ...size, ...new Uint8Array(length)]);
}
