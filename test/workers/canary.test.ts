import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { unzipSync } from "fflate";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ServiceRef } from "@/schemas/job-spec";
import type { JobId } from "@/schemas/primitives";
import type { ServiceSettings } from "@/schemas/service";
import type { JobSnapshot } from "@/schemas/snapshot";
import { type PortalClient, portalClient, waitForJob } from "@/server/cli/portal-client";
import { readEnv } from "@/server/env";
import { aSpec } from "@/test/domain/job/job-specs";
import { aCertificateAuthority } from "@/test/support/a-certificate-authority";
import { aLoopbackInstallation } from "@/test/support/a-loopback-installation";
import { aTalkativeVendor, MANNERS, type TalkativeVendor } from "@/test/support/a-talkative-vendor";
import { allRows } from "@/test/support/all-rows";
import { aCanary, CanaryWatch, holds } from "@/test/support/canary";
import { createTestDatabase, type TestDatabase } from "@/test/support/database";
import { type Installation, startInstallation } from "@/test/support/installation";
import { signInOver } from "@/test/support/sign-in-over";

/** The key that nobody may see, and a word that everybody sees, which proves that one looks well. */
const key = aCanary();
const word = aCanary();

const PRICE = {
  input_usd_per_mtok: "1",
  output_usd_per_mtok: "1",
  source: "this test",
  date: "2026-11-22",
};
const SIMULATED = ["simulated-openai", "simulated-anthropic", "simulated-google"] as const;

/** What closes a question whose vendor says the key in an answer; the others' answers are kept. */
const CODES: Readonly<Record<string, string>> = {
  echoes: "SERVICE_KEY_ECHOED",
  "echoes-in-a-header": "SERVICE_KEY_ECHOED",
  "quotes-in-401": "SERVICE_KEY_ECHOED",
};

const settingsOf = (
  vendor: TalkativeVendor,
  manner: (typeof MANNERS)[number],
  door: "exit" | "home",
): ServiceSettings => ({
  id: manner,
  name: `A vendor that ${manner}`,
  dialect: "openai",
  base_url: vendor.baseUrl(manner),
  door,
  models: [{ name: "talkative", price: PRICE }],
  requests_per_minute: 6_000,
  concurrency: 20,
});

const refOf = ({ id, dialect, base_url, door }: ServiceSettings, model: string): ServiceRef => ({
  id,
  door,
  model,
  api: { connection: id, dialect, base_url },
});

const specOf = (services: readonly ServiceRef[], fields: object = {}) =>
  aSpec({
    title: `A job about ${word.secret}`,
    prompts: [{ id: "q", language: "en", text: `What of ${word.secret}?` }],
    services,
    countries: ["DE", "US"],
    repeats: 2,
    budget: { glm: "1", usd: "1" },
    contrasts: [],
    controls: [],
    ...fields,
  });

/** Every file below a folder. */
function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

it("a canary is found in whatever form it is written, and nothing else is", () => {
  const { secret } = key;
  const forms = [
    secret,
    JSON.stringify({ a: secret }),
    JSON.stringify(JSON.stringify(secret)),
    encodeURIComponent(secret),
    Buffer.from(secret).toString("hex"),
    Buffer.from(secret).toString("hex").toUpperCase(),
    ...["", "x", "xy"].map((before) => Buffer.from(`${before}${secret}`).toString("base64")),
    ...["", "x", "xy"].map((before) => Buffer.from(`${before}${secret}`).toString("base64url")),
  ];
  for (const form of forms) {
    expect(holds(`before ${form} after`, key), form).toBe(true);
    expect(holds(`before ${form} after`, word), form).toBe(false);
    const watch = new CanaryWatch({ key });
    for (const byte of Buffer.from(form)) watch.take("a", Buffer.of(byte));
    expect(watch.found).toEqual(["key in a"]);
  }
});

describe("in a whole installation, a key that an admin entered", () => {
  let database: TestDatabase;
  let beacon: Installation;
  let client: PortalClient;
  let vendor: TalkativeVendor;
  let rows: pg.Pool;
  let job: JobSnapshot;
  const queued = new Set<string>();
  /** Whatever the portal answered, by what was asked. */
  const answers = new Map<string, string | Uint8Array>();

  const get = async (path: string, cookie = ""): Promise<void> => {
    const response = await fetch(`${beacon.url}${path}`, { headers: { cookie } });
    const head = JSON.stringify([...response.headers]);
    const body = new Uint8Array(await response.arrayBuffer());
    expect(response.status, path).toBe(200);
    answers.set(`${path}${cookie === "" ? "" : " as an admin"}`, body);
    answers.set(`${path} headers${cookie === "" ? "" : " as an admin"}`, head);
  };

  /** Signs in as the admin whom the first line of `npm start` names. Answers the cookies. */
  async function signedIn(): Promise<string> {
    const [, email = "", password = ""] =
      /sign in as (\S+), password (\S+) \|/.exec(beacon.output()) ?? [];
    const { cookies, isSignedIn } = await signInOver(beacon.url, { email, password });
    expect(isSignedIn).toBe(true);
    return cookies;
  }

  async function enterServices(): Promise<readonly ServiceRef[]> {
    for (const manner of MANNERS) {
      await client.services.save.mutate(settingsOf(vendor, manner, "home"));
      await client.services.setKey.mutate({ id: manner, key: key.secret });
    }
    for (const id of SIMULATED) await client.services.setKey.mutate({ id, key: key.secret });
    const known = await client.services.list.query();
    answers.set("services.list", JSON.stringify(known));
    return known.map((one) => refOf(one, one.door === "exit" ? "control-open" : "talkative"));
  }

  beforeAll(async () => {
    database = await createTestDatabase();
    rows = new pg.Pool({ connectionString: database.url, max: 2 });
    rows.on("error", () => {});
    vendor = await aTalkativeVendor(null);
    beacon = await startInstallation({
      DATABASE_URL: database.url,
      BEACON_DEMONSTRATION: "0",
      BEACON_CONTROL_LATENCY_MS: "20",
      LOG_LEVEL: "trace",
    });
    client = portalClient({ ...readEnv(), BEACON_HOME: beacon.home }, beacon.url);
    const services = await enterServices();
    // Two that come to nothing: what a refusal says must not be what was sent.
    for (const wrong of [
      client.services.setKey.mutate({ id: "answers", key: `${key.secret} ` }),
      client.services.setKey.mutate({ id: "no-such-service", key: key.secret }),
    ])
      answers.set(
        `a refusal ${answers.size}`,
        await wrong.then(
          () => "taken",
          (error: unknown) => JSON.stringify([String(error), error]),
        ),
      );
    const watching = setInterval(() => {
      rows.query<{ row: string }>("SELECT t::text AS row FROM bullmq.job t").then(
        (found) => {
          for (const { row } of found.rows) queued.add(row);
        },
        () => {},
      );
    }, 50);
    const { jobId } = await client.jobs.submit.mutate({
      spec: specOf(services, { home: true }),
      submissionKey: randomUUID(),
    });
    job = await waitForJob(client, jobId, 250, () => {});
    clearInterval(watching);
    await askForAll(job);
  }, 500_000);

  afterAll(async () => {
    await beacon?.remove();
    await vendor?.close();
    await rows?.end();
    await database?.drop();
  }, 60_000);

  /** Asks the portal for everything that it has of the job. */
  async function askForAll({ id, tasks }: JobSnapshot): Promise<void> {
    const cookie = await signedIn();
    const { size } = await client.log.head.query().then((head) => ({ size: head.size }));
    const pages = ["/", "/jobs", `/jobs/${id}`, "/services", "/log", "/log/keys", "/verify"];
    for (const page of [...pages, "/methodology", "/sign-in"]) await get(page);
    for (const page of [...pages, "/jobs/new"]) await get(page, cookie);
    for (const task of tasks) await get(`/responses/${task.id}`);
    for (let index = 0; index < size; index++) {
      await get(`/log/${index}`);
      await get(`/tlog/proof/${index}`);
    }
    await get("/tlog/checkpoint");
    await get("/tlog/policy");
    await get(`/bundles/${id}.zip`);
    await get(`/bundles/${id}.car`);
    answers.set("jobs.byId", JSON.stringify(job));
    for (const task of tasks)
      answers.set(
        `responses.byTask ${task.id}`,
        JSON.stringify(await client.responses.byTask.query({ taskId: task.id })),
      );
    for (const settings of await client.services.list.query())
      answers.set(
        `services.check ${settings.id}`,
        JSON.stringify(await client.services.check.query({ id: settings.id })),
      );
  }

  it("was sent to every vendor, and every manner of theirs was met", async () => {
    for (const manner of MANNERS) {
      const sent = vendor.keys.get(manner) ?? [];
      expect(new Set(sent), manner).toEqual(new Set([key.secret]));
    }
    const { rows: codes } = await rows.query<{ serviceId: string; codes: (string | null)[] }>(
      `SELECT t."serviceId", array_agg(DISTINCT o.code) AS codes FROM "Outcome" o
       JOIN "Task" t ON t.id = o."taskId" WHERE o."jobId" = $1 GROUP BY 1`,
      [job.id],
    );
    const byService = new Map(codes.map((one) => [one.serviceId, one.codes]));
    for (const [manner, code] of Object.entries(CODES))
      expect(byService.get(manner), manner).toEqual([code]);
    for (const id of [...SIMULATED, "answers"]) expect(byService.get(id), id).toEqual([null]);
    const { succeeded, failed, announced } = job.counts;
    expect(succeeded + failed).toBe(announced);
  });

  it("is on no page, in no answer of the API, no receipt, no header and no bundle", () => {
    const withWord: string[] = [];
    for (const [asked, body] of answers) {
      expect(holds(body, key), asked).toBe(false);
      if (holds(body, word)) withWord.push(asked);
    }
    const zip = answers.get(`/bundles/${job.id}.zip`);
    if (!(zip instanceof Uint8Array)) throw new Error("the bundle was fetched");
    const files = Object.entries(unzipSync(zip));
    for (const [name, bytes] of files) {
      expect(holds(bytes, key), name).toBe(false);
      if (holds(bytes, word)) withWord.push(`zip ${name}`);
    }
    expect(files.length).toBeGreaterThan(20);
    expect(withWord).toEqual(
      expect.arrayContaining([`/jobs/${job.id}`, `/bundles/${job.id}.car`, "jobs.byId"]),
    );
    expect(withWord.some((name) => name.startsWith("zip "))).toBe(true);
    expect(withWord.some((name) => name.startsWith("/responses/"))).toBe(true);
  });

  it("is in no row of the database, sealed or not, and in no message of a queue", async () => {
    const withWord: string[] = [];
    for await (const { table, row } of allRows(rows)) {
      expect(holds(row, key), table).toBe(false);
      if (holds(row, word)) withWord.push(table);
    }
    expect(withWord).toContain(`public."Job"`);
    for (const row of queued) expect(holds(row, key), row).toBe(false);
    expect(queued.size).toBeGreaterThan(2);
    const { rows: sealed } = await rows.query(
      `SELECT id FROM services WHERE "sealedKey" IS NOT NULL`,
    );
    expect(sealed).toHaveLength(MANNERS.length + SIMULATED.length);
  });

  it("is in no file of the state folder: no log, no block, no key file", async () => {
    await beacon.stop();
    const withWord: string[] = [];
    const logs: string[] = [];
    for (const path of filesBelow(beacon.home)) {
      const name = relative(beacon.home, path);
      const bytes = readFileSync(path);
      expect(holds(bytes, key), name).toBe(false);
      if (holds(bytes, word)) withWord.push(name);
      if (name.startsWith("logs/") && bytes.length > 0) logs.push(name);
    }
    expect(withWord.some((name) => name.startsWith("blocks/"))).toBe(true);
    expect(logs).toEqual(expect.arrayContaining(["logs/golem.log", "logs/workers.log"]));
    expect(holds(beacon.output(), key)).toBe(false);
  });
});

describe("through exits, a key", () => {
  it("is in no byte of any provider's machine, whatever the vendor says", async () => {
    const saw = new CanaryWatch({ key, word });
    const authority = await aCertificateAuthority();
    const vendor = await aTalkativeVendor(await authority.issue(["127.0.0.1"]));
    const beacon = await aLoopbackInstallation({
      trust: [authority.caPem],
      network: {
        onProviderBytes: (bytes, { providerId, port, from }) =>
          saw.take(`${providerId} ${port} ${from}`, bytes),
      },
    });
    const golem = await beacon.startGolem();
    const { services, sealer, now } = beacon.context;
    const refs: ServiceRef[] = [{ id: "inside", door: "model", model: "control-open" }];
    for (const manner of MANNERS) {
      const settings = settingsOf(vendor, manner, "exit");
      await services.put(settings, now());
      await services.setKey(settings, sealer.seal(settings, key.secret), now());
      refs.push(refOf(settings, "talkative"));
    }
    const id: JobId = await beacon.submit(specOf(refs));
    await beacon.compared(id, 100_000);
    for (const manner of MANNERS)
      expect(new Set(vendor.keys.get(manner)), manner).toEqual(new Set([key.secret]));
    const { found } = saw;
    expect(found.filter((seen) => seen.startsWith("key "))).toEqual([]);
    expect(found.filter((seen) => /^word in \S+ 8081 requestor$/.test(seen))).not.toEqual([]);
    expect(beacon.logLines.filter((line) => holds(line, key))).toEqual([]);
    for await (const { table, row } of beacon.rows()) expect(holds(row, key), table).toBe(false);
    await golem.stop();
    await beacon.close();
    await vendor.close();
  }, 200_000);
});
