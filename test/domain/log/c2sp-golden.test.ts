import { afterEach, describe, expect, it, vi } from "vitest";
import { hex, utf8 } from "@/server/domain/bytes";
import { isBeaconError } from "@/server/domain/errors";
import { parseCheckpoint } from "@/server/domain/log/checkpoint";
import { cosignersOf, parseCosignature } from "@/server/domain/log/cosignature";
import { leafHashOf, verifyConsistency, verifyInclusion } from "@/server/domain/log/merkle";
import { isSignatureOf, parseNote, verifyNote } from "@/server/domain/log/note";
import { meetsQuorum, parsePolicy } from "@/server/domain/log/policy";
import { parseProof } from "@/server/domain/log/proof";
import { subtreeMessage } from "@/server/domain/log/subtree-cosignature";
import { parseVerifierKey } from "@/server/domain/log/verifier-key";
import { mlDsaVerifier } from "@/server/domain/ml-dsa";
import { ed25519Verifier } from "@/server/domain/signature";
import { skipBecause } from "@/test/support/skip";
import { type C2spGolden, type GoldenProof, golden } from "@/test/vectors/golden";

const vectors = golden<C2spGolden & { readonly mldsa: MlDsaGolden }>("c2sp-golden.json");
type MlDsaGolden = { readonly checkpoint: string; readonly signedMessageHex: string };
const policy = parsePolicy(vectors.policy);

afterEach(() => vi.unstubAllGlobals());

/** C2SP tlog-proof, verification, by the parts: "accept", or the code of the part that refuses. */
async function verdictOf({ entry, proof: file }: GoldenProof): Promise<string> {
  try {
    const verifier = await ed25519Verifier();
    const { index, proof, checkpoint } = parseProof(utf8(file));
    const note = parseNote(checkpoint);
    const { origin, size, root } = parseCheckpoint(note.text);
    const keys = policy.logs.map(({ key }) => key).filter(({ name }) => name === origin);
    await verifyNote(note, keys, verifier);
    const cosigners = await cosignersOf(note, policy.witnesses, verifier);
    if (!meetsQuorum(policy, new Set(cosigners.map(({ witness }) => witness.name))))
      return "QUORUM_NOT_MET";
    verifyInclusion({ index, size, leafHash: leafHashOf(utf8(entry)), proof, root });
    return "accept";
  } catch (error) {
    if (isBeaconError(error)) return error.code;
    throw error;
  }
}

describe("the golden proofs", () => {
  it.each(Object.entries(vectors.accept))("accept %s", async (_, proof) => {
    expect(await verdictOf(proof)).toBe("accept");
  });

  const codes: Readonly<Record<string, string>> = {
    "wrong-entry": "LOG_PROOF_ROOT_MISMATCH",
    "wrong-index": "LOG_PROOF_ROOT_MISMATCH",
    "index-beyond-size": "LOG_POSITION_INVALID",
    "leading-zero-index": "PROOF_MALFORMED",
    "quorum-1-of-3": "QUORUM_NOT_MET",
    "duplicate-witness-line": "QUORUM_NOT_MET",
    "no-log-signature": "NOTE_KEY_UNKNOWN",
    "truncated-proof": "LOG_PROOF_LENGTH",
    "extra-hash": "LOG_PROOF_LENGTH",
    "hash-31-bytes": "PROOF_MALFORMED",
    "bad-header": "PROOF_MALFORMED",
    "other-origin": "NOTE_KEY_UNKNOWN",
    "cosig-timestamp-altered": "NOTE_SIGNATURE_INVALID",
    "cosig-as-log-sig-type": "QUORUM_NOT_MET",
    "one-invalid-known-sig": "NOTE_SIGNATURE_INVALID",
    "leading-zero-size": "CHECKPOINT_MALFORMED",
    crlf: "PROOF_MALFORMED",
    "truncated-cosig": "NOTE_SIGNATURE_INVALID",
  };
  it.each(Object.entries(vectors.reject))("refuse %s, for its reason", async (name, proof) => {
    expect(await verdictOf(proof)).toBe(codes[name]);
  });

  it("are 24", () => {
    expect(Object.keys(vectors.accept)).toHaveLength(6);
    expect(Object.keys(vectors.reject).toSorted()).toEqual(Object.keys(codes).toSorted());
  });
});

describe("the golden equivocation", () => {
  it("is two states of one size that the log signed and that cannot both be true", async () => {
    const verifier = await ed25519Verifier();
    const keys = policy.logs.map(({ key }) => key);
    const notes = [vectors.equivocation.a, vectors.equivocation.b].map(parseNote);
    for (const note of notes) expect(await verifyNote(note, keys, verifier)).toHaveLength(1);
    const [a, b] = notes.map(({ text }) => parseCheckpoint(text));
    if (a === undefined || b === undefined) return expect.fail("two notes");
    expect(a.size).toBe(b.size);
    const roots = { oldRoot: a.root, newRoot: b.root };
    expect(() =>
      verifyConsistency({ oldSize: a.size, newSize: b.size, ...roots, proof: [] }),
    ).toThrow(expect.objectContaining({ code: "LOG_PROOF_ROOT_MISMATCH" }));
  });
});

describe("a post-quantum cosignature", () => {
  const note = parseNote(vectors.mldsa.checkpoint);
  const pq1 = {
    name: "pq1",
    key: parseVerifierKey(vectors.keys.pq1?.vkey ?? ""),
    url: null,
  };

  it("is passed over as a stranger's where the policy does not know the key", async () => {
    const verifier = await ed25519Verifier();
    const keys = policy.logs.map(({ key }) => key);
    expect(note.signatures.map(({ name }) => name)).toContain("witness.example/pq1");
    expect(await verifyNote(note, keys, verifier)).toHaveLength(1);
    expect(await cosignersOf(note, policy.witnesses, verifier)).toEqual([]);
  });

  it("signs what the golden vector says", () => {
    const line = note.signatures.find((signature) => isSignatureOf(signature, pq1.key));
    const { atSeconds = 0 } = parseCosignature(line?.bytes ?? new Uint8Array()) ?? {};
    expect(hex(subtreeMessage(pq1.key.name, note.text, atSeconds))).toBe(
      vectors.mldsa.signedMessageHex,
    );
  });

  const verified = async () => {
    const [cosigner] = await cosignersOf(note, [pq1], await ed25519Verifier());
    expect(cosigner).toEqual({ witness: pq1, atSeconds: 1_790_000_000 });
  };

  it("is verified by noble", async () => {
    vi.stubGlobal("crypto", {});
    expect((await mlDsaVerifier()).engine).toBe("noble");
    await verified();
  });

  it("is verified by WebCrypto", async (context) => {
    if ((await mlDsaVerifier()).engine !== "webcrypto")
      skipBecause(
        context,
        `WebCrypto of Node ${process.versions.node} has no ML-DSA-44 (24.7 has); Chromium's is asked in test/cli/verifiers.test.ts`,
      );
    await verified();
  });
});
