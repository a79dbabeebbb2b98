import { concat, utf8 } from "@/server/domain/bytes";
import { formatCheckpoint } from "@/server/domain/log/checkpoint";
import { cosign } from "@/server/domain/log/cosignature";
import { leafHashOfEntry } from "@/server/domain/log/entry";
import { signatureLine, signNote } from "@/server/domain/log/note";
import { formatReceipt, signEntry } from "@/server/domain/log/receipt";
import {
  formatVerifierKey,
  type NamedSigner,
  verifierKeyOf,
} from "@/server/domain/log/verifier-key";
import { aCase, type VerdictCase } from "@/test/cli/public-verifiers/verdict-case";
import { anMlDsaSigner, aSigner } from "@/test/domain/log/a-signer";
import { aVerifier } from "@/test/domain/verify/a-log";

/** The time of most cosignatures, POSIX seconds. */
export const AT = 1_790_000_000;

/** The log of one entry that the witnesses sign. */
export const logKey = { name: "witnessed.example/log", ...aSigner(1) };
const anEd25519Witness = (i: number): NamedSigner => ({
  name: `w.example/${i}`,
  ...aSigner(0x20 + i),
});

/** Ed25519 witnesses that most policies know. */
export const [w0, w1, w2] = [anEd25519Witness(0), anEd25519Witness(1), anEd25519Witness(2)];
export const ed25519 = [w0, w1, w2];

/** Witnesses with post-quantum keys. */
export const pq0: NamedSigner = { name: "pq.example/0", ...anMlDsaSigner(7) };
export const pq1: NamedSigner = { name: "pq.example/1", ...anMlDsaSigner(8) };

/** A witness that no policy knows. */
export const stranger: NamedSigner = { name: "stranger.example/w", ...aSigner(0x30) };

const isMlDsa = (signer: NamedSigner) => signer.publicKey.length !== 32;

/** A witness's key as policies and notes know it. */
export const keyOf = (signer: NamedSigner) =>
  verifierKeyOf(
    signer.name,
    isMlDsa(signer) ? "mldsa-cosignature" : "cosignature",
    signer.publicKey,
  );

/** The checkpoint of the log of one entry, as a text. */
export const textFor = (origin: string, root = leafHashOfEntry(aVerifier())) =>
  formatCheckpoint({ origin, size: 1n, root });
export const text = textFor(logKey.name);

/** The log's own signature line. */
export const logLine = signNote(text, logKey).slice(text.length + 1);

/** A policy that knows the log and these witnesses, by the names a, b, c…, and its last lines. */
export const aPolicy = (
  witnesses: readonly NamedSigner[],
  ...lines: readonly string[]
): Uint8Array =>
  utf8(
    [
      `log ${formatVerifierKey(verifierKeyOf(logKey.name, "note", logKey.publicKey))}`,
      ...witnesses.map(
        (signer, i) => `witness ${"abcdefgh".charAt(i)} ${formatVerifierKey(keyOf(signer))}`,
      ),
      ...lines,
      "",
    ].join("\n"),
  );

/** The receipt of the only entry of a log, under a checkpoint with these signature lines. */
export function receiptUnder(note: string, origin = logKey.name): Uint8Array {
  const entry = aVerifier();
  const dsse = signEntry(entry, origin, { ...logKey, keyId: origin.slice(0, 64) });
  const extra = { entry, dsse, key: null, intent: null };
  return utf8(formatReceipt({ extra, index: 0n, proof: [], checkpoint: note }));
}

/** The receipt under the checkpoint with these signature lines. */
export const cosigned = (...lines: readonly string[]) => receiptUnder(`${text}\n${lines.join("")}`);

/** A witness's line under the checkpoint. */
export const by = (signer: NamedSigner, atSeconds = AT) => cosign(text, signer, atSeconds);

/** A witness's line over any bytes: what it signed is the caller's business. */
export function lineOf(signer: NamedSigner, seconds: bigint, signature: Uint8Array): string {
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, seconds);
  return signatureLine(keyOf(signer), concat(time, signature));
}

/** A signature line with another letter near its end. */
export const flipped = (line: string): string => {
  const at = line.length - 9;
  return `${line.slice(0, at)}${line[at] === "A" ? "B" : "A"}${line.slice(at + 1)}`;
};

const allSigned = cosigned(logLine, by(w0), by(w1), by(w2));

/** What a wrong line, and too few lines, lead to. */
export const invalid = { expected: "unsound", code: "NOTE_SIGNATURE_INVALID" } as const;
export const notMet = { expected: "unsound", code: "QUORUM_NOT_MET" } as const;

/** A case of the log of one entry, sound as it stands under a policy of three witnesses. */
export const witnessed = (changes: Partial<VerdictCase> & { readonly name: string }) =>
  aCase({
    receipt: allSigned,
    policy: aPolicy(ed25519, "group g all a b c", "quorum g"),
    block: null,
    ...changes,
  });
