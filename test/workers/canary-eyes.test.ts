import { randomBytes, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import WebSocket from "ws";
import type { JobSnapshot } from "@/schemas/snapshot";
import { readMetricsTargets } from "@/server/cli/metrics-targets";
import { type PortalClient, portalClient, waitForJob } from "@/server/cli/portal-client";
import { statusCommand } from "@/server/cli/status";
import { readEnv } from "@/server/env";
import { aSpec } from "@/test/domain/job/job-specs";
import { aCanary, type Canary, canaryOf, holds } from "@/test/support/canary";
import { createTestDatabase, type TestDatabase } from "@/test/support/database";
import { eventually } from "@/test/support/fakes";
import { type Installation, startInstallation } from "@/test/support/installation";
import { promtool, runPromtool } from "@/test/support/promtool";
import { signInOver } from "@/test/support/sign-in-over";
import { skipBecause } from "@/test/support/skip";

/** Secrets, each of which is really used. Those that the installation makes by itself are read where it keeps them. */
const vendorKey = aCanary();
const databasePassword = aCanary();
const typedPassword = aCanary();
/** What is asked is no secret, but it is nothing for whoever watches the machine. */
const prompt = aCanary();
const planted = new Map<string, Canary>([
  ["the vendor's key", vendorKey],
  ["the database's password", databasePassword],
  ["a password that was typed", typedPassword],
  ["a prompt", prompt],
]);

/** Words that must be found: they prove that one looks well. Letters, digits and hyphens pass everywhere. */
const asRequest = canaryOf(`control-request-${randomBytes(8).toString("hex")}`);
const asCommit = canaryOf(`control-commit-${randomBytes(8).toString("hex")}`);
const asReason = canaryOf(`control-reason-${randomBytes(8).toString("hex")}`);

const PROCESSES = ["loopback", "workers", "golem", "home", "portal"];

/** A superuser of the run's server whose password is planted. */
async function aDatabaseUser(): Promise<{ readonly name: string; drop(): Promise<void> }> {
  const name = `canary_${randomBytes(6).toString("hex")}`;
  const onServer = async (statement: string) => {
    const url = new URL(inject("templateDatabaseUrl"));
    url.pathname = "/postgres";
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  const password = databasePassword.secret.replaceAll("'", "''");
  await onServer(`CREATE ROLE ${name} LOGIN SUPERUSER PASSWORD '${password}'`);
  return { name, drop: () => onServer(`DROP ROLE ${name}`) };
}

describe("whoever watches an installation", () => {
  let database: TestDatabase;
  let user: Awaited<ReturnType<typeof aDatabaseUser>>;
  let beacon: Installation;
  let client: PortalClient;
  let rows: pg.Pool;
  let databaseUrl = "";
  let job: JobSnapshot;
  /** What was seen, by where. */
  const seen = new Map<string, string>();
  const events: string[] = [];

  const environment = () => ({
    DATABASE_URL: databaseUrl,
    BEACON_DEMONSTRATION: "0",
    BEACON_CONTROL_LATENCY_MS: "20",
    BEACON_COMMIT: asCommit.secret,
    LOG_LEVEL: "trace",
  });
  const keep = async (where: string, answer: Response): Promise<void> => {
    seen.set(where, `${JSON.stringify([...answer.headers])}\n${await answer.text()}`);
  };

  /** All three addresses of every process, and what is made of them. */
  async function watch(moment: string): Promise<void> {
    for (const { process, address } of readMetricsTargets(beacon.home) ?? [])
      for (const path of ["metrics", "healthz", "readyz"])
        await keep(`${moment} ${process} ${path}`, await fetch(`http://${address}/${path}`));
    await keep(`${moment} /api/health`, await fetch(`${beacon.url}/api/health`));
    const said: string[] = [];
    const say = (line: string) => void said.push(line);
    await statusCommand([], { out: say, err: say, home: beacon.home });
    seen.set(`${moment} beacon status`, said.join("\n"));
  }

  /** Requests that fail in every way that one can think of, with secrets in them. */
  async function provoke(): Promise<void> {
    const post = (path: string, body: string, headers: Record<string, string> = {}) =>
      fetch(`${beacon.url}${path}`, {
        method: "POST",
        body,
        headers: {
          "content-type": "application/json",
          "x-request-id": asRequest.secret,
          ...headers,
        },
      });
    const json = (value: unknown) => JSON.stringify({ json: value });
    const key = vendorKey.secret;
    const operator = { authorization: `Bearer ${operatorToken().secret}` };
    await keep("a refusal 1", await post("/api/trpc/services.setKey", json({ id: "x", key })));
    await keep("a refusal 2", await post("/api/trpc/services.setKey", `{"json":"${key}`, operator));
    await keep(
      "a refusal 3",
      await post("/api/trpc/jobs.submit", json({ spec: prompt.secret }), operator),
    );
    await keep("a refusal 4", await post("/api/trpc/no.such", json({ prompt: prompt.secret })));
    await keep("a refusal 5", await post(`/tlog/add`, key, { authorization: `Bearer ${key}` }));
    await keep(
      "a refusal 6",
      await fetch(`${beacon.url}/api/trpc/jobs.byId?input=%zz${key.length}`),
    );
    for (const password of [typedPassword.secret, `${typedPassword.secret}2`])
      expect(
        (await signInOver(beacon.url, { email: "admin@beacon.local", password })).isSignedIn,
      ).toBe(false);
  }

  const secretOf = (file: string) =>
    canaryOf(readFileSync(join(beacon.home, "keys", file), "utf8").trim());
  const operatorToken = () => secretOf("operator.token");

  /** The installation's own secrets: its admin's session, its keys, an invitation. */
  async function ownSecrets(): Promise<void> {
    planted.set("the operator's token", operatorToken());
    planted.set("the session secret", secretOf("session.secret"));
    const [, email = "", password = ""] =
      /sign in as (\S+), password (\S+) \|/.exec(beacon.output()) ?? [];
    planted.set("the admin's password", canaryOf(password));
    const { cookies, isSignedIn } = await signInOver(beacon.url, { email, password });
    expect(isSignedIn).toBe(true);
    const session = /session-token=([^;]+)/.exec(cookies)?.[1] ?? "";
    expect(session.length).toBeGreaterThan(60);
    planted.set("a session's cookie", canaryOf(session.slice(-60)));
    const { link } = await client.invitations.create.mutate({
      email: "reader@example.org",
      name: "A reader",
      role: "reader",
      organisation: null,
      validDays: 1,
    });
    const token = link.split("/").at(-1) ?? "";
    planted.set("an invitation's token", canaryOf(token));
    await fetch(`${beacon.url}/invitations/${token}`, { headers: { cookie: cookies } });
    await fetch(`${beacon.url}/invitations/${token}`, { method: "POST" });
    await client.invitations.look.query({ token });
    await client.invitations.accept.mutate({ token, password: typedPassword.secret });
  }

  beforeAll(async () => {
    database = await createTestDatabase();
    user = await aDatabaseUser();
    const url = new URL(database.url);
    url.username = user.name;
    url.password = encodeURIComponent(databasePassword.secret);
    databaseUrl = url.href;
    rows = new pg.Pool({ connectionString: database.url, max: 1 });
    rows.on("error", () => {});
    beacon = await startInstallation(environment());
    client = portalClient({ ...readEnv(), BEACON_HOME: beacon.home }, beacon.url);
    const live = new WebSocket(`${beacon.url.replace("http", "ws")}/live/events`);
    live.on("message", (data) => events.push(String(data)));
    await new Promise((resolve, reject) => live.once("open", resolve).once("error", reject));
    await ownSecrets();
    await provoke();
    await client.services.setKey.mutate({ id: "simulated-openai", key: vendorKey.secret });
    const service = (await client.services.list.query()).find(
      ({ id }) => id === "simulated-openai",
    );
    if (service === undefined) throw new Error("there is a simulated vendor");
    const api = { connection: service.id, dialect: service.dialect, base_url: service.base_url };
    const { jobId } = await client.jobs.submit.mutate({
      spec: aSpec({
        title: "A job that is watched",
        prompts: [{ id: "q", language: "en", text: `What of ${prompt.secret}?` }],
        services: [{ id: service.id, door: service.door, model: "control-open", api }],
        countries: ["DE", "US"],
        repeats: 2,
        budget: { glm: "1", usd: "1" },
        contrasts: [],
        controls: [],
      }),
      submissionKey: randomUUID(),
    });
    await watch("while it works");
    job = await waitForJob(client, jobId, 250, () => {});
    await watch("when it has worked");
    // Every process loses its connections, and says so with all that its driver says.
    await rows.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${user.name}'`,
    );
    await eventually(async () => (await fetch(`${beacon.url}/api/health`)).status === 200, 60_000);
    await rows.query(`UPDATE log_state SET "haltedReason" = $1, "haltedAt" = now()`, [
      `LOG_FORKED: ${asReason.secret}`,
    ]);
    await eventually(async () => (await fetch(`${beacon.url}/api/health`)).status === 503, 60_000);
    const workers = readMetricsTargets(beacon.home)?.find(({ process }) => process === "workers");
    const metricsOf = async (address = "") => (await fetch(`http://${address}/metrics`)).text();
    // What is read from the database for metrics is read at most every ten seconds.
    await eventually(
      async () => /^beacon_log_halted 1$/m.test(await metricsOf(workers?.address)),
      30_000,
    );
    await watch("when its log is halted");
    live.close();
  }, 600_000);

  afterAll(async () => {
    await beacon?.remove();
    await rows?.end();
    await database?.drop();
    await user?.drop();
  }, 60_000);

  /** Nothing that was planted is in `text`. */
  function expectClean(where: string, text: string | Uint8Array): void {
    for (const [what, canary] of planted)
      expect(holds(text, canary), `${what} in ${where}`).toBe(false);
  }

  it("was shown an installation in which every secret was used", () => {
    const { succeeded, announced } = job.counts;
    expect(succeeded).toBe(announced);
    expect(planted.size).toBe(9);
    expect(readMetricsTargets(beacon.home)?.map(({ process }) => process)).toEqual(PROCESSES);
  });

  it("finds none of them in any metric or health answer of any process", () => {
    for (const [where, text] of seen) expectClean(where, text);
    const withCommit = [...seen]
      .filter(([, text]) => holds(text, asCommit))
      .map(([where]) => where);
    for (const process of PROCESSES)
      expect(withCommit).toContain(`when it has worked ${process} metrics`);
    const withReason = [...seen]
      .filter(([, text]) => holds(text, asReason))
      .map(([where]) => where);
    expect(withReason).toEqual(
      expect.arrayContaining([
        "when its log is halted /api/health",
        "when its log is halted workers readyz",
        "when its log is halted portal readyz",
        "when its log is halted beacon status",
      ]),
    );
    expect(seen.get("when it has worked portal metrics")).toMatch(
      /beacon_api_calls_total\{procedure="jobs\.submit",outcome="ok"\} 1/,
    );
    expect(seen.get("when it has worked portal metrics")).toMatch(
      /beacon_sign_ins_total\{method="password",outcome="refused"\} 2/,
    );
    expect(seen.get("when it has worked golem metrics")).toMatch(/beacon_service_calls_total\{/);
    expect(seen.get("when its log is halted workers metrics")).toMatch(/^beacon_log_halted 1$/m);
  });

  it("finds none of them in any live event", () => {
    expectClean("live events", events.join("\n"));
    expect(events.join("\n")).toContain(job.id);
  });

  it("is told by no public answer where things are: no address, no path, no query", () => {
    for (const [where, text] of seen) {
      if (!where.endsWith("/api/health")) continue;
      expect(text, where).not.toContain(beacon.home);
      expect(text, where).not.toContain(new URL(databaseUrl).port);
      expect(text, where).not.toMatch(/127\.0\.0\.1|localhost|postgres/);
    }
  });

  it("has metrics that Prometheus's own checker accepts, of every process", async (context) => {
    const tool = await promtool();
    if ("missing" in tool) skipBecause(context, tool.missing);
    for (const [where, text] of seen) {
      if (!where.endsWith(" metrics")) continue;
      const input = text.slice(text.indexOf("\n") + 1);
      const checked = await runPromtool(tool, ["check", "metrics"], { input });
      expect(checked, where).toEqual({ code: 0, said: "" });
    }
  }, 180_000);

  it("finds none of them in any log line, and each request by its name", async () => {
    await beacon.stop();
    const folder = join(beacon.home, "logs");
    const files = readdirSync(folder);
    expect(files).toEqual(expect.arrayContaining(PROCESSES.map((process) => `${process}.log`)));
    for (const file of files) expectClean(file, readFileSync(join(folder, file)));
    // The admin's first password is shown once, to whoever started it, and to nobody else.
    planted.delete("the admin's password");
    expectClean("what npm start printed", beacon.output());
    const portal = readFileSync(join(folder, "portal.log"), "utf8");
    const lines = portal.trimEnd().split("\n");
    const named = lines.filter((line) => line.includes(asRequest.secret));
    expect(named.length).toBeGreaterThanOrEqual(5);
    // Also what libraries print: a log file is JSON, line by line.
    for (const line of lines) expect(() => JSON.parse(line), line).not.toThrow();
  });

  it("is told at the next start that the log is halted, and why", async () => {
    const again = await startInstallation({ ...environment(), BEACON_HOME: beacon.home });
    try {
      expect(again.output()).toContain("THE LOG IS HALTED");
      expect(again.output()).toContain(asReason.secret);
    } finally {
      await again.stop();
    }
  }, 300_000);
});
