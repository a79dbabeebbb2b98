import type { HealthCheck, Readiness } from "@/schemas/health";
import { worstOf } from "@/server/domain/health/finding";
import { judgeAddress, judgeProcess } from "@/server/domain/health/judge-process";
import { instantOf } from "@/server/domain/time";

/** What a process knows of its own health. */
export type ProcessHealth = {
  /** Adds checks to those that say whether the process is ready. */
  watch(look: () => Promise<readonly HealthCheck[]>): void;
  moveTo(stage: "running" | "stopping"): void;
  /** Says whether its metrics are served; never called: nobody wanted them. */
  listens(isListening: boolean): void;
  /** How it stands, looked at anew unless somebody has just looked. */
  report(): Promise<Readiness>;
};

/** Anybody may ask the portal: however often, it looks once in so long. */
const FRESH_MS = 1_000;

/** @param process its name, as in its log file. */
export function createProcessHealth(process: string, now: () => Date): ProcessHealth {
  const looks: (() => Promise<readonly HealthCheck[]>)[] = [];
  let stage: Parameters<typeof judgeProcess>[0] = "starting";
  let isListening: boolean | null = null;
  let last: { readonly at: number; readonly report: Promise<Readiness> } | null = null;

  async function look(): Promise<Readiness> {
    const at = now();
    const found = await Promise.all(looks.map((one) => one()));
    const checks = [
      judgeProcess(stage),
      ...(isListening === null ? [] : [judgeAddress(isListening)]),
      ...found.flat(),
    ];
    const level = worstOf(checks.map((check) => check.level));
    return { process, ready: level !== "fail", level, at: instantOf(at), checks };
  }
  return {
    watch: (one) => {
      looks.push(one);
      last = null;
    },
    moveTo: (next) => {
      stage = next;
      last = null;
    },
    listens: (is) => {
      isListening = is;
      last = null;
    },
    report() {
      const at = now().getTime();
      if (last === null || at - last.at >= FRESH_MS) last = { at, report: look() };
      return last.report;
    },
  };
}

const SLOT = Symbol.for("beacon.health");
type Holder = { [SLOT]?: ProcessHealth };

/** The health of this process; `name` counts at the first call. One for the process: Next holds this module more than once. */
export function processHealth(name = "unknown"): ProcessHealth {
  const holder = globalThis as Holder;
  holder[SLOT] ??= createProcessHealth(name, () => new Date());
  return holder[SLOT];
}
