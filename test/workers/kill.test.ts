import { randomInt, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JobId } from "@/schemas/primitives";
import type { JobSnapshot } from "@/schemas/snapshot";
import { type PortalClient, portalClient } from "@/server/cli/portal-client";
import { drawsFrom } from "@/server/domain/job/draws";
import { parsePolicy } from "@/server/domain/log/policy";
import { readEnv } from "@/server/env";
import { auditLog } from "@/server/services/audit-log";
import { type Installation, startInstallation } from "@/test/support/installation";

const DATABASE = "postgres";
const VICTIMS = [
  "workers/loopback.ts",
  "workers/main.ts",
  "workers/golem.ts",
  "server/main.ts",
  DATABASE,
];
/** Every process is killed so often, in random order, at random moments. */
const ROUNDS = 2;
const SEED = Number(process.env.KILL_SEED ?? randomInt(2 ** 31));

const spec = {
  version: "1.0",
  title: "Kill test",
  system_prompt: null,
  prompts: Array.from({ length: 10 }, (_, i) => ({
    id: `q${i}`,
    language: "en",
    text: `Variant ${i}: who decided to close the Vell dam, and what did the inquiry find?`,
  })),
  services: [{ id: "control-regional", door: "model", model: "control-regional" }],
  countries: ["DE", "US", "KE", "BR", "SG"],
  repeats: 12,
  sampling: { temperature: 0.7, top_p: 1, max_output_tokens: 512, seed_base: 7 },
  budget: { glm: "5", usd: "0" },
  deadline_s: 240,
  contrasts: [],
  controls: [],
};

async function get(url: string): Promise<Uint8Array | null> {
  const response = await fetch(url);
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
}

/** Calls until it succeeds: the portal is among those that are killed. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + 60_000; ; await sleep(250))
    try {
      return await call();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
}

describe(`a job whose processes are killed at random moments (KILL_SEED=${SEED})`, () => {
  let beacon: Installation;
  let client: PortalClient;
  let jobId: JobId;

  beforeAll(async () => {
    beacon = await startInstallation({
      BEACON_DEMONSTRATION: "0",
      BEACON_CONTROL_LATENCY_MS: "700",
    });
    client = portalClient({ ...readEnv(), BEACON_HOME: beacon.home }, beacon.url);
  }, 260_000);
  afterAll(() => beacon.remove(), 40_000);

  it("closes every announced task exactly once, and the log audits clean from its bytes", async () => {
    const submissionKey = randomUUID();
    const submit = () => client.jobs.submit.mutate({ spec, submissionKey });
    ({ jobId } = await insist(submit));
    const seed = new Uint8Array(16);
    new DataView(seed.buffer).setUint32(0, SEED);
    const draws = drawsFrom(seed);
    const killed: string[] = [];
    for (let round = 0; round < ROUNDS; round++)
      for (const victim of draws.shuffled(VICTIMS)) {
        await sleep(400 + draws.below(1_600));
        const pid = victim === DATABASE ? beacon.databasePid() : beacon.pidOf(victim);
        if (pid === null) continue;
        process.kill(pid, "SIGKILL");
        killed.push(victim);
      }
    expect(new Set(killed)).toEqual(new Set(VICTIMS));
    // The same submission again, as a client would that never saw the answer: still one job.
    expect(await insist(submit)).toEqual({ jobId, created: false });

    const job = await insist(() => overAndPublished(client, jobId));
    const { counts } = job;
    expect(counts.announced).toBe(600);
    expect(counts.succeeded + counts.failed + counts.withdrawn).toBe(600);
    // Killing costs time, not answers: what was asked when its provider went may fail, the rest is asked again.
    expect(counts.succeeded).toBeGreaterThan(540);

    const policy = parsePolicy(readFileSync(join(beacon.home, "policy.txt"), "utf8"));
    const report = await insist(() =>
      auditLog(
        policy,
        (path) => get(`${beacon.url}/tlog/${path}`),
        (cid) => get(`${beacon.url}/ipfs/${cid}`),
      ),
    );
    expect(report.problems).toEqual([]);
    const [audited] = report.jobs;
    expect(audited).toMatchObject({ job: jobId, announced: 600, hasComparison: true });
    expect(audited).toMatchObject({
      results: counts.succeeded,
      failures: counts.failed,
      withdrawn: counts.withdrawn,
    });
    process.stdout.write(
      `killed ${killed.length} times; ${counts.succeeded} results, ${counts.failed} failures, ${counts.withdrawn} withdrawn; ${job.sessions.length} sessions\n`,
    );
  }, 320_000);
});

async function overAndPublished(client: PortalClient, jobId: JobId): Promise<JobSnapshot> {
  for (const end = Date.now() + 260_000; Date.now() < end; await sleep(1_000)) {
    const job = await client.jobs.byId.query({ jobId }).catch(() => null);
    if (job !== null && job.comparisonIndex !== null) return job;
  }
  throw new Error("the job did not close");
}
