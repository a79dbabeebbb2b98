import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ServiceRef } from "@/schemas/job-spec";
import type { Cid, JobId } from "@/schemas/primitives";
import { FaultMoment, ProviderFault } from "@/schemas/simulation";
import type { JobSnapshot } from "@/schemas/snapshot";
import type { AnswerChat } from "@/server/adapters/golem/loopback/answer";
import { addAmounts, compareAmounts } from "@/server/domain/job/amount";
import { buildReceipt } from "@/server/services/build-receipt";
import { showJob } from "@/server/services/show-jobs";
import {
  aLoopbackInstallation,
  type GolemProcess,
  type LoopbackInstallation,
} from "@/test/support/a-loopback-installation";
import { severalAtATime } from "@/test/support/beacon-command";
import { aCanary, CanaryWatch, holds } from "@/test/support/canary";
import { checkLog } from "@/test/support/check-log";
import { eventually } from "@/test/support/fakes";

const DOORS = ["model", "exit"] as const;
const AT_A_TIME = 16;
const BUDGET_GLM = "0.5";
const BUDGET_USD = "1";
/** The shortest deadline that a job may have: one that no provider serves ends with it, all others long before. */
const DEADLINE_S = { unserved: 30, served: 90 } as const;
/** Long after the deadline a job of which anything is still open is one that does not end. */
const OVER_MS = 120_000;
/** Countries both of whose providers let a machine out to the vendor, and agree on where they are. */
const COUNTRIES = ["DE", "US", "BR", "SG", "GB", "IN", "PL"];

/** A key that no provider, log line, row or block may hold, and a word that providers must see. */
const key = aCanary();
const word = aCanary();

type Run = {
  readonly fault: ProviderFault;
  readonly moment: FaultMoment;
  readonly door: (typeof DOORS)[number];
  readonly country: string;
  /** Whether every provider of the country has the fault; else one of two. */
  readonly isEverybody: boolean;
};

/** Every fault at every moment: through one door all providers have it, through the other one of two. */
const RUNS: readonly Run[] = ProviderFault.options
  .flatMap((fault, f) =>
    FaultMoment.options.flatMap((moment, m) =>
      DOORS.map((door, d) => ({ fault, moment, door, isEverybody: (f + m + d) % 2 === 0 })),
    ),
  )
  .map((run, i) => ({ ...run, country: COUNTRIES[i % COUNTRIES.length] ?? "" }));

/** What no provider of a country can be asked through from its first contact on, and what spoils answers. */
const UNSERVED: readonly ProviderFault[] = [
  "rejects",
  "agreement-timeout",
  "deploy-failure",
  "exec-failure",
  "vanishes",
  "lies-about-country",
];
const SPOILING: readonly ProviderFault[] = ["corrupts", "truncates", "floods"];

/** A model that says where it stands. */
const answer: AnswerChat = ({ country, prompt, seed }) => ({
  content: `Asked in ${country}, ${seed}: ${prompt}`,
  finishReason: "stop",
  promptTokens: 8,
  completionTokens: 12,
});
const placeIn = (text: string | null): string | null =>
  /Asked in ([A-Z]{2}),/.exec(text ?? "")?.[1] ?? null;

const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);
const providersSaw = new CanaryWatch({ key, word });
const queued = new Set<string>();
const jobs = new Map<Run, JobId>();

let beacon: LoopbackInstallation;
let golem: GolemProcess;
let watching: NodeJS.Timeout;

async function serviceFor(door: Run["door"]): Promise<ServiceRef> {
  if (door === "model") return { id: "asked", door, model: "control-open" };
  const vendor = await beacon.context.services.byId("simulated-openai");
  if (vendor === null) throw new Error("there is a simulated vendor");
  const { id: connection, dialect, base_url } = vendor;
  return { id: "asked", door, model: "control-open", api: { connection, dialect, base_url } };
}

async function submit(run: Run): Promise<JobId> {
  const { fault, moment, door, country, isEverybody } = run;
  const share = isEverybody ? 1 : 0.5;
  return beacon.submit({
    title: `${fault}, ${moment}, ${door} door`,
    prompts: [1, 2].map((n) => ({ id: `q${n}`, language: "en", text: `${word.secret} ${n}?` })),
    services: [await serviceFor(door)],
    countries: [country],
    repeats: repeatsOf(run),
    budget: { glm: BUDGET_GLM, usd: BUDGET_USD },
    deadline_s: DEADLINE_S[isEverybody && UNSERVED.includes(fault) ? "unserved" : "served"],
    contrasts: [],
    controls: [],
    simulation: { providers: [{ fault, moment, countries: [], share }], yagna: [] },
  });
}

/** More questions than a session asks at a time where the fault begins in the middle of them. */
const repeatsOf = ({ moment }: Pick<Run, "moment">) => (moment === "mid-run" ? 10 : 4);

const runsOf = (fault: ProviderFault) => RUNS.filter((run) => run.fault === fault);
const jobOf = (run: Run): JobId => {
  const id = jobs.get(run);
  if (id === undefined) throw new Error("every run was submitted");
  return id;
};
const nameOf = ({ fault, moment, door, isEverybody }: Run) =>
  `${fault} ${moment} ${door}${isEverybody ? " everybody" : ""}`;

beforeAll(async () => {
  process.on("unhandledRejection", note);
  process.on("uncaughtExceptionMonitor", note);
  beacon = await aLoopbackInstallation({
    network: {
      answer,
      slowMs: 1_000,
      debitNoteMs: 500,
      onProviderBytes: (bytes, { providerId, port, from }) =>
        providersSaw.take(`${providerId} ${port} ${from}`, bytes),
    },
  });
  const { services, sealer, now } = beacon.context;
  for (const service of await services.list())
    await services.setKey(service, sealer.seal(service, key.secret), now());
  golem = await beacon.startGolem();
  watching = setInterval(() => {
    beacon
      .query<{ row: string }>("SELECT t::text AS row FROM bullmq.job t")
      .then((rows) => {
        for (const { row } of rows) queued.add(row);
      })
      .catch(note);
  }, 100);
  await severalAtATime(AT_A_TIME, RUNS, async (run) => {
    const id = await submit(run);
    jobs.set(run, id);
    await beacon.compared(id, OVER_MS).catch(() => undefined);
  });
  // Who had vanished comes back, so that yagna can end what it held with him.
  for (const { id } of beacon.network.providers) beacon.network.fault(id);
  await eventually(async () => (await beacon.unreleased()).length === 0, 60_000).catch(
    () => undefined,
  );
  clearInterval(watching);
}, 400_000);

afterAll(async () => {
  clearInterval(watching);
  await golem?.stop();
  await beacon?.close();
  process.off("unhandledRejection", note);
  process.off("uncaughtExceptionMonitor", note);
}, 60_000);

describe("whatever a provider does wrong, whenever, and through whichever door it is asked,", () => {
  it.each(ProviderFault.options)("%s: the job closes and says why", async (fault) => {
    for (const run of runsOf(fault)) {
      const name = nameOf(run);
      const shown = await showJob(beacon.context, jobOf(run));
      const { counts } = shown;
      expectShown(run, shown);
      expect(shown.comparisonIndex, name).not.toBeNull();
      expect(counts.announced, name).toBe(2 * repeatsOf(run));
      expect(counts.succeeded + counts.failed + counts.withdrawn, name).toBe(counts.announced);
      for (const { status, endedAt, endReason } of shown.sessions) {
        expect(endedAt, name).not.toBeNull();
        if (status === "LOST") expect(endReason, name).toMatch(/\S/);
      }
      await saysWhy(run, shown);
    }
  });

  it.each(ProviderFault.options)("%s: the money adds up to the last unit", async (fault) => {
    for (const run of runsOf(fault)) {
      const name = nameOf(run);
      const id = jobOf(run);
      const ledger = await beacon.context.rentals.ledgerOf(id);
      const total = addAmounts(...ledger.map(({ acceptedGlm }) => acceptedGlm));
      const allocations = await beacon.query<{ allocationId: string | null }>(
        `SELECT "allocationId" FROM "Job" WHERE id = $1
         UNION SELECT "allocationId" FROM rentals WHERE "jobId" = $1`,
        [id],
      );
      const paid = allocations.map(
        ({ allocationId }) => beacon.spent.get(allocationId ?? "") ?? "0",
      );
      expect(total, name).toBe(addAmounts(...paid));
      expect(compareAmounts(total, BUDGET_GLM), name).toBeLessThanOrEqual(0);
      const { reserved, spent } = await beacon.context.jobs.dollars(id);
      expect(reserved, name).toBe("0");
      expect(compareAmounts(spent, BUDGET_USD), name).toBeLessThanOrEqual(0);
    }
  });

  it("some bills were refused, and the rule that refused them is kept", async () => {
    const ledgers = await Promise.all(
      runsOf("overprices").map((run) => beacon.context.rentals.ledgerOf(jobOf(run))),
    );
    const refused = ledgers.flat().flatMap((line) => line.refused);
    expect(refused.filter(({ reason }) => reason.includes("at most"))).not.toEqual([]);
    for (const { reason } of refused) expect(reason).toMatch(/\S/);
  });

  it("what came through an exit elsewhere is in no cell of the country that it was asked for", async () => {
    let elsewhere = 0;
    for (const run of RUNS) {
      const id = jobOf(run);
      const stored = await beacon.context.comparisons.byJob(id);
      const results = await beacon.query<{ text: string | null; verdict: string }>(
        `SELECT o.text, s.geo->>'verdict' AS verdict FROM "Outcome" o
         JOIN "VantageSession" s ON s.id = o."sessionId" WHERE o."jobId" = $1 AND o.kind = 'RESULT'`,
        [id],
      );
      const compared = results.filter(({ verdict }) => verdict !== "mismatch");
      const cells = stored?.document.groups.flatMap((group) => group.cells) ?? [];
      const inCells = cells.flatMap(({ states }) => Object.values(states));
      expect(
        inCells.reduce((sum, n) => sum + n, 0),
        nameOf(run),
      ).toBe(compared.length);
      for (const { text } of compared)
        expect(placeIn(text) ?? run.country, nameOf(run)).toBe(run.country);
      elsewhere += results.filter(
        ({ text }) => (placeIn(text) ?? run.country) !== run.country,
      ).length;
    }
    // Somebody did lie, and was answered from elsewhere: else nothing was shown here.
    expect(elsewhere).toBeGreaterThan(0);
  });
});

/** That a fault which everybody has from the start on was there, so that all this is about something. */
function expectShown(run: Run, { counts, sessions }: JobSnapshot): void {
  const name = nameOf(run);
  const { fault } = run;
  if (!run.isEverybody || run.moment !== "at-start") return;
  if (UNSERVED.includes(fault)) expect(counts.withdrawn, name).toBe(counts.announced);
  else if (SPOILING.includes(fault)) expect(counts.failed, name).toBeGreaterThan(0);
  else expect(counts.succeeded, name).toBe(counts.announced);
  if (fault === "never-invoices")
    expect(
      sessions.every(({ endReason }) => endReason?.startsWith("no invoice")),
      name,
    ).toBe(true);
}

/** Failures and withdrawals have their reasons, and where all providers fail, so do the sessions. */
async function saysWhy(run: Run, shown: JobSnapshot): Promise<void> {
  const rows = await beacon.query<{
    kind: string;
    code: string | null;
    message: string | null;
    reason: string | null;
  }>(`SELECT kind, code, message, reason FROM "Outcome" WHERE "jobId" = $1`, [shown.id]);
  for (const { kind, code, message, reason } of rows) {
    if (kind === "FAILURE") expect(code !== null && message !== null, nameOf(run)).toBe(true);
    if (kind === "WITHDRAWAL") expect(reason, nameOf(run)).toBe("deadline-passed");
  }
  const isUnserved = rows.some(({ kind }) => kind === "WITHDRAWAL");
  if (isUnserved) expect(shown.sessions.some(({ status }) => status === "LOST")).toBe(true);
}

describe("after 12 faults x 3 moments x both doors", () => {
  it("the log audits clean, and every announced task closed in it exactly once", async () => {
    expect(RUNS).toHaveLength(72);
    const { jobs: audited } = await checkLog(beacon.context);
    expect(audited).toHaveLength(72);
    for (const job of audited) {
      expect(job.hasComparison).toBe(true);
      expect(job.results + job.failures + job.withdrawn).toBe(job.announced);
    }
    // Half of the providers are well behaved: most questions are answered.
    const sumOf = (figure: "announced" | "results") =>
      audited.reduce((sum, job) => sum + job[figure], 0);
    expect(sumOf("announced")).toBe(RUNS.reduce((sum, run) => sum + 2 * repeatsOf(run), 0));
    expect(sumOf("results")).toBeGreaterThan(sumOf("announced") / 2);
  });

  it("yagna holds no agreement and keeps nothing aside, and paid what the ledger says", async () => {
    expect(await beacon.unreleased()).toEqual([]);
    expect(await beacon.approved()).toEqual([]);
    const { spentGlm, reservedGlm } = await beacon.funds();
    expect(reservedGlm).toBe("0");
    const spent = await beacon.context.rentals.spentBy([...jobs.values()]);
    expect(addAmounts(...spent.values())).toBe(spentGlm);
    expect(compareAmounts(spentGlm, "0")).toBe(1);
    const open = await beacon.query(`SELECT "agreementId" FROM rentals WHERE "endedAt" IS NULL`);
    expect(open).toEqual([]);
    const held = await beacon.query(
      `SELECT id FROM "Job" WHERE "usdReserved" <> 0 UNION ALL SELECT id FROM "Task" WHERE "reservedUsd" <> 0`,
    );
    expect(held).toEqual([]);
  });

  it("nothing was left unhandled, and yagna was never given up", () => {
    expect(unhandled).toEqual([]);
    expect(golem.gone).toEqual([]);
  });

  it("no provider saw the vendor's key, though each of them was looked at", () => {
    const { found } = providersSaw;
    expect(found.filter((seen) => seen.startsWith("key "))).toEqual([]);
    expect(found.filter((seen) => /^word in \S+ 8081 requestor$/.test(seen))).not.toEqual([]);
    expect(beacon.network.vendor.requests().length).toBeGreaterThan(100);
  });

  it("the vendor's key is in no log line, message, row, receipt or block", async () => {
    const { logLines } = beacon;
    expect(logLines.filter((line) => holds(line, key))).toEqual([]);
    // There are some: how many depends on what went wrong when.
    expect(logLines.length).toBeGreaterThan(10);
    expect([...queued].filter((row) => holds(row, key))).toEqual([]);
    expect(queued.size).toBeGreaterThan(10);
    const withWord = new Set<string>();
    for await (const { table, row } of beacon.rows()) {
      expect(holds(row, key), `the key is in ${table}`).toBe(false);
      if (holds(row, word)) withWord.add(table);
    }
    expect([...withWord]).toEqual(expect.arrayContaining([`public."Job"`, `public."Outcome"`]));
  });

  it("the vendor's key is in no block that an entry names, and in no receipt", async () => {
    const { context } = beacon;
    const { publishedSize } = await context.log.state();
    let blocks = 0;
    for (let index = 0; index < publishedSize; index++) {
      for (const cid of await namedBy(index)) {
        const block = await context.content.get(cid);
        expect(block !== null && holds(block, key), `the key is in ${cid} of ${index}`).toBe(false);
        blocks += 1;
      }
      if (index % 20 !== 0) continue;
      const { text } = await buildReceipt(context, index);
      expect(holds(text, key), `the key is in the receipt of ${index}`).toBe(false);
    }
    expect(blocks).toBeGreaterThan(500);
  });
});

/** The blocks that an entry of the log commits to. */
async function namedBy(index: number): Promise<readonly Cid[]> {
  const entry = await beacon.context.log.entry(index);
  const said = JSON.parse(new TextDecoder().decode(entry?.bytes)) as Record<string, unknown>;
  return ["cid", "exchange", "vantage", "spec_cid"].flatMap((name) =>
    typeof said[name] === "string" ? [said[name] as Cid] : [],
  );
}
