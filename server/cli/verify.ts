import { join } from "node:path";
import { parseArgs } from "node:util";
import { readBytes, readText } from "@/server/cli/named-files";
import { fromBase64 } from "@/server/domain/bytes";
import { BeaconError, isBeaconError } from "@/server/domain/errors";
import { parseCheckpoint } from "@/server/domain/log/checkpoint";
import { HASH_BYTES } from "@/server/domain/log/merkle";
import { parseNote, verifyNote } from "@/server/domain/log/note";
import { type Policy, parsePolicy } from "@/server/domain/log/policy";
import { parseProof } from "@/server/domain/log/proof";
import { ed25519Verifier } from "@/server/domain/signature";
import type { LastSeen } from "@/server/domain/verify/check-consistency";
import { type Finding, reportJson, type VerificationReport } from "@/server/domain/verify/report";
import { verifyReceipt } from "@/server/domain/verify/verify-receipt";

/** What `beacon verify` needs of the place where it runs. */
export type VerifyIo = {
  out(line: string): void;
  err(line: string): void;
  /** The state folder; its `policy.txt` is the default policy. */
  readonly home: string;
};

const USAGE =
  "usage: beacon verify FILE.tlog-proof [--policy FILE] [--block FILE] [--since CHECKPOINT [--consistency FILE]] [--json]";

const EXIT_CODES = { sound: 0, unsound: 1, unusable: 2 } as const;

/**
 * `beacon verify`: judges a receipt offline.
 *
 * `--policy` whom to trust (default: `policy.txt` of the state folder). `--block` the document that
 * the receipt is about. `--since` an earlier checkpoint, signed by a log of the policy;
 * `--consistency` the hashes between the two, base64, one a line, from the smaller to the larger.
 *
 * @returns 0: sound; 1: not sound; 2: something could not be used.
 */
export async function verifyCommand(args: readonly string[], io: VerifyIo): Promise<0 | 1 | 2> {
  const asked = parse(args);
  if (asked === null) {
    io.err(USAGE);
    return 2;
  }
  try {
    const policy = await readPolicy(asked.policy ?? join(io.home, "policy.txt"));
    const receipt = await readBytes(asked.file);
    const report = await verifyReceipt({
      receipt,
      block: asked.block === undefined ? null : await readBytes(asked.block),
      policy,
      lastSeen: asked.since === undefined ? null : await readLastSeen(asked.since, policy, receipt),
      consistency: asked.consistency === undefined ? null : await readHashes(asked.consistency),
    });
    for (const line of asked.json ? [reportJson(report)] : linesOf(report)) io.out(line);
    return EXIT_CODES[report.verdict];
  } catch (error) {
    if (!isBeaconError(error)) throw error;
    io.err(error.message);
    return 2;
  }
}

type Asked = {
  readonly file: string;
  readonly json: boolean;
  readonly policy?: string;
  readonly block?: string;
  readonly since?: string;
  readonly consistency?: string;
};

function parse(args: readonly string[]): Asked | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        policy: { type: "string" },
        block: { type: "string" },
        since: { type: "string" },
        consistency: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    const [file, ...more] = positionals;
    const hasProofOfNothing = values.consistency !== undefined && values.since === undefined;
    return file === undefined || more.length > 0 || hasProofOfNothing ? null : { file, ...values };
  } catch {
    return null; // an option that does not exist
  }
}

async function readPolicy(path: string): Promise<Policy> {
  const text = await readText(path);
  try {
    return parsePolicy(text);
  } catch (error) {
    throw unusable(`${path} is not a policy`, error);
  }
}

/** An earlier checkpoint counts only when a log of the policy signed it, the receipt's own. */
async function readLastSeen(path: string, policy: Policy, receipt: Uint8Array): Promise<LastSeen> {
  const text = await readText(path);
  try {
    const note = parseNote(text);
    const checkpoint = parseCheckpoint(note.text);
    const keys = policy.logs.map(({ key }) => key).filter(({ name }) => name === checkpoint.origin);
    await verifyNote(note, keys, await ed25519Verifier());
    const origin = originOf(receipt);
    if (origin !== null && origin !== checkpoint.origin)
      throw new BeaconError("CHECKPOINT_MALFORMED", `the receipt is of the log ${origin}`);
    return checkpoint;
  } catch (error) {
    throw unusable(`${path} is not an earlier checkpoint of this log`, error);
  }
}

/** The log that the receipt names; null when it names none, which the verifier then says better. */
function originOf(receipt: Uint8Array): string | null {
  try {
    return parseCheckpoint(parseNote(parseProof(receipt).checkpoint).text).origin;
  } catch (error) {
    if (isBeaconError(error)) return null;
    throw error;
  }
}

async function readHashes(path: string): Promise<readonly Uint8Array[]> {
  const lines = (await readText(path)).split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const hash = fromBase64(line);
    if (hash?.length !== HASH_BYTES)
      throw new BeaconError("PROOF_MALFORMED", `${path} is not a list of base64 hashes.`);
    return hash;
  });
}

const unusable = (sentence: string, error: unknown): unknown =>
  isBeaconError(error)
    ? new BeaconError(error.code, `${sentence}: ${error.message}.`, { cause: error })
    : error;

const VERDICTS: Readonly<Record<VerificationReport["verdict"], string>> = {
  sound: "SOUND: everything that was checked holds.",
  unsound: "NOT SOUND: do not rely on this receipt.",
  unusable: "UNUSABLE: this file is not a receipt, so nothing was checked.",
};

const OUTCOMES: Readonly<Record<Finding["outcome"], string>> = {
  holds: "holds",
  fails: "FAILS",
  "not-applicable": "not applicable",
};

function linesOf(report: VerificationReport): string[] {
  const { verdict, code, problem, checks, facts, engine } = report;
  const about =
    facts === null
      ? []
      : [`${facts.entry.type}, entry ${facts.index} of ${facts.size} in ${facts.origin}`];
  return [
    code === null ? VERDICTS[verdict] : `${VERDICTS[verdict]} (${code})`,
    ...(problem === null ? [] : [`What was wrong: ${problem}.`]),
    ...about,
    ...checks.map(({ name, outcome, reason }) => `  ${name}: ${OUTCOMES[outcome]}. ${reason}`),
    ...(engine === "noble"
      ? ["Signatures were checked in JavaScript: WebCrypto has no Ed25519 here."]
      : []),
  ];
}
