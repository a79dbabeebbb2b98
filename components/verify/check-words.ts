import { counted, formatCount } from "@/components/ui/count";
import { shorten } from "@/components/ui/shorten";
import type { Verification } from "@/components/verify/run-verification";
import { isLogSigned, signingKeyOf } from "@/server/domain/log/receipt";
import type { Check, CheckName, Facts } from "@/server/domain/verify/report";

/** How one link of the chain is drawn. Weak: it holds, or was left out, in a way that a reader should mind. */
export type LinkTone = "holds" | "fails" | "weak" | "not-applicable";

/** One link of the chain, ready to be shown. */
export type ChainLink = {
  readonly name: CheckName;
  readonly tone: LinkTone;
  /** What the check says when it holds. */
  readonly title: string;
  /** Its machine form. */
  readonly machine: string | null;
  readonly reason: string;
  /** What a reader should mind, in one sentence. */
  readonly caution: string | null;
  /** Shown in the mark instead of a symbol: how many witnesses. */
  readonly mark: string | null;
};

const TITLES: Readonly<Record<CheckName, string>> = {
  "bytes-match-cid": "The bytes are these bytes",
  "receipt-binds-bytes": "The receipt speaks of them",
  "receipt-signature": "Signed, and the signature is valid",
  "runner-key-registered": "The signing key was registered first",
  "leaf-included": "It is in the log",
  "checkpoint-signature": "The log signed that root",
  "witness-quorum": "Cosigned by witnesses",
  "consistent-with-last-seen": "Nothing was rewritten",
  "intent-announced": "Announced beforehand",
};

/** A check in plain words, for people who are not looking at a report. */
export const checkTitle = (name: CheckName): string => TITLES[name];

const titleOf = (name: CheckName, facts: Facts): string => {
  if (name === "leaf-included") return `It is entry ${formatCount(facts.index)} of the log`;
  if (name === "witness-quorum")
    return `Cosigned by ${facts.cosigned.by.length} of ${counted(facts.cosigned.of, "witness", "witnesses")}`;
  return TITLES[name];
};

type Machine = (facts: Facts, verification: Verification) => string | null;

const subjectOf = ({ entry }: Facts): string => {
  if ("attestation" in entry) return entry.attestation;
  if ("task" in entry) return entry.task;
  if ("job" in entry) return entry.job;
  return "key" in entry ? entry.key : entry.file;
};
const addressOf = ({ entry }: Facts): string | null => {
  if ("cid" in entry) return entry.cid;
  return "spec_cid" in entry ? entry.spec_cid : null;
};
const short = (value: string | null): string | null => (value === null ? null : shorten(value, 10));

/** What a machine would compare, in its shortest form. */
const MACHINES: Readonly<Record<CheckName, Machine>> = {
  "bytes-match-cid": (facts) => short(addressOf(facts)),
  "receipt-binds-bytes": (facts) => short(subjectOf(facts)),
  "receipt-signature": ({ entry }) =>
    isLogSigned(entry) ? "ed25519, the log’s key" : `ed25519 ${shorten(signingKeyOf(entry), 8)}`,
  "runner-key-registered": () => null,
  "leaf-included": ({ size }) => `of ${formatCount(size)}`,
  "checkpoint-signature": ({ origin }) => origin,
  "witness-quorum": ({ cosigned }) => cosigned.by.map((witness) => witness.name).join(", ") || null,
  "consistent-with-last-seen": (_, { lastSeen }) =>
    lastSeen === null ? null : `since ${formatCount(lastSeen.size)}`,
  "intent-announced": ({ entry }) =>
    "intent" in entry ? `entry ${formatCount(entry.intent)}` : null,
};

/** What to mind about a check that did not fail; null where there is nothing to mind. */
function cautionOf(
  { name, outcome }: Check,
  verification: Verification,
  localWitnesses: readonly string[],
): string | null {
  if (name === "witness-quorum" && outcome === "not-applicable")
    return "Nobody but the log itself vouches for this state of it.";
  if (name === "witness-quorum" && outcome === "holds") {
    const isLocal = verification.cosignerKeys.every((key) => localWitnesses.includes(key));
    return isLocal
      ? "Run by the same operator: it protects against mistakes, not against this operator."
      : null;
  }
  if (outcome !== "not-applicable") return null;
  if (name === "bytes-match-cid" && verification.hasDocument)
    return "The entry names a document, and it could not be had.";
  if (name === "consistent-with-last-seen" && verification.lastSeen !== null)
    return `This browser saw ${counted(verification.lastSeen.size, "entry", "entries")} before, and the portal did not show that this state continues them.`;
  return null;
}

/** The report as a chain that one can read. */
export function chainOf(
  verification: Verification,
  localWitnesses: readonly string[],
): readonly ChainLink[] {
  const { facts, checks } = verification.report;
  if (facts === null) return [];
  return checks.map((check) => {
    const { name, outcome, reason } = check;
    const caution = cautionOf(check, verification, localWitnesses);
    const isWeak = caution !== null;
    return {
      name,
      tone: isWeak ? "weak" : outcome,
      title: titleOf(name, facts),
      machine: outcome === "not-applicable" ? null : MACHINES[name](facts, verification),
      reason,
      caution,
      mark: isWeak && name === "witness-quorum" ? String(facts.cosigned.by.length) : null,
    };
  });
}
