import { base64, utf8 } from "@/server/domain/bytes";
import { canonicalBytes, type Json } from "@/server/domain/digest";
import { comparisonIdOf, jobIdFrom } from "@/server/domain/identity";
import {
  aCase,
  COMPARISON,
  log,
  RESULT,
  type VerdictCase,
} from "@/test/cli/public-verifiers/verdict-case";
import { aSigner } from "@/test/domain/log/a-signer";
import {
  ATTESTATION_INDEX,
  aComparison,
  aKeyEntry,
  aLog,
  anAttestation,
  anAttesterKey,
  anIntent,
  aReport,
  aResult,
  aRevocation,
  entriesOfAllKinds,
} from "@/test/domain/verify/a-log";

const report = canonicalBytes(aReport());

/** A case about the log's attestation, sound as it stands, with something changed. */
const attested = (changes: Partial<VerdictCase> & { readonly name: string }): VerdictCase =>
  aCase({ receipt: log.receiptOf(ATTESTATION_INDEX), block: report, ...changes });

const refused = (name: string, changes: Partial<VerdictCase>): VerdictCase =>
  attested({ name: `attestation: ${name}`, expected: "unsound", ...changes });

/** A log whose attestation is of other bytes than a report that fits it. */
const ofBlock = (block: Uint8Array) =>
  aLog({ entries: [...entriesOfAllKinds().slice(0, -1), anAttestation({}, block)] });

/** The block is the one that the entry names, and says something else, or is no report. */
const aboutAnother = (name: string, block: Uint8Array): VerdictCase =>
  refused(name, { receipt: ofBlock(block).receiptOf(ATTESTATION_INDEX), block });

const saying = (changes: { readonly [field: string]: Json }): Uint8Array =>
  canonicalBytes({ ...aReport(), ...changes });

/** Every field that the entry repeats, each with another value of its own form, and of another form. */
function disagreements(): VerdictCase[] {
  const foreign: { readonly [field: string]: readonly Json[] } = {
    id: [`att-${"a".repeat(26)}`, null],
    log: ["beacon.local/00000000", `${log.origin} `],
    job: [jobIdFrom(new Uint8Array(16)), ""],
    comparison: [comparisonIdOf(jobIdFrom(new Uint8Array(16))), 5],
    comparison_index: [4, "5", true, [5], 5.5, 2 ** 53],
    attester_key: [aSigner(9).keyId, null],
    organisation: ["Zurich Press Watch", "Zürich Press Watch".normalize("NFD"), null],
    verdict: ["confirm", "CONTEST", ["contest"]],
    signed_at: ["2026-11-22T12:00:00.001Z", 0],
  };
  return Object.entries(foreign).flatMap(([field, values]) => [
    ...values.map((value) =>
      aboutAnother(
        `a report whose ${field} is ${JSON.stringify(value)}`,
        saying({ [field]: value }),
      ),
    ),
    aboutAnother(`a report without ${field}`, without(field)),
  ]);
}

function without(field: string): Uint8Array {
  const { [field as keyof ReturnType<typeof aReport>]: _, ...rest } = aReport();
  return canonicalBytes(rest as unknown as Json);
}

const deep = (depth: number): Json => (depth === 0 ? "deep" : [deep(depth - 1)]);
const textOf = (change: (json: string) => string): Uint8Array =>
  utf8(change(new TextDecoder().decode(report)));

/** Blocks that are no report in the one spelling that it has. */
const malformedReports = (): VerdictCase[] => [
  aboutAnother(
    "a report with white space",
    textOf((json) => `${json}\n`),
  ),
  aboutAnother(
    "a report with a byte-order mark",
    textOf((json) => `\ufeff${json}`),
  ),
  aboutAnother(
    "a report with a field twice",
    textOf((json) => json.replace("{", '{"verdict":"confirm",')),
  ),
  aboutAnother(
    "a report with its index as 5.0",
    textOf((json) => json.replace(":5,", ":5.0,")),
  ),
  aboutAnother("a report with its index as -0", saying({ comparison_index: 0 })),
  aboutAnother(
    "a report with half a character",
    textOf((json) => json.replace("see", "\\ud800")),
  ),
  aboutAnother(
    "a report with a number beyond all",
    textOf((json) => json.replace(":5,", ":1e999,")),
  ),
  aboutAnother(
    "a report with no number",
    textOf((json) => json.replace(":5,", ":NaN,")),
  ),
  aboutAnother("a report that is nested too deep", saying({ more: deep(5) })),
  aboutAnother("a report that is nested without end", utf8(`{"a":${"[".repeat(50_000)}`)),
  aboutAnother("a report that is too long", saying({ more: "x".repeat(65_536) })),
  aboutAnother("a report as a list", canonicalBytes([{ ...aReport() } as unknown as Json])),
  aboutAnother("a report that is null", utf8("null")),
  aboutAnother("a report that is a number", utf8("5")),
  aboutAnother("a report of no bytes", new Uint8Array()),
  aboutAnother("a report that is not UTF-8", Uint8Array.of(0xff, 0xfe)),
];

/** More than the entry repeats is the writer's business. */
function soundReports(): VerdictCase[] {
  const more = saying({ more: "x", "": 1e21 });
  const longest = saying({ more: "x".repeat(65_536 - report.length - '"more":"",'.length) });
  if (longest.length !== 65_536) throw new Error("the longest report has another length");
  return [
    attested({ name: "attestation: with its report" }),
    attested({ name: "attestation: its report not at hand", block: null }),
    ...[
      ["a report with a field more", more] as const,
      ["a report as long as may be", longest] as const,
      ["a report that is nested as deep as may be", saying({ more: deep(2) })] as const,
    ].map(([name, block]) =>
      attested({
        name: `attestation: ${name}`,
        receipt: ofBlock(block).receiptOf(ATTESTATION_INDEX),
        block,
      }),
    ),
  ];
}

/** One byte of the report, the entry or the signature, flipped. */
function flipped(): VerdictCase[] {
  const receipt = log.receiptOf(ATTESTATION_INDEX);
  const at = (bytes: Uint8Array, index: number) =>
    bytes.map((byte, i) => (i === index ? byte ^ 1 : byte));
  const some = (length: number) =>
    Array.from({ length: 24 }, (_, i) => Math.floor((i * length) / 24));
  const extra = aLog({
    tamper: ({ dsse, ...rest }) => ({
      ...rest,
      dsse: {
        ...dsse,
        signatures: [{ keyid: dsse.signatures[0]?.keyid, sig: base64(new Uint8Array(64)) }],
      },
    }),
  });
  return [
    ...some(report.length).map((index) =>
      refused(`byte ${index} of the report flipped`, {
        block: at(report, index),
        code: "BLOCK_CID_MISMATCH",
      }),
    ),
    ...some(receipt.length).map((index) =>
      refused(`byte ${index} of the receipt flipped`, {
        receipt: at(receipt, index),
        expected: "refused",
      }),
    ),
    refused("a signature of nothing", { receipt: extra.receiptOf(ATTESTATION_INDEX) }),
  ];
}

/** Whose key signs what. */
function roles(): VerdictCase[] {
  const runner = aKeyEntry().key;
  const attester = anAttesterKey().key;
  const entries = entriesOfAllKinds();
  const byRunner = aReport({ attester_key: runner });
  const runners = aLog({
    entries: entries.with(
      ATTESTATION_INDEX,
      anAttestation({ attester_key: runner }, canonicalBytes(byRunner)),
    ),
  });
  const attesters = aLog({
    entries: [...entries, aResult({ runner_key: attester }), aComparison({ runner_key: attester })],
  });
  const nobody = aLog({
    entries: entries.with(ATTESTATION_INDEX, anAttestation({ attester_key: aSigner(9).keyId })),
  });
  const late = aLog({ entries: entries.with(9, anAttestation()).with(10, anAttesterKey()) });
  const tampered = (change: { [field: string]: Json | undefined }) =>
    aLog({
      tamper: ({ key, ...extra }) => ({
        ...extra,
        key: key && { ...key, entry: JSON.parse(JSON.stringify({ ...key.entry, ...change })) },
      }),
    }).receiptOf(ATTESTATION_INDEX);
  return [
    refused("signed by a runner", {
      receipt: runners.receiptOf(ATTESTATION_INDEX),
      block: canonicalBytes(byRunner),
    }),
    refused("a result signed by an attester", { receipt: attesters.receiptOf(11), block: null }),
    refused("a comparison signed by an attester", {
      receipt: attesters.receiptOf(12),
      block: null,
    }),
    refused("signed by a key that nobody registered", {
      receipt: nobody.receiptOf(ATTESTATION_INDEX),
    }),
    refused("signed before its key was registered", { receipt: late.receiptOf(9) }),
    refused("a key registered for another organisation", {
      receipt: tampered({ organisation: "Others" }),
    }),
    refused("a registration that says runner, for somebody", {
      receipt: tampered({ role: "runner" }),
      expected: "unusable",
    }),
    refused("a registration that says runner, for nobody", {
      receipt: tampered({ role: "runner", organisation: undefined }),
    }),
    ...[undefined, "", "x", "a\nb", "a\u0085b", "x".repeat(101), "𝒳".repeat(101), null, 7].map(
      (organisation) =>
        refused(`a registration for ${JSON.stringify(organisation)?.slice(0, 20)}`, {
          receipt: tampered({ organisation }),
          expected: "unusable",
          code: "PROOF_MALFORMED",
        }),
    ),
    ...["xy", " x", "𝒳".repeat(100), "\u202eevil"].map((organisation) =>
      refused(`a false registration for ${organisation.slice(0, 4)}`, {
        receipt: tampered({ organisation }),
      }),
    ),
  ];
}

/** A key that was taken back before the attestation, and after it. */
function revocations(): VerdictCase[] {
  const entries = [
    aKeyEntry(),
    anIntent(),
    aResult(),
    aResult({ repeat: 1 }),
    aResult({ repeat: 2 }),
    aComparison(),
    anAttesterKey(),
  ];
  const revocation = aRevocation({ key: anAttesterKey().key, registration: 6 });
  const before = aLog({ entries: [...entries, revocation, anAttestation()] });
  const after = aLog({ entries: [...entries, anAttestation(), revocation] });
  const runners = aLog({ entries: [...entries, aRevocation(), anAttestation()] });
  return [
    attested({ name: "attestation: before its key was revoked", receipt: after.receiptOf(7) }),
    attested({ name: "attestation: after another key was revoked", receipt: runners.receiptOf(8) }),
    refused("after its key was revoked", { receipt: before.receiptOf(8), code: "KEY_REVOKED" }),
  ];
}

/** An attestation beside other things: another's receipt, another's document. */
const mixedUp = (): VerdictCase[] => [
  refused("with the comparison as its document", {
    block: canonicalBytes({ v: 1 }),
    code: "BLOCK_CID_MISMATCH",
  }),
  refused("of an intent that is elsewhere", {
    receipt: aLog({
      entries: entriesOfAllKinds().with(ATTESTATION_INDEX, anAttestation({ intent: RESULT })),
    }).receiptOf(ATTESTATION_INDEX),
  }),
  refused("the comparison's receipt, with the report as its document", {
    receipt: log.receiptOf(COMPARISON),
    code: "BLOCK_CID_MISMATCH",
  }),
];

/** Attestations: good ones, and what can be wrong with an entry, its report, its key. */
export const attestationCases = (): VerdictCase[] => [
  ...soundReports(),
  ...disagreements(),
  ...malformedReports(),
  ...flipped(),
  ...roles(),
  ...revocations(),
  ...mixedUp(),
];
