import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { KeyLabel, type ReviewCheck } from "@/schemas/attestation";
import type { AttestationView } from "@/schemas/attestation-view";
import { JobId, KeyId } from "@/schemas/primitives";
import type { Signer } from "@/server/adapters/keys/key-store";
import { type Reviewed, reviewOver } from "@/server/cli/attest-review";
import { type Said, signReport } from "@/server/cli/attest-sign";
import type { CommandIo } from "@/server/cli/command";
import { readText } from "@/server/cli/named-files";
import { openClient, portalClient, sayPortalFailure } from "@/server/cli/portal-client";
import { enrolmentMessage } from "@/server/domain/attest/enrolment-message";
import { base64 } from "@/server/domain/bytes";
import { BeaconError, isBeaconError } from "@/server/domain/errors";
import { parsePolicy } from "@/server/domain/log/policy";
import { oneLine } from "@/server/domain/one-line";
import { publicUrlOf, readEnv } from "@/server/env";

/** What `beacon attest` needs of the place where it runs. */
export type AttestIo = CommandIo & {
  /** Reads the key in a file; null: there is no such file. */
  readKey(path: string): Signer | null;
};

const USAGE = [
  "usage: beacon attest review JOB [--policy FILE]   what there is to check, and what came of it",
  "       beacon attest sign JOB KEYFILE --verdict confirm|contest|inconclusive --reason R [--reason R …]",
  "              [--statement TEXT] [--interest TEXT] [--policy FILE]",
  "       beacon attest list JOB                     what attesters say of a job",
  "       beacon attest enrol KEYFILE --account EMAIL [--label TEXT]   as the operator of the portal",
  "       beacon attest revoke KEY [--reason superseded|compromised|retired]   as its operator",
  "All take --url URL. A key file is made with `beacon keygen attester NAME --out FILE`.",
];

const REVOCATIONS = ["superseded", "compromised", "retired"] as const;

const OPTIONS = {
  url: { type: "string" },
  policy: { type: "string" },
  verdict: { type: "string" },
  reason: { type: "string", multiple: true },
  statement: { type: "string" },
  interest: { type: "string" },
  account: { type: "string" },
  label: { type: "string" },
} as const;
type Option = keyof typeof OPTIONS;

type Asked = {
  readonly url: string | undefined;
  readonly first: string;
  readonly second: string;
  readonly values: Said & {
    readonly policy?: string;
    readonly account?: string;
    readonly label?: string;
  };
  readonly io: AttestIo;
};

/** What a verb takes, besides `--url`: how many words after it, and which options. */
type Verb = {
  readonly words: 1 | 2;
  readonly options: readonly Option[];
  /** Null: it makes no sense as it was asked. */
  run(asked: Asked): Promise<0 | 1 | null>;
};

/**
 * `beacon attest`: reviews a comparison, signs what was found of it with a key that lies in a file, and
 * enrols or takes back such a key. What everybody may do goes to whichever portal `--url` names.
 *
 * @returns 0 done; 1 refused, or not sound; 2 no portal, wrong usage, or a file or key that cannot be used.
 */
export async function attestCommand(args: readonly string[], io: AttestIo): Promise<0 | 1 | 2> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: OPTIONS,
  });
  const [name = "", first = "", second = "", ...more] = positionals;
  const verb: Verb | undefined = Object.hasOwn(VERBS, name)
    ? VERBS[name as keyof typeof VERBS]
    : undefined;
  const { url, ...others } = values;
  const isWhole =
    verb !== undefined &&
    more.length === 0 &&
    positionals.length === 1 + verb.words &&
    (Object.keys(others) as Option[]).every((option) => verb.options.includes(option));
  try {
    const exit = isWhole ? await verb.run({ url, first, second, values: others, io }) : null;
    if (exit !== null) return exit;
  } catch (error) {
    if (isBeaconError(error)) {
      io.err(`${error.code}: ${error.message}`);
      return 2;
    }
    return sayPortalFailure(error, io);
  }
  for (const line of USAGE) io.err(line);
  return 2;
}

const VERBS = {
  review: { words: 1, options: ["policy"], run: review },
  sign: {
    words: 2,
    options: ["policy", "verdict", "reason", "statement", "interest"],
    run: sign,
  },
  list: { words: 1, options: [], run: list },
  enrol: { words: 1, options: ["account", "label"], run: enrol },
  revoke: { words: 1, options: ["reason"], run: revoke },
} as const satisfies Record<string, Verb>;

const urlOf = ({ url }: Pick<Asked, "url">): string =>
  (url ?? publicUrlOf(readEnv())).replace(/\/$/, "");

/** The comparison as the portal shows it, and what this reader's own verifier says of its receipt. */
async function reviewed(asked: Asked, job: JobId): Promise<Reviewed> {
  const { values, io } = asked;
  const policy = parsePolicy(await readText(values.policy ?? join(io.home, "policy.txt")));
  return reviewOver(openClient(urlOf(asked)), urlOf(asked), job, policy);
}

const MARKS: Readonly<Record<ReviewCheck["outcome"], string>> = {
  holds: "holds",
  fails: "FAILS",
  "not-applicable": "not applicable",
};

async function review(asked: Asked): Promise<0 | 1 | null> {
  const job = JobId.safeParse(asked.first);
  if (!job.success) return null;
  const { view, checklist, isSound } = await reviewed(asked, job.data);
  const { subject, title } = view;
  asked.io.out(oneLine(title));
  asked.io.out(
    `${subject.comparison}, entry ${subject.comparisonIndex} in ${oneLine(subject.log)}${subject.simulated ? ", SIMULATED" : ""}`,
  );
  for (const { check, outcome, reason } of checklist)
    asked.io.out(`  ${check}: ${MARKS[outcome]}. ${oneLine(reason)}`);
  return isSound ? 0 : 1;
}

/** The key in a file. @throws BeaconError KEY_FILE_INVALID */
function keyIn(path: string, io: AttestIo): Signer {
  const key = io.readKey(resolve(path));
  if (key === null) throw new BeaconError("KEY_FILE_INVALID", `There is no key file ${path}.`);
  return key;
}

async function sign(asked: Asked): Promise<0 | 1 | null> {
  const job = JobId.safeParse(asked.first);
  if (!job.success) return null;
  const key = keyIn(asked.second, asked.io);
  const client = openClient(urlOf(asked));
  return signReport({
    client,
    key,
    said: asked.values,
    reviewed: () => reviewed(asked, job.data),
    io: asked.io,
  });
}

async function list(asked: Asked): Promise<0 | null> {
  const job = JobId.safeParse(asked.first);
  if (!job.success) return null;
  const { tally, reports } = await openClient(urlOf(asked)).attestations.ofJob.query({
    jobId: job.data,
  });
  const { confirm, contest, inconclusive, organisations } = tally;
  asked.io.out(
    `${confirm} confirm, ${contest} contest, ${inconclusive} inconclusive; each organisation counts once.`,
  );
  for (const { name, verdict, isDivided } of organisations)
    asked.io.out(`  ${oneLine(name)}: ${verdict}${isDivided ? " (its keys disagree)" : ""}`);
  for (const report of reports) for (const line of linesOf(report)) asked.io.out(line);
  return 0;
}

function* linesOf(report: AttestationView): Generator<string> {
  const { id, verdict, reasons, organisation, key, signedAt, leafIndex } = report;
  yield [
    `${id}  ${verdict}: ${reasons.join(", ")}`,
    `${oneLine(organisation)}, ${key}`,
    `signed ${signedAt}`,
    leafIndex === null ? "waits for the log" : `entry ${leafIndex}`,
    ...(report.isSuperseded ? ["superseded by a later report of its key"] : []),
    ...(report.keyRevokedAt === null ? [] : [`its key was taken back at ${report.keyRevokedAt}`]),
    ...(report.keyRevokedAs === "compromised"
      ? ["not counted: its key was revoked because somebody else may have had it"]
      : []),
  ].join("  |  ");
  if (report.statement !== "") yield `  ${oneLine(report.statement)}`;
  if (report.interest !== null) yield `  Interest: ${oneLine(report.interest)}`;
}

async function enrol({ url, first, values, io }: Asked): Promise<0 | null> {
  const { account: email, label = "Key file" } = values;
  if (email === undefined || !KeyLabel.safeParse(label).success) return null;
  const { publicKey, sign: signed } = keyIn(first, io);
  const client = portalClient(readEnv(), url);
  const { challenge, account, origin } = await client.attestations.challengeFor.mutate({ email });
  const enrolled = await client.attestations.enrolFor.mutate({
    email,
    publicKey: base64(publicKey),
    label,
    challenge,
    proof: base64(signed(enrolmentMessage({ origin, account, publicKey, challenge }))),
  });
  io.out(`${enrolled.key} is enrolled for ${oneLine(enrolled.organisation)}.`);
  io.out(
    enrolled.registrationIndex === null
      ? "The log registers it with its next checkpoint; it can sign from then on."
      : `The log registered it as entry ${enrolled.registrationIndex}.`,
  );
  return 0;
}

async function revoke({ url, first, values, io }: Asked): Promise<0 | null> {
  const key = KeyId.safeParse(first);
  const [given = "retired", ...more] = values.reason ?? [];
  const reason = REVOCATIONS.find((one) => one === given);
  if (!key.success || reason === undefined || more.length > 0) return null;
  const wanted = { key: key.data, reason };
  const { isNew } = await portalClient(readEnv(), url).log.revokeKey.mutate(wanted);
  io.out(
    isNew
      ? `${key.data} is revoked. ${reason === "compromised" ? "Its reports stay to be read and are not counted any more." : "What it signed before still counts."}`
      : `${key.data} was revoked before.`,
  );
  return 0;
}
