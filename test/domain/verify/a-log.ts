import type { AttestationReport } from "@/schemas/attestation";
import type { CountryCode } from "@/schemas/country";
import type { VantageDocument } from "@/schemas/evidence";
import type {
  AttestationEntry,
  AttesterKeyEntry,
  ComparisonEntry,
  FailureEntry,
  IntentEntry,
  KeyEntry,
  LogEntry,
  ResultEntry,
  RevocationEntry,
  RunnerKeyEntry,
  SessionEntry,
  VerifierEntry,
  WithdrawalEntry,
} from "@/schemas/log-entry";
import type { Instant } from "@/schemas/primitives";
import type { ReceiptExtra } from "@/schemas/receipt";
import { base64, utf8 } from "@/server/domain/bytes";
import { canonicalBytes, cidOf, digestOf, type Json } from "@/server/domain/digest";
import {
  attestationIdFrom,
  comparisonIdOf,
  jobIdFrom,
  sessionIdFrom,
  taskIdOf,
} from "@/server/domain/identity";
import { formatCheckpoint } from "@/server/domain/log/checkpoint";
import { cosign } from "@/server/domain/log/cosignature";
import { leafBytesOf } from "@/server/domain/log/entry";
import { leafHashOf, rootOf } from "@/server/domain/log/merkle";
import { signNote } from "@/server/domain/log/note";
import { defaultOrigin } from "@/server/domain/log/origin";
import { formatPolicy, type Policy } from "@/server/domain/log/policy";
import {
  type EntrySigner,
  formatReceipt,
  isLogSigned,
  signEntry,
  signingKeyOf,
} from "@/server/domain/log/receipt";
import { verifierKeyOf } from "@/server/domain/log/verifier-key";
import { aSigner } from "@/test/domain/log/a-signer";
import { oracleConsistency, oracleInclusion } from "@/test/domain/log/oracle";

const at = "2026-11-22T12:00:00.000Z" as Instant;
const logKey = aSigner(1);
const runner = aSigner(2);
const attester = aSigner(0x30);
const ORIGIN = defaultOrigin(logKey.publicKey);
const job = jobIdFrom(new Uint8Array(16).fill(3));

/** The document that the result stands for. */
export const aBlock = (): Uint8Array => utf8('{"text":"Yes, the museum is open on Mondays."}');
const spec = utf8('{"name":"a job"}');

export const aKeyEntry = (changes: Partial<RunnerKeyEntry> = {}): RunnerKeyEntry => ({
  v: 1,
  at,
  type: "beacon.key/v1",
  key: runner.keyId,
  role: "runner",
  algorithm: "ed25519",
  public_key: base64(runner.publicKey),
  ...changes,
});

/** Takes back the runner's key, which `entriesOfAllKinds` registers first. */
export const aRevocation = (changes: Partial<RevocationEntry> = {}): RevocationEntry => ({
  v: 1,
  at,
  type: "beacon.revocation/v1",
  key: runner.keyId,
  registration: 0,
  reason: "compromised",
  replaced_by: null,
  ...changes,
});

export const aVerifier = (changes: Partial<VerifierEntry> = {}): VerifierEntry => ({
  v: 1,
  at,
  type: "beacon.verifier/v1",
  file: "verifier.js",
  sha256: "0123456789abcdef".repeat(4),
  size_bytes: 6_000,
  ...changes,
});

export const anIntent = (changes: Partial<IntentEntry> = {}): IntentEntry => ({
  v: 1,
  at,
  type: "beacon.intent/v1",
  simulated: true,
  job,
  spec_cid: cidOf(spec),
  tasks_digest: digestOf([]),
  tasks: 4,
  repeats: 2,
  contrasts: ["germany-france"],
  stop_rule: "every-announced-task-closes",
  order_seed: "00112233445566778899aabbccddeeff",
  deadline: at,
  runner_key: runner.keyId,
  ...changes,
});

const country = "DE" as CountryCode;
const session = sessionIdFrom(new Uint8Array(16).fill(4));
const provider = `0x${"ab".repeat(20)}`;

/** Where the results of `aResult` were asked from, by one look out of the exit. */
export const aVantage = (changes: Partial<VantageDocument> = {}): VantageDocument => ({
  v: 1,
  type: "beacon.vantage/v1",
  simulated: true,
  job,
  session,
  country,
  provider: { id: provider, name: "münchen-1" },
  agreement: "agreement-1",
  activity: "activity-1",
  image: { url: "http://127.0.0.1:1/beacon-exit.gvmi", sha3_224: "ab".repeat(28) },
  manifest_sha256: "cd".repeat(32),
  claims: [{ country, source: "the provider's own offer", at }],
  looks: [
    {
      at,
      when: "before",
      echo: "https://echo.example/ip",
      address: "203.0.113.7",
      round_trip_ms: 0.1,
      answer_sha256: "ef".repeat(32),
      peer: { address: null, tls: { protocol: "TLSv1.3", certificate_sha256: "01".repeat(32) } },
      opinions: [
        { database: "geo-whois-asn-country", built: "2026-11-01", country },
        { database: "iptoasn-country", built: null, country: null },
      ],
      network: { asn: 64_500, name: "Example Hosting", kind: "hosting" },
    },
  ],
  failed_looks: [],
  within_km: 1e-7,
  verdict: "observed-only",
  ...changes,
});

/** The address of a document that an entry commits to. */
export const cidOfDocument = (document: Json) => cidOf(canonicalBytes(document));

const cell = {
  simulated: true,
  job,
  intent: 1,
  task: taskIdOf({ job, prompt: "museum", service: "control", country, repeat: 0 }),
  spec_cid: cidOf(spec),
  prompt: "museum",
  service: "control",
  country,
  repeat: 0,
  seed: 7,
};

export const aResult = (changes: Partial<ResultEntry> = {}): ResultEntry => ({
  v: 1,
  at,
  type: "beacon.result/v1",
  ...cell,
  session,
  provider,
  geo: "verified",
  attempts: 1,
  started_at: at,
  finished_at: at,
  state: "answered",
  cid: cidOf(aBlock()),
  size_bytes: aBlock().length,
  runner_key: runner.keyId,
  ...changes,
});

export const aFailure = (changes: Partial<FailureEntry> = {}): FailureEntry => ({
  v: 1,
  at,
  type: "beacon.failure/v1",
  ...cell,
  session: null,
  provider: null,
  geo: null,
  attempts: 0,
  started_at: null,
  finished_at: at,
  state: "timed-out",
  fault: "network",
  code: "MODEL_TIMED_OUT",
  runner_key: runner.keyId,
  ...changes,
});

export const aWithdrawal = (changes: Partial<WithdrawalEntry> = {}): WithdrawalEntry => ({
  v: 1,
  at,
  type: "beacon.withdrawal/v1",
  ...cell,
  reason: "deadline-passed",
  runner_key: runner.keyId,
  ...changes,
});

/** The end of the session that `aResult` was asked in. */
export const aSession = (changes: Partial<SessionEntry> = {}): SessionEntry => ({
  v: 1,
  at,
  type: "beacon.session/v1",
  simulated: true,
  job,
  intent: 1,
  session,
  country,
  provider,
  geo: "verified",
  cid: cidOf(aBlock()),
  size_bytes: aBlock().length,
  ended: "settled",
  cost_glm: "0.25",
  runner_key: runner.keyId,
  ...changes,
});

export const aComparison = (changes: Partial<ComparisonEntry> = {}): ComparisonEntry => ({
  v: 1,
  at,
  type: "beacon.comparison/v1",
  simulated: true,
  job,
  intent: 1,
  comparison: comparisonIdOf(job),
  cid: cidOf(aBlock()),
  size_bytes: aBlock().length,
  runner_key: runner.keyId,
  ...changes,
});

/** Registers the attester's key. */
export const anAttesterKey = (changes: Partial<AttesterKeyEntry> = {}): AttesterKeyEntry => ({
  v: 1,
  at,
  type: "beacon.key/v1",
  key: attester.keyId,
  role: "attester",
  organisation: "Zürich Press Watch",
  algorithm: "ed25519",
  public_key: base64(attester.publicKey),
  ...changes,
});

const attestation = attestationIdFrom(new Uint8Array(16).fill(6));

/** What the attester says of `aComparison`, where `entriesOfAllKinds` has it. */
export const aReport = (changes: Partial<AttestationReport> = {}): AttestationReport => ({
  version: "1.0",
  id: attestation,
  log: ORIGIN,
  job,
  comparison: comparisonIdOf(job),
  comparison_cid: cidOf(aBlock()),
  comparison_index: 5,
  attester_key: attester.keyId,
  organisation: "Zürich Press Watch",
  verdict: "contest",
  reasons: ["answers-misclassified", "country-doubtful"],
  statement: "Two refusals are counted as answers — see «museum».",
  interest: null,
  checklist: [
    { check: "receipt-verifies", outcome: "holds", reason: "All checks hold." },
    { check: "not-simulated", outcome: "fails", reason: "The network was simulated." },
  ],
  signed_at: at,
  ...changes,
});

/** The attestation whose report `report` is. */
export function anAttestation(
  changes: Partial<AttestationEntry> = {},
  report: Uint8Array = canonicalBytes(aReport()),
): AttestationEntry {
  return {
    v: 1,
    at,
    type: "beacon.attestation/v1",
    simulated: true,
    job,
    intent: 1,
    comparison: comparisonIdOf(job),
    comparison_index: 5,
    attestation,
    verdict: "contest",
    cid: cidOf(report),
    size_bytes: report.length,
    attester_key: attester.keyId,
    ...changes,
  };
}

/** One entry of every kind, in an order that a log may have. */
export const entriesOfAllKinds = (): LogEntry[] => [
  aKeyEntry(),
  anIntent(),
  aResult(),
  aFailure(),
  aWithdrawal(),
  aComparison(),
  aSession(),
  aVerifier(),
  aRevocation(),
  anAttesterKey(),
  anAttestation(),
];

/** Where `entriesOfAllKinds` has its attestation. */
export const ATTESTATION_INDEX = 10;

const isOf =
  <T extends LogEntry["type"]>(type: T) =>
  (leaf: LogEntry | Uint8Array): leaf is Extract<LogEntry, { type: T }> =>
    "type" in leaf && leaf.type === type;

export type LogOptions = {
  readonly entries?: readonly LogEntry[];
  /** In the place of `entries`, with what third parties added as bytes. */
  readonly leaves?: readonly (LogEntry | Uint8Array)[];
  /** How many witnesses cosign; the policy knows them all. */
  readonly witnesses?: number;
  /** How many the policy asks for; null for `quorum none`. */
  readonly threshold?: number | null;
  /** The document that receipts carry of entries whose `vantage` names it. */
  readonly vantage?: Json;
  /** Changes the extra before it is written. */
  readonly tamper?: (extra: ReceiptExtra) => unknown;
};

/** Whoever signs an entry; an entry of a key that nobody has is signed by the runner. */
function signerOf(entry: LogEntry, origin: string): EntrySigner {
  if (isLogSigned(entry)) return { ...logKey, keyId: origin };
  return signingKeyOf(entry) === attester.keyId ? attester : runner;
}

/** A whole log with real keys: its policy, its cosigned checkpoints, and the receipt of any entry. */
export function aLog(options: LogOptions = {}) {
  const { witnesses: count = 1, threshold = count } = options;
  const entries = options.leaves ?? options.entries ?? entriesOfAllKinds();
  const origin = ORIGIN;
  const leafBytes = entries.map((entry) =>
    entry instanceof Uint8Array ? entry : leafBytesOf(entry),
  );
  const leaves = leafBytes.map(leafHashOf);
  const witnesses = Array.from({ length: count }, (_, i) => ({
    name: `witness.example/w${i}`,
    ...aSigner(0x10 + i),
  }));
  const policy: Policy = {
    logs: [{ key: verifierKeyOf(origin, "note", logKey.publicKey), url: null }],
    witnesses: witnesses.map(({ name, publicKey }) => ({
      name,
      key: verifierKeyOf(name, "cosignature", publicKey),
      url: null,
    })),
    groups:
      threshold === null ? [] : [{ name: "all", threshold, members: witnesses.map((w) => w.name) }],
    quorum: threshold === null ? null : "all",
  };
  const noteAt = (size: number): string => {
    const text = formatCheckpoint({
      origin,
      size: BigInt(size),
      root: rootOf(leaves.slice(0, size)),
    });
    const signed = signNote(text, { name: origin, ...logKey });
    return (
      signed + witnesses.map((witness, i) => cosign(text, witness, 1_790_000_000 + i)).join("")
    );
  };
  const dsseOf = (entry: LogEntry) => signEntry(entry, origin, signerOf(entry, origin));
  const proofOf = (index: number, size: number) => oracleInclusion(index, leaves.slice(0, size));
  const support = (index: number, size: number) => ({
    index,
    proof: proofOf(index, size).map(base64),
  });

  /** The registration of the key that signs an entry; the log's first, where there is none. */
  const registrationOf = (entry: LogEntry, size: number) => {
    const keys = entries.filter(isOf("beacon.key/v1"));
    const wanted = isLogSigned(entry) ? null : signingKeyOf(entry);
    const key = keys.find((one) => one.key === wanted) ?? (keys[0] as KeyEntry);
    return { entry: key, dsse: dsseOf(key), ...support(entries.indexOf(key), size) };
  };

  /** The first revocation, among the first `size` entries, that is not of another registered key. */
  const revocationAt = (size: number, { key }: KeyEntry) => {
    const others = entries.filter(isOf("beacon.key/v1")).filter((one) => one.key !== key);
    const entry = entries
      .slice(0, size)
      .filter(isOf("beacon.revocation/v1"))
      .find((one) => others.every((other) => other.key !== one.key));
    if (entry === undefined) return {};
    return {
      revocation: { entry, dsse: dsseOf(entry), ...support(entries.indexOf(entry), size) },
    };
  };

  const extraOf = (index: number, size: number): ReceiptExtra => {
    const entry = entries[index];
    const [key, intent] = entries;
    const isOpening =
      key !== undefined &&
      "type" in key &&
      key.type === "beacon.key/v1" &&
      intent !== undefined &&
      "type" in intent &&
      intent.type === "beacon.intent/v1";
    if (entry === undefined || entry instanceof Uint8Array || !isOpening)
      throw new Error("a test's log starts with a key and an intent");
    const isByLog = isLogSigned(entry);
    const isIntent = entry.type === "beacon.intent/v1";
    const registration = registrationOf(entry, size);
    const { vantage } = options;
    const isNamed =
      vantage !== undefined && "vantage" in entry && entry.vantage === cidOfDocument(vantage);
    return {
      entry,
      dsse: dsseOf(entry),
      key: isByLog ? null : { ...registration, ...revocationAt(size, registration.entry) },
      intent: isByLog || isIntent ? null : { entry: intent, ...support(1, size) },
      // The form of a test's document is the test's business.
      ...(isNamed && { vantage: vantage as unknown as VantageDocument }),
    };
  };
  const receiptOf = (index: number, size = entries.length): Uint8Array => {
    const extra = extraOf(index, size);
    return utf8(
      formatReceipt({
        extra: (options.tamper?.(extra) ?? extra) as ReceiptExtra,
        index: BigInt(index),
        proof: proofOf(index, size),
        checkpoint: noteAt(size),
      }),
    );
  };
  return {
    origin,
    policy,
    policyText: formatPolicy(policy),
    /** Every leaf's bytes, in order. */
    leafBytes,
    noteAt,
    receiptOf,
    rootAt: (size: number) => rootOf(leaves.slice(0, size)),
    consistency: (oldSize: number, newSize = entries.length) =>
      oracleConsistency(oldSize, leaves.slice(0, newSize)),
  };
}
