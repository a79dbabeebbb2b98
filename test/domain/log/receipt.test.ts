import { describe, expect, it } from "vitest";
import { MAX_ENTRY_BYTES } from "@/schemas/log-entry";
import type { Cid } from "@/schemas/primitives";
import { DsseEnvelope } from "@/schemas/receipt";
import { fromBase64, fromUtf8, hex, utf8 } from "@/server/domain/bytes";
import { canonicalBytes, digestOfBytes, sha256OfCid } from "@/server/domain/digest";
import { leafBytesOf, leafHashOfEntry } from "@/server/domain/log/entry";
import { leafHashOf } from "@/server/domain/log/merkle";
import { cidOfEntry, paeOf, signEntry, statementBytes } from "@/server/domain/log/receipt";
import { ed25519Verifier } from "@/server/domain/signature";
import { aSigner } from "@/test/domain/log/a-signer";
import {
  aComparison,
  aFailure,
  aKeyEntry,
  anIntent,
  aResult,
  aWithdrawal,
  entriesOfAllKinds,
} from "@/test/domain/verify/a-log";

describe("an entry", () => {
  it("is a leaf by its canonical bytes", () => {
    for (const entry of entriesOfAllKinds()) {
      expect(leafBytesOf(entry)).toEqual(canonicalBytes(entry));
      expect(leafHashOfEntry(entry)).toEqual(leafHashOf(canonicalBytes(entry)));
    }
  });

  it("has at most 65,535 bytes", () => {
    const contrasts = Array.from({ length: 1_100 }, () => "c".repeat(64));
    const long = anIntent({ contrasts });
    const overhead = leafBytesOf(anIntent({ contrasts: [] })).length;
    const slugs = (bytes: number) => ["c".repeat(bytes - 2)];
    expect(leafBytesOf(anIntent({ contrasts: slugs(MAX_ENTRY_BYTES - overhead) }))).toHaveLength(
      MAX_ENTRY_BYTES,
    );
    for (const entry of [long, anIntent({ contrasts: slugs(MAX_ENTRY_BYTES - overhead + 1) })])
      expect(() => leafBytesOf(entry)).toThrow(
        expect.objectContaining({ code: "ENTRY_TOO_LARGE" }),
      );
  });
});

describe("a statement", () => {
  const parsed = (entry: Parameters<typeof statementBytes>[0]) =>
    JSON.parse(fromUtf8(statementBytes(entry, "a.example/log")) ?? "");

  it("names the thing, its document, the entry and the log", () => {
    const entry = aResult();
    expect(parsed(entry)).toEqual({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ name: entry.task, digest: { sha256: hex(sha256OfCid(entry.cid) ?? utf8("")) } }],
      predicateType: "tag:beacon.local,2026:entry/v1",
      predicate: {
        entry_sha256: digestOfBytes(leafBytesOf(entry)).slice("sha256:".length),
        log: "a.example/log",
      },
    });
  });

  it("is about the right thing for every kind of entry", () => {
    const failure = aFailure();
    const own = (entry: Parameters<typeof leafBytesOf>[0]) =>
      digestOfBytes(leafBytesOf(entry)).slice("sha256:".length);
    const ofCid = (cid: Cid) => hex(sha256OfCid(cid) ?? utf8(""));
    for (const [entry, name, sha256] of [
      [aKeyEntry(), aKeyEntry().key, own(aKeyEntry())],
      [anIntent(), anIntent().job, ofCid(anIntent().spec_cid)],
      [failure, failure.task, own(failure)],
      [aWithdrawal(), aWithdrawal().task, own(aWithdrawal())],
      [aComparison(), aComparison().comparison, ofCid(aComparison().cid)],
    ] as const)
      expect(parsed(entry).subject).toEqual([{ name, digest: { sha256 } }]);
    expect(cidOfEntry(failure)).toBeNull();
  });

  it("is not made of a cid that is none", () => {
    const entry = aResult({ cid: `bafkrei${"7".repeat(52)}` as Cid });
    expect(() => statementBytes(entry, "a")).toThrow(
      expect.objectContaining({ code: "CID_INVALID" }),
    );
  });
});

describe("an envelope", () => {
  /** secure-systems-lab/dsse, protocol.md: the specification's own example. */
  it("signs DSSE's pre-authentication encoding", () => {
    expect(fromUtf8(paeOf("http://example.com/HelloWorld", utf8("hello world")))).toBe(
      "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
    );
    expect(fromUtf8(paeOf("\u00e9", utf8("")))).toBe("DSSEv1 2 \u00e9 0 ");
  });

  it("carries the statement and its signature, in the schema's form", async () => {
    const signer = aSigner(2);
    const dsse = DsseEnvelope.parse(signEntry(aResult(), "a.example/log", signer));
    const payload = fromBase64(dsse.payload) ?? utf8("");
    expect(payload).toEqual(statementBytes(aResult(), "a.example/log"));
    const [line] = dsse.signatures;
    expect(line?.keyid).toBe(signer.keyId);
    const verifier = await ed25519Verifier();
    const signature = fromBase64(line?.sig ?? "") ?? utf8("");
    const message = paeOf(dsse.payloadType, payload);
    expect(await verifier.verify({ publicKey: signer.publicKey, message, signature })).toBe(true);
  });
});
