import type { ReceiptExtra } from "@/schemas/receipt";
import { fromUtf8, utf8 } from "@/server/domain/bytes";
import { formatProof, parseProof, type TlogProof } from "@/server/domain/log/proof";
import type { VerificationReport } from "@/server/domain/verify/report";
import { aBlock, aLog } from "@/test/domain/verify/a-log";

/** The files that one reader has at hand, and what every verifier must say of them. */
export type VerdictCase = {
  /** Unique among the cases. */
  readonly name: string;
  readonly receipt: Uint8Array;
  readonly policy: Uint8Array;
  readonly block: Uint8Array | null;
  /** An earlier checkpoint as a signed note, and the list of hashes from the smaller to the larger. */
  readonly since: Uint8Array | null;
  readonly consistency: Uint8Array | null;
  /** `refused`: not sound, whichever way. `any`: it depends; only that all agree is asked. */
  readonly expected: VerificationReport["verdict"] | "refused" | "any";
  /** The code of an unusable case, or one that some check must fail with. */
  readonly code?: string;
  /** Whether it is the policy or the earlier checkpoint that cannot be used, and not the receipt. */
  readonly isInputUnusable?: boolean;
};

/** Where the entries of `aLog` stand. */
export const KEY = 0;
export const INTENT = 1;
export const RESULT = 2;
export const COMPARISON = 5;

/** The log of most cases: one entry of every kind, one witness. */
export const log = aLog();

/** A case about the log's result, sound as it stands, with something changed. */
export const aCase = (changes: Partial<VerdictCase> & { readonly name: string }): VerdictCase => ({
  receipt: log.receiptOf(RESULT),
  policy: utf8(log.policyText),
  block: aBlock(),
  since: null,
  consistency: null,
  expected: "sound",
  ...changes,
});

/** The result's receipt with some of its parts exchanged. */
export const withParts = (changes: Partial<TlogProof>): Uint8Array =>
  utf8(formatProof({ ...parseProof(log.receiptOf(RESULT)), ...changes }));

const textOf = (bytes: Uint8Array | null): string => fromUtf8(bytes ?? new Uint8Array()) ?? "";

/** The result's receipt with its text changed. */
export const withText = (change: (text: string) => string): Uint8Array =>
  utf8(change(textOf(log.receiptOf(RESULT))));

/** The result's receipt with the JSON text in its extra line changed. */
export const withJson = (change: (json: string) => string): Uint8Array =>
  withParts({ extra: utf8(change(textOf(parseProof(log.receiptOf(RESULT)).extra))) });

/** The receipt of one entry with its extra changed and written canonically again. */
export const withExtra = (tamper: (extra: ReceiptExtra) => unknown, index = RESULT): Uint8Array =>
  aLog({ tamper }).receiptOf(index);
