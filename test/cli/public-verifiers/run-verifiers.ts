import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyCommand } from "@/server/cli/verify";
import { base64, fromBase64, fromUtf8 } from "@/server/domain/bytes";
import { parseCheckpoint } from "@/server/domain/log/checkpoint";
import { parseNote } from "@/server/domain/log/note";
import { parsePolicy } from "@/server/domain/log/policy";
import type { VerificationReport } from "@/server/domain/verify/report";
import type { VerificationInput, verifyReceipt } from "@/server/domain/verify/verify-receipt";
import type { VerdictCase } from "@/test/cli/public-verifiers/verdict-case";
import { ROOT } from "@/test/support/run-tool";

/** What all verifiers must agree on: verdict, code, and each check's outcome with its code. */
export type Judgement = {
  readonly verdict: string;
  readonly code: string | null;
  /** `name: outcome` or `name: outcome CODE`, in order. */
  readonly checks: readonly string[];
  /** The file's facts as JSON; null when unusable. */
  readonly facts: unknown;
};

type Reported = Pick<VerificationReport, "verdict" | "code" | "checks"> & {
  readonly facts: unknown;
};

/** A report without its sentences, which every verifier words in its own way. */
export const judgementOf = ({ verdict, code, checks, facts }: Reported): Judgement => ({
  verdict,
  code,
  checks: checks.map((check) =>
    [`${check.name}: ${check.outcome}`, check.code].filter(Boolean).join(" "),
  ),
  facts,
});

/** Files of a case as text; of a case whose inputs can be used. */
const textOf = (bytes: Uint8Array): string => fromUtf8(bytes) ?? "";

/** What `verifyReceipt` asks for, read out of a case's files. Only for inputs that can be used. */
function inputOf(
  { receipt, block, policy, ...files }: VerdictCase,
  parse: typeof parsePolicy,
): VerificationInput {
  const since = files.since && parseCheckpoint(parseNote(textOf(files.since)).text);
  const hashes = files.consistency && textOf(files.consistency).split("\n").slice(0, -1);
  return {
    receipt,
    block,
    policy: parse(textOf(policy)),
    lastSeen: since,
    consistency: hashes?.map((line) => fromBase64(line) ?? new Uint8Array()) ?? null,
  };
}

/** The report with its large positions as JSON has them. */
const asJson = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, field: unknown) => {
      if (typeof field !== "bigint") return field;
      return field > BigInt(Number.MAX_SAFE_INTEGER) ? String(field) : Number(field);
    }),
  );

/** What a function of `verifyReceipt`'s kind, with its own reader of policies, says of a case. */
export async function judgedBy(
  verify: typeof verifyReceipt,
  given: VerdictCase,
  parse = parsePolicy,
): Promise<Judgement> {
  return judgementOf(asJson(await verify(inputOf(given, parse))) as Reported);
}

/** `beacon verify --json` in this process: what it answers and what it prints. */
export async function judgedByCommand(given: VerdictCase): Promise<{
  readonly exit: number;
  readonly judgement: Judgement | null;
  readonly err: readonly string[];
}> {
  return withFiles(given, async (args) => {
    const out: string[] = [];
    const err: string[] = [];
    const io = { out: (line: string) => out.push(line), err: (line: string) => err.push(line) };
    const exit = await verifyCommand([...args, "--json"], { ...io, home: "/nonexistent" });
    return {
      exit,
      judgement: out.length === 0 ? null : judgementOf(JSON.parse(out.join("\n"))),
      err,
    };
  });
}

/** Writes a case's files into a folder of their own, and hands on the arguments that name them. */
export async function withFiles<T>(
  { receipt, policy, block, since, consistency }: VerdictCase,
  work: (args: readonly string[], folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "beacon-verdict-"));
  try {
    const path = (name: string, bytes: Uint8Array) => {
      writeFileSync(join(folder, name), bytes);
      return join(folder, name);
    };
    const option = (name: string, bytes: Uint8Array | null) =>
      bytes === null ? [] : [`--${name}`, path(name, bytes)];
    return await work(
      [
        path("receipt.tlog-proof", receipt),
        ...option("policy", policy),
        ...option("block", block),
        ...option("since", since),
        // `--consistency` means nothing without `--since`.
        ...(since === null ? [] : option("consistency", consistency)),
      ],
      folder,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** How a program ended and what it said. */
export type Ran = { readonly exit: number | null; readonly out: string; readonly err: string };

/** Runs a program over the checkout, with `input` on its standard input. */
export function run(
  program: string,
  args: readonly string[],
  input = "",
  env = process.env,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: ROOT, env });
    let [out, err] = ["", ""];
    child.stdout.on("data", (piece) => {
      out += piece;
    });
    child.stderr.on("data", (piece) => {
      err += piece;
    });
    child.on("error", reject);
    child.on("close", (exit) => resolve({ exit, out, err }));
    child.stdin.on("error", () => {}); // it ended without reading: its exit says so
    child.stdin.end(input);
  });
}

/** All cases judged by one process of a script, in its `--batch` mode. */
export async function judgedInBatch(
  program: string,
  script: string,
  cases: readonly VerdictCase[],
): Promise<readonly Judgement[]> {
  const encoded = (bytes: Uint8Array | null) => bytes && base64(bytes);
  const lines = cases.map(({ receipt, policy, block, since, consistency }) =>
    JSON.stringify({
      receipt: base64(receipt),
      policy: base64(policy),
      block: encoded(block),
      since: encoded(since),
      consistency: encoded(since && consistency),
    }),
  );
  const { exit, out, err } = await run(program, [script, "--batch"], `${lines.join("\n")}\n`);
  if (exit !== 0 || err !== "") throw new Error(`${script} ended with ${exit}: ${err}`);
  return out
    .trimEnd()
    .split("\n")
    .map((line) => judgementOf(JSON.parse(line)));
}
