import { createWriteStream } from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { inflateRawSync } from "node:zlib";
import { JobId } from "@/schemas/primitives";
import type { CommandIo } from "@/server/cli/command";
import { type Inflate, readZip } from "@/server/domain/bundle/read-zip";
import type { BundleReport } from "@/server/domain/bundle/report";
import { verifyBundle } from "@/server/domain/bundle/verify-bundle";
import { fromUtf8 } from "@/server/domain/bytes";
import { BeaconError, isBeaconError } from "@/server/domain/errors";
import { jsonPosition } from "@/server/domain/log/decimal";
import { type Policy, parsePolicy } from "@/server/domain/log/policy";
import { oneLine } from "@/server/domain/one-line";
import { publicUrlOf, readEnv } from "@/server/env";

const USAGE =
  "usage: beacon bundle JOB [--zip|--car|--manifest] [--out FILE] [--url URL]\n       beacon bundle verify FILE.zip [--policy FILE] [--json]";

/**
 * `beacon bundle JOB` saves everything that the portal holds of one job; `beacon bundle verify` judges
 * a saved ZIP offline, by the policy that is named, else by the one of the state folder, else by the
 * one in the ZIP.
 *
 * @returns 0 saved, or sound; 1 not sound or not complete; 2 something could not be had or used.
 */
export async function bundleCommand(args: readonly string[], io: CommandIo): Promise<0 | 1 | 2> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      zip: { type: "boolean" },
      car: { type: "boolean" },
      manifest: { type: "boolean" },
      out: { type: "string" },
      url: { type: "string" },
      policy: { type: "string" },
      json: { type: "boolean" },
    },
  });
  const [first, file, ...more] = positionals;
  const kinds = [values.zip, values.car, values.manifest].filter((chosen) => chosen === true);
  try {
    if (first === "verify" && file !== undefined && more.length === 0 && kinds.length === 0)
      return await verify({ file, policy: values.policy, isJson: values.json === true }, io);
    const jobId = JobId.safeParse(first);
    if (!jobId.success || file !== undefined || kinds.length > 1) return refuse(io, USAGE);
    const extension = values.car ? "car" : values.manifest ? "json" : "zip";
    const url = values.url ?? publicUrlOf(readEnv());
    return await save(`${url}/bundles/${jobId.data}.${extension}`, values.out, io);
  } catch (error) {
    if (!isBeaconError(error)) throw error;
    return refuse(io, `${error.code}: ${error.message}`);
  }
}

function refuse(io: CommandIo, line: string): 2 {
  io.err(line);
  return 2;
}

/** The name that the portal gives a file, when it is one that may be written here. */
const nameIn = (disposition: string | null): string | null =>
  /filename="(beacon-job-[a-z2-7]{26}(?:-simulated)?\.(?:car|json|zip))"/.exec(
    disposition ?? "",
  )?.[1] ?? null;

/** Saves what is served at `url`. What did not come whole is not kept. */
async function save(url: string, out: string | undefined, io: CommandIo): Promise<0 | 2> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch {
    return refuse(io, "No portal answers; start it with `npm start`.");
  }
  if (!response.ok || response.body === null) return refuse(io, await sentenceIn(response));
  const file = out ?? nameIn(response.headers.get("content-disposition"));
  if (file === null) return refuse(io, "The portal does not name its file; say where with --out.");
  const draft = `${file}.part`;
  try {
    await pipeline(Readable.from(response.body), createWriteStream(draft));
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    return refuse(io, `${file} was not saved: ${error instanceof Error ? error.message : error}`);
  }
  io.out(file);
  return 0;
}

/** What a refusal of the portal says, by its code and sentence. */
async function sentenceIn(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null);
  const isRefusal =
    typeof body === "object" && body !== null && "code" in body && "message" in body;
  return isRefusal
    ? `${String(body.code)}: ${String(body.message)}`
    : `The portal answered ${response.status}.`;
}

/** Node's own; it throws when more comes out than there should. */
const inflate: Inflate = (deflated, sizeBytes) =>
  new Uint8Array(inflateRawSync(deflated, { maxOutputLength: Math.max(1, sizeBytes) }));

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new BeaconError("CONFIG_INVALID", `${path} cannot be read.`, { cause });
  }
}

/** The policy that the reader names, or the state folder's; null when there is neither. */
async function policyFor(named: string | undefined, home: string): Promise<Policy | null> {
  if (named !== undefined) return parsePolicy(fromUtf8(await readBytes(named)) ?? "");
  const own = await readFile(join(home, "policy.txt"), "utf8").catch(() => null);
  return own === null ? null : parsePolicy(own);
}

async function verify(
  asked: { readonly file: string; readonly policy: string | undefined; readonly isJson: boolean },
  io: CommandIo,
): Promise<0 | 1 | 2> {
  const policy = await policyFor(asked.policy, io.home);
  const report = await verifyBundle({
    files: readZip(await readBytes(asked.file), inflate),
    policy,
  });
  for (const line of asked.isJson ? [jsonOf(report)] : linesOf(report)) io.out(line);
  if (report.verdict === "unusable") return 2;
  return report.verdict === "sound" ? 0 : 1;
}

const jsonOf = (report: BundleReport): string =>
  JSON.stringify(
    report,
    (_, value: unknown) => (typeof value === "bigint" ? jsonPosition(value) : value),
    2,
  );

const VERDICTS: Readonly<Record<BundleReport["verdict"], string>> = {
  sound:
    "SOUND: every file is as it was made, every receipt holds, and no announced task is left out.",
  incomplete: "INCOMPLETE: nothing fails, and bytes are missing that the bundle names itself.",
  unsound: "NOT SOUND: do not rely on this bundle.",
  unusable: "UNUSABLE: this is not a bundle that can be read, so no receipt was judged.",
};

function* linesOf(report: BundleReport): Generator<string> {
  yield VERDICTS[report.verdict];
  if (report.trouble !== null) yield `What was wrong: ${oneLine(report.trouble)} (${report.code}).`;
  if (report.policy === "bundle")
    yield "By the bundle's own policy: its files fit together. That says nothing about whose they are; name a policy that you trust with --policy.";
  for (const { kind, file, sentence, code } of report.problems)
    yield `  ${kind === "fails" ? "does not hold" : "missing"}: ${file === null ? "" : `${oneLine(file)}: `}${oneLine(sentence)}${code === null ? "" : ` (${code})`}`;
  if (report.facts !== null) yield* factsOf(report.facts);
  const sound = report.receipts.filter((receipt) => receipt.report.verdict === "sound").length;
  if (report.verdict !== "unusable")
    yield `${sound} of ${report.receipts.length} receipts are sound, in ${report.files} files.`;
  for (const note of report.notes) yield oneLine(note);
  if (report.engine === "noble")
    yield "Signatures were checked in JavaScript: WebCrypto has no Ed25519 here.";
}

function* factsOf(facts: NonNullable<BundleReport["facts"]>): Generator<string> {
  const { title, job, simulated, origin, size, tasks } = facts;
  yield `${title === null ? "" : `${oneLine(title)}: `}${job}${simulated ? ", SIMULATED" : ""}, in ${oneLine(origin)} at ${size} entries`;
  if (tasks !== null)
    yield `${tasks.announced} tasks announced: ${tasks.results} results, ${tasks.failures} failures, ${tasks.withdrawals} withdrawn, ${tasks.open} left out`;
}
