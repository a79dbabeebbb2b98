import { parseArgs } from "node:util";
import { CountryCode } from "@/schemas/country";
import { Amount } from "@/schemas/primitives";
import type { RentalReport } from "@/server/adapters/golem/doctor-rental";
import type { CommandIo } from "@/server/cli/command";
import { lookAtConfiguration, unreadable } from "@/server/cli/golem-configuration";
import { isBeaconError } from "@/server/domain/errors";
import { type Finding, lacking } from "@/server/domain/golem/doctor-finding";
import { type Env, readEnv } from "@/server/env";
import type { GolemDoctor } from "@/server/golem-doctor";

/** What `beacon golem` needs of the place where it runs. */
export type GolemIo = Pick<CommandIo, "out" | "err"> & {
  openDoctor(env: Env): Promise<GolemDoctor>;
  /** Aborts when the command is told to stop: what is rented is settled first. */
  readonly stopped: AbortSignal;
};

const USAGE = [
  "usage: beacon golem doctor [--scan-seconds N] [--download] [--json]",
  "                           [--rent COUNTRY [--budget GLM]]      rents one provider there, which costs money",
];

const OPTIONS = {
  "scan-seconds": { type: "string", default: "60" },
  download: { type: "boolean", default: false },
  rent: { type: "string" },
  budget: { type: "string", default: "0.5" },
  json: { type: "boolean", default: false },
} as const;

const LONGEST_SCAN_SECONDS = 3_600;

/**
 * `beacon golem doctor` looks step by step whether a job could rent on the Golem network that the
 * environment configures, and says what is missing.
 *
 * @returns 0 nothing is missing, 1 something is, 2 wrong usage.
 */
export async function golemCommand(args: readonly string[], io: GolemIo): Promise<0 | 1 | 2> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: OPTIONS,
  });
  const wanted = wantedOf(values);
  if (positionals.join(" ") !== "doctor" || wanted === null) {
    for (const line of USAGE) io.err(line);
    return 2;
  }
  // Names and reasons are strangers' text: nothing of it may steer a terminal.
  const print = (line: string) => io.out(line.replace(/\p{Cc}/gu, "\ufffd"));
  const say = values.json ? () => {} : (finding: Finding) => print(lineOf(finding));
  const { findings, ...rest } = await examined(wanted, io, say);
  const isSound = findings.every(({ state }) => state === "ok" || state === "warn");
  if (values.json) io.out(JSON.stringify({ ok: isSound, findings, ...rest }, null, 2));
  else {
    if (rest.rental !== null) for (const line of evidenceOf(rest.rental)) print(line);
    io.out(summaryOf(findings));
  }
  return isSound ? 0 : 1;
}

type Wanted = {
  readonly scanMs: number;
  readonly isDownloading: boolean;
  readonly rent: { readonly country: CountryCode; readonly budgetGlm: Amount } | null;
};

/** Null: it cannot be understood. */
function wantedOf(values: {
  readonly "scan-seconds": string;
  readonly download: boolean;
  readonly rent?: string;
  readonly budget: string;
}): Wanted | null {
  const seconds = Number(values["scan-seconds"]);
  const budget = Amount.safeParse(values.budget);
  if (!(seconds > 0 && seconds <= LONGEST_SCAN_SECONDS) || !budget.success) return null;
  const wanted = { scanMs: seconds * 1_000, isDownloading: values.download };
  if (values.rent === undefined) return { ...wanted, rent: null };
  const country = CountryCode.safeParse(values.rent.toUpperCase());
  return country.success
    ? { ...wanted, rent: { country: country.data, budgetGlm: budget.data } }
    : null;
}

async function examined(wanted: Wanted, io: GolemIo, say: (finding: Finding) => void) {
  const none = { census: null, rental: null };
  let env: Env;
  try {
    env = readEnv();
  } catch (error) {
    const finding = unreadable(error);
    if (finding === null) throw error;
    say(finding);
    return { findings: [finding], ...none };
  }
  const configuration = lookAtConfiguration(env);
  for (const finding of configuration) say(finding);
  const doctor = await openedOr(io, env);
  if ("step" in doctor) {
    say(doctor);
    return { findings: [...configuration, doctor], ...none };
  }
  const { subject, examine } = doctor;
  const { rent } = wanted;
  const order = rent === null ? null : { ...rent, origins: [], signal: io.stopped };
  const options = { ...wanted, rent: order, signal: io.stopped };
  const { findings, ...rest } = await examine(subject, options, say);
  return { findings: [...configuration, ...findings], ...rest };
}

/** The doctor, or the finding that there is no loopback network to examine. */
async function openedOr(io: GolemIo, env: Env): Promise<GolemDoctor | Finding> {
  try {
    return await io.openDoctor(env);
  } catch (error) {
    if (!isBeaconError(error)) throw error;
    return lacking("yagna", error.code, `${error.message}: start it with \`npm start\`.`);
  }
}

const STATES: Readonly<Record<Finding["state"], string>> = {
  ok: "ok     ",
  warn: "warn   ",
  missing: "MISSING",
  unchecked: "  ?    ",
};

/** The longest name of a step has 13 characters. */
const STEP_WIDTH = 14;

const lineOf = ({ step, state, code, sentence }: Finding): string =>
  `${STATES[state]} ${step.padEnd(STEP_WIDTH)}${code === "OK" ? "" : `${code}: `}${sentence}`;

function summaryOf(findings: readonly Finding[]): string {
  const count = (state: Finding["state"]) => findings.filter((one) => one.state === state).length;
  return `${count("ok")} ok, ${count("warn")} warnings, ${count("missing")} missing, ${count("unchecked")} not checked`;
}

/** What a trial rental showed: the evidence, and what was paid. */
function evidenceOf({ document, settlement, agreements, bills }: RentalReport): readonly string[] {
  const lines = agreements.map(
    ({ agreementId, providerName }) => `agreement ${agreementId} with ${providerName}`,
  );
  for (const { country, source } of document?.claims ?? [])
    lines.push(`claimed ${country ?? "nothing"} by ${source}`);
  for (const { when, echo, address, round_trip_ms, opinions, network } of document?.looks ?? []) {
    const said = opinions.map((one) => `${one.database}: ${one.country ?? "unknown"}`).join(", ");
    const as = network === null ? "network unknown" : `AS${network.asn} ${network.name ?? ""}`;
    lines.push(`${when}: ${echo} saw ${address} in ${round_trip_ms} ms (${said}; ${as.trim()})`);
  }
  for (const { when, echo, code } of document?.failed_looks ?? [])
    lines.push(`${when}: a look by ${echo} failed: ${code}`);
  for (const { document: kind, amountGlm, decision, reason } of bills)
    lines.push(`${kind} of ${amountGlm} GLM ${decision}: ${reason}`);
  if (document !== null) lines.push(`verdict ${document.verdict}`);
  if (settlement !== null) lines.push(`cost ${settlement.costGlm ?? "not known"} GLM`);
  return lines.map((line) => `        ${line}`);
}
