import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openHomeDoor } from "@/server/adapters/golem/home-door";
import { appRouter } from "@/server/api/root";
import { askCommand } from "@/server/cli/ask";
import { serviceCommand } from "@/server/cli/service";
import { openServiceKeys } from "@/server/context";
import { aService } from "@/test/adapters/service/a-service";
import { checkLog } from "@/test/support/check-log";
import { ownContext } from "@/test/support/context";
import { writeLog } from "@/workers/log-writer";
import { homeProcessors, jobProcessors } from "@/workers/processors";
import { runWorker } from "@/workers/run-worker";

const house = ownContext();
const { BEACON_HOME, DATABASE_URL } = process.env;
const servers: Server[] = [];
let portal = "";
let model = "";
let stopWorkers = async () => {};
/** What the local model was asked, and what it says: each answer carries its number. */
const asked: { readonly path: string; readonly body: Record<string, unknown> }[] = [];
let says: (n: number) => { status: number; text: string } = (n) => ({
  status: 200,
  text: `The answer, number ${n}.`,
});

async function listening(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString());
}

/** What Ollama, llama.cpp and vLLM speak, as far as one question needs it. */
const aLocalModel = () =>
  createServer(async (request, response) => {
    const body = await bodyOf(request);
    asked.push({ path: request.url ?? "", body });
    const { status, text } = says(asked.length);
    response.writeHead(status, { "content-type": "application/json" }).end(
      JSON.stringify({
        id: `chatcmpl-${asked.length}`,
        object: "chat.completion",
        created: 1_795_000_000,
        model: body.model,
        choices: [
          { index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" },
        ],
        usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 },
      }),
    );
  });

/** The portal's API, whoever shows the operator's token being its admin, and the workers that need no Golem. */
beforeAll(async () => {
  const { context } = house;
  const createContext = ({ req }: { req: IncomingMessage }) => ({
    ...context,
    actor:
      req.headers.authorization === `Bearer ${context.operatorToken}`
        ? { id: "usr-operator", name: "Operator", role: "admin" as const }
        : null,
  });
  const handler = createHTTPHandler({ router: appRouter, basePath: "/api/trpc/", createContext });
  portal = await listening(createServer(handler));
  model = await listening(aLocalModel());
  process.env.BEACON_HOME = context.env.BEACON_HOME;
  process.env.DATABASE_URL = context.env.DATABASE_URL;
  const stop = new AbortController();
  const databaseUrl = context.env.DATABASE_URL ?? "";
  const on = { ...context, databaseUrl, signal: stop.signal };
  const jobs = jobProcessors(context);
  const home = homeProcessors(
    context,
    { openDoor: (origin) => openHomeDoor({ origin, trust: null }) },
    await openServiceKeys(context),
  );
  const writing = writeLog(context, stop.signal);
  const workers = [
    runWorker("job.dispatch", jobs["job.dispatch"], on),
    runWorker("job.compare", jobs["job.compare"], on),
    runWorker("sweep.reconcile", jobs["sweep.reconcile"], on),
    runWorker("home.session", home["home.session"], on),
  ];
  stopWorkers = async () => {
    stop.abort();
    await Promise.all(workers.map((worker) => worker.close()));
    await writing;
  };
});
afterAll(async () => {
  await stopWorkers();
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  if (BEACON_HOME === undefined) delete process.env.BEACON_HOME;
  else process.env.BEACON_HOME = BEACON_HOME;
  if (DATABASE_URL === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = DATABASE_URL;
});
beforeEach(() => {
  asked.length = 0;
  says = (n) => ({ status: 200, text: `The answer, number ${n}.` });
});

/** What a command says and how it ends. */
async function run(command: typeof askCommand, args: readonly string[]) {
  const said: string[] = [];
  const io = {
    out: (line: string) => void said.push(line),
    err: (line: string) => void said.push(line),
    home: house.context.env.BEACON_HOME,
    readInput: async () => "",
  };
  const exit = await command([...args, "--url", portal], io);
  return { exit, said: said.join("\n") };
}
const ask = (...args: readonly string[]) => run(askCommand, args);
const addOllama = () =>
  run(serviceCommand as typeof askCommand, [
    "add",
    "ollama",
    ...["--door", "home", "--base-url", `${model}/v1`, "--model", "llama3.2", "--free"],
  ]);

describe("beacon ask", () => {
  it("asks a model on this machine, and prints its answers and the page", async () => {
    expect((await addOllama()).exit).toBe(0);
    const question = "Who decided to close the Vell dam?";
    const { exit, said } = await ask(question, "--service", "ollama", "--repeats", "2");
    expect(said).toContain("The answer, number 1.");
    expect(said).toContain("The answer, number 2.");
    expect(said).toContain("home, answer 2 of 2: answered");
    expect(exit).toBe(0);
    const jobId = /\/jobs\/(job-[a-z2-7]{26})$/.exec(said)?.[1];
    expect(said.endsWith(`${portal}/jobs/${jobId}`)).toBe(true);
    expect(asked.map(({ path }) => path)).toEqual(["/v1/chat/completions", "/v1/chat/completions"]);
    expect(asked[0]?.body).toMatchObject({
      model: "llama3.2",
      messages: [{ role: "user", content: question }],
    });
    const report = await checkLog(house.context);
    expect(report.jobs.find(({ job }) => job === jobId)).toMatchObject({
      announced: 2,
      results: 2,
      hasComparison: true,
    });
  });

  it("shows what a terminal would obey as a mark", async () => {
    await addOllama();
    says = () => ({ status: 200, text: "red \u001b[31m and\u202e turned\nnext line" });
    const { said } = await ask("Why?", "--service", "ollama", "--model", "llama3.2");
    expect(said).toContain("red \uFFFD[31m and\uFFFD turned\nnext line");
  });

  it("says why nothing came back, and that it failed", async () => {
    await addOllama();
    says = () => ({ status: 404, text: "no such model" });
    const { exit, said } = await ask("Why?", "--service", "ollama");
    expect(said).toContain("home, answer 1 of 1: harness-error (HTTP 404)");
    expect(exit).toBe(1);
  });

  it("says that nobody is there when the model does not run", async () => {
    const nobody = createServer();
    const gone = await listening(nobody);
    servers.pop();
    await new Promise((resolve) => nobody.close(resolve));
    const price = {
      input_usd_per_mtok: "0",
      output_usd_per_mtok: "0",
      source: "a test",
      date: "2026-11-22",
    };
    const settings = aService({
      id: "gone",
      base_url: `${gone}/v1`,
      dialect: "openai-compatible",
      door: "home",
      models: [{ name: "llama", price }],
    });
    await house.context.services.put(settings, new Date());
    const { exit, said } = await ask("Why?", "--service", "gone");
    expect(said).toContain("MODEL_UNREACHABLE");
    expect(exit).toBe(1);
  });

  it("names what there is when what is asked for is not there", async () => {
    await addOllama();
    const { exit, said } = await ask("Why?", "--service", "ollama", "--model", "unknown");
    expect(exit).toBe(1);
    expect(said).toContain("SERVICE_NOT_FOUND");
    expect(said).toContain("--service ollama --model llama3.2");
    expect(said).toContain("--service control-open");
    expect(asked).toEqual([]);
  });

  it("asks nothing of a service without the key that it wants", async () => {
    await house.context.services.put(aService({ id: "keyless" }), new Date());
    const { exit, said } = await ask("Why?", "--service", "keyless");
    expect(exit).toBe(1);
    expect(said).toContain("SERVICE_KEY_MISSING");
  });

  it("passes on what the portal refuses: a home model is in no country, and costs must be known", async () => {
    await addOllama();
    const abroad = await ask("Why?", "--service", "ollama", "--countries", "DE");
    expect(abroad).toMatchObject({ exit: 1, said: expect.stringContaining("JOB_SPEC_INVALID") });
    const never = await ask("Why?", "--service", "ollama", "--repeats", "many");
    expect(never.said).toContain("JOB_SPEC_REPEATS_INVALID");
    const local = { base_url: `${model}/v1`, dialect: "openai-compatible", door: "home" } as const;
    await house.context.services.put(aService({ id: "unpriced", ...local }), new Date());
    const unpriced = await ask("Why?", "--service", "unpriced");
    expect(unpriced.said).toContain("SERVICE_PRICE_UNKNOWN");
  });

  it.each([[[]], [["Why?"]], [["", "--service", "a"]], [["Why?", "How?", "--service", "a"]]])(
    "says how it is used when it is asked %j",
    async (args) => {
      const { exit, said } = await ask(...args);
      expect(exit).toBe(2);
      expect(said).toContain("usage: beacon ask");
    },
  );
});
