import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { ServiceRef } from "@/schemas/job-spec";
import type { JobId } from "@/schemas/primitives";
import { YagnaFault } from "@/schemas/simulation";
import { createSupervisor } from "@/server/cli/supervisor";
import { addAmounts, compareAmounts, subtractAmounts } from "@/server/domain/job/amount";
import { showJob } from "@/server/services/show-jobs";
import {
  aLoopbackInstallation,
  type LoopbackInstallation,
} from "@/test/support/a-loopback-installation";
import { checkLog } from "@/test/support/check-log";
import { eventually } from "@/test/support/fakes";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BUDGET_GLM = "2";
const TASKS = 320;
/** Long after a job's deadline: one that is still open then does not end. */
const OVER_MS = 200_000;
/** A fault lasts so long; a yagna that is down for longer takes the Golem process with it, which gives up after 10 s. */
const FOR_S: Readonly<Record<YagnaFault, number>> = { errors: 4, down: 15, restart: 1, slow: 6 };

let beacon: LoopbackInstallation;
const supervisors: ReturnType<typeof createSupervisor>[] = [];

/** The Golem process as `npm start` runs it, started again when it ends. */
async function superviseGolem() {
  const { env } = beacon.context;
  const logFolder = join(env.BEACON_HOME, "logs");
  const supervisor = createSupervisor({ root: ROOT, logFolder, note: () => {} });
  supervisors.push(supervisor);
  await supervisor.start({
    name: "golem",
    entry: "workers/golem.ts",
    environment: {
      NODE_ENV: "production",
      BEACON_HOME: env.BEACON_HOME,
      DATABASE_URL: env.DATABASE_URL ?? "",
      BEACON_LOOPBACK_PORT: new URL(beacon.network.url).port,
      LOG_LEVEL: "warn",
    },
    readyTimeoutMs: 90_000,
    stopTimeoutMs: 10_000,
  });
  return supervisor;
}

beforeAll(async () => {
  beacon = await aLoopbackInstallation({ network: { latencyMs: 300, debitNoteMs: 1_000 } });
  await superviseGolem();
});
afterAll(async () => {
  await Promise.all(supervisors.map((supervisor) => supervisor.stop(["golem"])));
  await beacon.close();
});

/** A job of both doors that takes some seconds. */
async function submit(yagna: readonly object[]): Promise<JobId> {
  const vendor = await beacon.context.services.byId("simulated-openai");
  if (vendor === null) throw new Error("there is a simulated vendor");
  const { id: connection, dialect, base_url } = vendor;
  const services: readonly ServiceRef[] = [
    { id: "inside", door: "model", model: "control-open" },
    {
      id: "outside",
      door: "exit",
      model: "control-open",
      api: { connection, dialect, base_url },
    },
  ];
  return beacon.submit({
    title: "While yagna is in trouble",
    prompts: [1, 2, 3, 4].map((n) => ({ id: `q${n}`, language: "en", text: `Question ${n}?` })),
    services,
    countries: ["DE", "US"],
    repeats: 20,
    budget: { glm: BUDGET_GLM, usd: "2" },
    deadline_s: 150,
    contrasts: [],
    controls: [],
    simulation: { providers: [], yagna },
  });
}

/** Waits for a job's end, and holds everything against everything. */
async function mustAddUp(id: JobId, spentBefore: string): Promise<void> {
  await beacon.compared(id, OVER_MS);
  await eventually(async () => (await beacon.unreleased()).length === 0, 60_000);
  await eventually(async () => (await beacon.approved()).length === 0, 60_000);
  const { jobs } = await checkLog(beacon.context);
  const audited = jobs.find(({ job }) => job === id);
  expect(audited).toMatchObject({ announced: TASKS, hasComparison: true });
  const { results = 0, failures = 0, withdrawn = 0 } = audited ?? {};
  expect(results + failures + withdrawn).toBe(TASKS);
  // No provider does anything wrong: trouble costs time, and what was under way when it came.
  expect(results).toBeGreaterThan(TASKS * 0.9);
  const { sessions } = await showJob(beacon.context, id);
  for (const { status, endedAt, endReason } of sessions) {
    expect(endedAt).not.toBeNull();
    if (status === "LOST") expect(endReason).toMatch(/\S/);
  }
  const ledger = await beacon.context.rentals.ledgerOf(id);
  expect(ledger.filter(({ endedAt }) => endedAt === null)).toEqual([]);
  const total = addAmounts(...ledger.map(({ acceptedGlm }) => acceptedGlm));
  const { spentGlm, reservedGlm } = await beacon.funds();
  expect(total).toBe(subtractAmounts(spentGlm, spentBefore));
  expect(compareAmounts(total, BUDGET_GLM)).toBeLessThanOrEqual(0);
  expect(compareAmounts(total, "0")).toBe(1);
  expect(reservedGlm).toBe("0");
  expect((await beacon.context.jobs.dollars(id)).reserved).toBe("0");
}

it.each(YagnaFault.options)(
  "a yagna with %s in the middle of a job delays it: it closes, nothing is doubled, the money adds up",
  async (fault) => {
    const { spentGlm } = await beacon.funds();
    const id = await submit([{ fault, after_s: 1, for_s: FOR_S[fault] }]);
    await mustAddUp(id, spentGlm);
  },
);

it("a Golem process that is killed leaves agreements behind, which the next one ends and pays", async () => {
  const { spentGlm } = await beacon.funds();
  const id = await submit([]);
  const answered = async () =>
    (await beacon.context.jobs.tallies([id])).get(id)?.counts.succeeded ?? 0;
  await eventually(async () => (await answered()) > 20, 60_000);
  for (const supervisor of supervisors) supervisor.kill();
  const left = await beacon.approved();
  expect(left).not.toEqual([]);
  await superviseGolem();
  await mustAddUp(id, spentGlm);
  const ended = await beacon.query<{ endReason: string }>(
    `SELECT "endReason" FROM rentals WHERE "jobId" = $1 AND "endReason" LIKE '%reaper%'`,
    [id],
  );
  expect(ended).toHaveLength(left.length);
});
