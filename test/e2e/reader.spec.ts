import { randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import { expect } from "@playwright/test";
import { encode } from "next-auth/jwt";
import { WebSocket } from "ws";
import { formatCount } from "@/components/ui/count";
import type { LeafIndex } from "@/schemas/primitives";
import type { TaskCell } from "@/schemas/snapshot";
import { CHECKS } from "@/server/domain/verify/report";
import { test } from "@/test/support/e2e-test";
import { demonstration, exampleSpec, portal } from "@/test/support/portal";

/** Sends a path as it stands; the status, or null when the connection is only closed. */
function rawStatus(path: string, headers: Record<string, string>): Promise<number | null> {
  const { hostname, port } = new URL(portal.url);
  return new Promise((resolve) => {
    const request = httpRequest({ hostname, port, path, headers: { ...headers } });
    request.on("response", (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode ?? null));
    });
    request.on("upgrade", (answer, socket) => {
      socket.destroy();
      resolve(answer.statusCode ?? null);
    });
    request.on("error", () => resolve(null)).end();
  });
}

const liveUrl = () => `${portal.url.replace("http", "ws")}/live`;

/** The demonstration, with one task that came back with text. */
async function anAnswer() {
  const job = await demonstration();
  const client = portal.client();
  const isWanted = ({ state, prompt }: TaskCell) => state === "answered" && prompt === "vell-dam";
  const task = job.tasks.find(isWanted);
  if (task === undefined || task.leafIndex === null) throw new Error("nothing was answered");
  const response = await client.responses.byTask.query({ taskId: task.id });
  const text = response.outcome?.kind === "result" ? response.outcome.text : null;
  return { job, task, leafIndex: task.leafIndex as LeafIndex, text: text ?? "", client };
}

test.describe("without JavaScript, a reader", () => {
  test.use({ javaScriptEnabled: false });

  test("reads the findings and the list of jobs", async ({ page }) => {
    // The newest: other tests run jobs too, and the front page shows a few.
    const [newest] = await portal.client().comparisons.latest.query({ limit: 1 });
    const { title, counts } = newest?.job ?? (await demonstration());
    const announced = formatCount(counts.announced);
    const closed = new RegExp(`${announced} of ${announced} announced tasks? closed`);
    await page.goto("/");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^The same question/);
    await expect(page.getByRole("link", { name: title }).first()).toBeVisible();
    await expect(page.getByText(/^Of \d+ responses/).first()).toBeVisible();
    await page.getByRole("link", { name: "All jobs" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("What has been asked.");
    await expect(page.getByText(closed).first()).toBeVisible();
    await page.getByRole("link", { name: title }).first().click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  });

  test("reads a whole comparison, and chooses prompt, service and repeat", async ({ page }) => {
    const { job, client } = await anAnswer();
    const excerpts = await client.responses.excerpts.query({
      jobId: job.id,
      prompt: "vell-dam-ar",
      service: "control-regional",
    });
    await page.goto(`/jobs/${job.id}`);
    await expect(page.getByText("No statistical test has been run")).toBeVisible();
    await expect(page.getByText(/noise floor of Germany/)).toHaveCount(1);
    await page.getByRole("link", { name: "vell-dam-ar", exact: true }).click();
    await page
      .getByRole("navigation", { name: "Service, read" })
      .getByRole("link", { name: "control-regional" })
      .click();
    await page
      .getByRole("navigation", { name: "Repeat", exact: true })
      .getByRole("link", { name: "3" })
      .click();
    const third = excerpts.filter(
      ({ repeat, text }) => repeat === 2 && text !== null && text !== "",
    );
    expect(third.length).toBeGreaterThan(0);
    for (const { text } of third)
      await expect(page.getByText(text?.slice(0, 40) ?? "").first()).toBeVisible();
    await expect(page.locator("[lang=ar][dir=rtl]").first()).toBeVisible();
  });

  test("reads a response, its leaf, the log and the methodology", async ({ page }) => {
    const { task, leafIndex, text, client } = await anAnswer();
    await page.goto(`/responses/${task.id}`);
    const answer = page.getByRole("region", { name: "The answer" });
    await expect(answer.getByText(text)).toBeVisible();
    await expect(page.getByText(/^Asked through an exit in /)).toBeVisible();
    await page.getByText(/looks at the exit/).click();
    await expect(page.getByRole("region", { name: "Looks at the exit" })).toBeVisible();
    await page.getByRole("link", { name: `log entry ${leafIndex}` }).click();
    const leaf = await client.log.leaf.query({ index: leafIndex });
    await expect(page.getByText(leaf.leafHash.slice(0, 16)).first()).toBeVisible();
    await expect(page.locator("pre").first()).toContainText(`"task":"${task.id}"`);
    await page.getByRole("link", { name: "The whole log" }).click();
    const head = await client.log.head.query();
    await expect(page.getByText(head.root).first()).toBeVisible();
    await page.getByRole("link", { name: "Methodology" }).click();
    for (const words of ["What is simulated", "filtered by the host", "noise floor"])
      await expect(page.getByText(words).first()).toBeVisible();
    await page.goto("/verify");
    for (const name of CHECKS) await expect(page.getByText(name, { exact: true })).toBeVisible();
  });
});

const JSON_HEADERS = { "content-type": "application/json" };
const call = (path: string, input: unknown, headers: Record<string, string> = {}) =>
  fetch(`${portal.url}/api/trpc/${path}`, {
    method: "POST",
    headers: { ...JSON_HEADERS, ...headers },
    body: JSON.stringify({ json: input }),
  });
const submission = () => ({ spec: exampleSpec("quick"), submissionKey: randomUUID() });
const codeIn = async (answer: Response) => {
  const body = await answer.json();
  return [answer.status, body.error?.json?.data?.code ?? null];
};

/** Cookies that somebody made who does not have this installation's secret. */
const forgedCookies = async (): Promise<readonly string[]> => {
  const token = { sub: "operator", sessionVersion: 0, role: "admin", name: "Admin" };
  const name = "next-auth.session-token";
  return [
    `${name}=admin`,
    `${name}=${await encode({ token, secret: "not the secret" })}`,
    `${name}=${Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url")}.${Buffer.from(JSON.stringify(token)).toString("base64url")}.`,
    `__Secure-${name}=${await encode({ token, secret: "x" })}`,
    `${name}=%zz`,
  ];
};

test.describe("a reader who is not signed in is refused on the server", () => {
  test("at the form", async ({ page }) => {
    await page.goto("/jobs/new");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Only admins compose jobs.");
    const html = await (await fetch(`${portal.url}/jobs/new`)).text();
    expect(html).not.toContain("Announce and run");
  });

  test("when calling submit, withdraw and the making of accounts directly", async () => {
    const { id: jobId } = await demonstration();
    const account = { email: "stranger@example.org", name: "Stranger", role: "admin" };
    const calls: readonly [string, unknown][] = [
      ["jobs.submit", submission()],
      ["jobs.withdraw", { jobId }],
      ["accounts.create", account],
    ];
    const authorization = "Bearer aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    for (const [path, input] of calls) {
      expect(await codeIn(await call(path, input)), path).toEqual([401, "UNAUTHORIZED"]);
      expect(await codeIn(await call(path, input, { authorization })), path).toEqual([
        401,
        "UNAUTHORIZED",
      ]);
    }
  });

  test("with a cookie of their own making, on the API and on the form", async () => {
    for (const cookie of await forgedCookies()) {
      const answer = await call("jobs.submit", submission(), { cookie });
      expect.soft(await codeIn(answer), cookie).toEqual([401, "UNAUTHORIZED"]);
      const page = await fetch(`${portal.url}/jobs/new`, { headers: { cookie } });
      expect.soft(page.status, cookie).toBe(200);
      expect.soft(await page.text(), cookie).toContain("Only admins compose jobs.");
    }
  });

  test("over the WebSocket, which serves nothing that acts", async () => {
    const socket = new WebSocket(liveUrl());
    const answer = await new Promise<string>((resolve, reject) => {
      socket.on("open", () => {
        const params = { path: "jobs.submit", input: { json: submission() } };
        socket.send(JSON.stringify({ id: 1, method: "mutation", params }));
      });
      socket.on("message", (data) => resolve(String(data)));
      socket.on("error", reject);
    });
    socket.close();
    expect(JSON.parse(answer).error.json.data.code).toBe("NOT_FOUND");
  });
});

test("a page of another origin opens no WebSocket here", async () => {
  const outcome = (origin: string) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(liveUrl(), { origin });
      socket.on("open", () => {
        socket.close();
        resolve("open");
      });
      socket.on("error", () => resolve("refused"));
    });
  expect(await outcome(new URL(portal.url).origin)).toBe("open");
  expect(await outcome("http://localhost:9")).toBe("refused");
  expect(await outcome("null")).toBe("refused");
});

test("a page of another origin may follow the public stream", async () => {
  const socket = new WebSocket(`${liveUrl()}/events?after=0`, { origin: "https://news.example" });
  const first = await new Promise<string>((resolve, reject) => {
    socket.on("message", (data) => resolve(String(data)));
    socket.on("error", reject);
  });
  expect(JSON.parse(first)).toMatchObject({ v: 1, kind: "stream.hello" });
  const closed = new Promise((resolve) => socket.on("close", resolve));
  socket.send("hello");
  expect(await closed).toBe(1003);
  expect((await fetch(`${portal.url}/live/events`)).status).toBe(426);
});

test("an attester may read everything, and may not announce a job", async ({ page }) => {
  const email = `attester-${randomUUID().slice(0, 8)}@example.org`;
  const { password } = await portal
    .client()
    .accounts.create.mutate({ email, name: "Attester", role: "attester" });
  await page.goto("/sign-in?next=/jobs/new");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("main").getByRole("alert")).toContainText("do not belong together");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("who is an attester, not an admin")).toBeVisible();
  const refused = await page.request.post("/api/trpc/jobs.submit", {
    data: { json: submission() },
  });
  expect(refused.status()).toBe(403);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("banner").getByRole("link", { name: "Sign in" })).toBeVisible();
});

test("every page that shows simulated data says so, and so do its downloads", async ({ page }) => {
  const { job, task, leafIndex } = await anAnswer();
  const pages = [
    "/",
    "/jobs",
    `/jobs/${job.id}`,
    `/responses/${task.id}`,
    "/log",
    `/log/${leafIndex}`,
    `/log/${job.intentIndex}`,
    `/log/${job.comparisonIndex}`,
  ];
  for (const path of pages) {
    await page.goto(path);
    const banner = page.getByRole("complementary", { name: "Simulated data" });
    await expect.soft(banner, path).toContainText("Simulated network.");
    for (const link of await page.locator("a[download]").all()) {
      expect.soft(await link.getAttribute("download"), path).toContain("simulated");
      await expect.soft(link, path).toContainText("simulated");
    }
  }
  const { entry } = await portal.client().log.leaf.query({ index: leafIndex });
  expect(entry).toMatchObject({ simulated: true });
});

test("what does not exist is a page that says so with 404, never an exception", async ({
  page,
}) => {
  const id = "a".repeat(26);
  const paths = [
    `/jobs/job-${id}`,
    "/jobs/nonsense",
    `/responses/tsk-${id}`,
    "/responses/%00",
    "/log/999999999",
    "/log/-1",
    "/log/01",
    "/log/9007199254740993",
    "/no/such/page",
    "/jobs/%E0%A4%A",
  ];
  for (const path of paths) {
    const answer = await page.goto(path);
    const isMalformed = path.endsWith("%A");
    expect.soft(answer?.status(), path).toBe(isMalformed ? 400 : 404);
    if (isMalformed) continue;
    await expect
      .soft(page.getByRole("heading", { level: 1 }), path)
      .toHaveText("There is nothing at this address.");
    expect
      .soft(await page.content(), path)
      .not.toMatch(/\bat \w+.*\.(js|ts):\d+|Application error/);
  }
});

test("no request of a stranger ends the portal", async () => {
  const paths = ["//[", "/live", "/%", "/live?%zz", "/api/trpc/%zz"];
  const upgrade = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" };
  for (const path of paths)
    for (const headers of [{}, { cookie: "theme=%zz; next-auth.session-token=%E0" }, upgrade]) {
      await rawStatus(path, headers);
      // Ended, it would be started again within a second: ask at once.
      const health = await fetch(`${portal.url}/api/health`);
      expect(await health.json(), `after ${path}`).toMatchObject({ ready: true });
    }
  const withBadCookie = await fetch(`${portal.url}/api/trpc/log.head`, {
    headers: { cookie: "a=%zz" },
  });
  expect(withBadCookie.status).toBe(200);
});

test("wrong addresses of lists and comparisons fall back to their beginning", async ({ page }) => {
  const { id } = await demonstration();
  for (const path of [
    "/jobs?cursor=nonsense",
    "/log?cursor=-5",
    "/log?cursor=99999999999999999999",
    `/jobs/${id}?prompt=none&service=none&repeat=99`,
    `/jobs/${id}?prompt=a&prompt=b`,
    "/sign-in?next=https://example.org/",
    "/sign-in?next=//example.org",
  ]) {
    const answer = await page.goto(path);
    expect.soft(answer?.status(), path).toBe(200);
    await expect.soft(page.getByRole("heading", { level: 1 }), path).toHaveCount(1);
  }
});

test("the API refuses bad input with a code and without its insides", async () => {
  const get = (path: string) => fetch(`${portal.url}/api/trpc/${path}`);
  const input = (value: unknown) => encodeURIComponent(JSON.stringify({ json: value }));
  const asked: readonly [string, number, string, string | null][] = [
    [`jobs.byId?input=${input({ jobId: "x" })}`, 400, "BAD_REQUEST", null],
    [
      `jobs.byId?input=${input({ jobId: `job-${"a".repeat(26)}` })}`,
      404,
      "NOT_FOUND",
      "JOB_NOT_FOUND",
    ],
    [`jobs.byId?input=${input({})}`, 400, "BAD_REQUEST", null],
    [`jobs.list?input=${input({ cursor: null, limit: 101 })}`, 400, "BAD_REQUEST", null],
    [`jobs.list?input=${input({ cursor: null, limit: 1, more: 1 })}`, 400, "BAD_REQUEST", null],
    [`log.leaf?input=${input({ index: -1 })}`, 400, "BAD_REQUEST", null],
    [`log.leaf?input=${input({ index: 999999999 })}`, 404, "NOT_FOUND", "LEAF_NOT_FOUND"],
    [
      `log.consistency?input=${input({ from: 5, to: 999999 })}`,
      400,
      "BAD_REQUEST",
      "LOG_POSITION_INVALID",
    ],
    ["log.leaf?input=%7B", 400, "BAD_REQUEST", null],
    ["no.such", 404, "NOT_FOUND", null],
    ["jobs.submit", 405, "METHOD_NOT_SUPPORTED", null],
  ];
  for (const [path, status, code, beaconCode] of asked) {
    const answer = await get(path);
    const text = await answer.text();
    expect.soft(answer.status, path).toBe(status);
    const { data } = JSON.parse(text).error.json;
    expect.soft([data.code, data.beaconCode], path).toEqual([code, beaconCode]);
    expect.soft(text, path).not.toMatch(/node_modules|"stack"|\/work\//);
  }
});
