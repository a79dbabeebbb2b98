import { parseArgs } from "node:util";
import { Readiness } from "@/schemas/health";
import type { CommandIo } from "@/server/cli/command";
import { type MetricsTarget, readMetricsTargets } from "@/server/cli/metrics-targets";

/** How long a process may take to say how it is. */
const ANSWER_MS = 5_000;
const MARK = { ok: " ", warn: "?", fail: "!" } as const;

type Answer = MetricsTarget & {
  /** Null: it does not answer, or something else does. */
  readonly readiness: Readiness | null;
};

/**
 * `beacon status [--json]`: how every process of the installation is, by its own word.
 *
 * @returns 0: all are ready; 1: some are not, or do not answer; 2: it was never started here.
 */
export async function statusCommand(args: readonly string[], io: CommandIo): Promise<0 | 1 | 2> {
  const { values } = parseArgs({ args: [...args], options: { json: { type: "boolean" } } });
  const targets = readMetricsTargets(io.home);
  if (targets === null) {
    io.err(`Beacon has never been started in ${io.home}: npm start does.`);
    return 2;
  }
  const answers = await Promise.all(targets.map(ask));
  if (values.json === true) io.out(JSON.stringify(answers, null, 2));
  else for (const answer of answers) print(answer, io);
  return answers.every(({ readiness }) => readiness?.ready === true) ? 0 : 1;
}

async function ask(target: MetricsTarget): Promise<Answer> {
  try {
    const answer = await fetch(`http://${target.address}/readyz`, {
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const readiness = Readiness.parse(await answer.json());
    return { ...target, readiness: readiness.process === target.process ? readiness : null };
  } catch {
    return { ...target, readiness: null };
  }
}

function print({ process, address, readiness }: Answer, { out }: Pick<CommandIo, "out">): void {
  if (readiness === null) {
    out(`! ${process} does not answer at ${address}`);
    return;
  }
  const word = readiness.ready ? "ready" : "not ready";
  out(`${MARK[readiness.level]} ${process}: ${word}`);
  for (const { name, level, code, sentence, ageSeconds } of readiness.checks) {
    const age = ageSeconds === null ? "" : ` (${ageSeconds} s ago)`;
    out(`  ${MARK[level]} ${name.padEnd(16)}${code === null ? "" : `${code}: `}${sentence}${age}`);
  }
}
