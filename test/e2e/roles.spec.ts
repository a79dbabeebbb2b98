import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type APIRequestContext, expect, request, test } from "@playwright/test";
import { WebSocket } from "ws";
import { cidOf } from "@/server/domain/digest";
import { pageFacts } from "@/test/support/page-facts";
import { SITE_PAGES } from "@/test/support/pages";
import { portal } from "@/test/support/portal";
import {
  type Asked,
  everyAsked,
  type MatrixFacts,
  mayAsk,
  PAGES,
  type Seen,
  seenAddresses,
  seenPages,
  tableOf,
  WHO,
  type Who,
} from "@/test/support/role-matrix";
import { ROOT } from "@/test/support/run-tool";
import type { Credentials } from "@/test/support/sign-in";

/** Headings of pages for those whom they are not for. */
const REFUSALS = Object.values(PAGES).flatMap(({ refusal }) => refusal ?? []);

const headingOf = (html: string): string =>
  /<h1[^>]*>(.*?)<\/h1>/s
    .exec(html)?.[1]
    ?.replace(/<[^>]*>/g, "")
    .trim() ?? "";

const rolesPage = () => readFileSync(join(ROOT, "docs", "roles.md"), "utf8");

const open = (headers: Record<string, string> = {}): Promise<APIRequestContext> =>
  request.newContext({ baseURL: portal.url, extraHTTPHeaders: headers });

/** Signs in as the sign-in form does, without a page. */
async function signedIn({ email, password }: Credentials): Promise<APIRequestContext> {
  const browser = await open();
  const { csrfToken } = await (await browser.get("/api/auth/csrf")).json();
  const { result } = await (await browser.get("/api/trpc/session.challenge")).json();
  const { challenge } = result.data.json;
  const form = { email, password, challenge, csrfToken, callbackUrl: "/", json: "true" };
  const answer = await browser.post("/api/auth/callback/credentials", { form });
  expect(answer.status()).toBe(200);
  return browser;
}

let facts: MatrixFacts;
let browsers: Readonly<Record<Who, APIRequestContext>>;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  const found = await pageFacts();
  const { accounts } = found;
  const answer = await portal.client().responses.byTask.query({ taskId: found.taskId as never });
  const { outcome } = answer;
  if (outcome?.kind !== "result") throw new Error("the answered task has no answer");
  facts = { ...found, cid: outcome.cid };
  const token = readFileSync(join(portal.home(), "keys", "operator.token"), "utf8").trim();
  browsers = {
    nobody: await open(),
    reader: await signedIn(accounts.reader),
    attester: await signedIn(accounts.attester),
    admin: await signedIn(accounts.admin),
    operator: await open({ authorization: `Bearer ${token}` }),
  };
});
test.afterAll(() => Promise.all(Object.values(browsers).map((browser) => browser.dispose())));

/** Asks as every one of them; whether each was let in. */
async function asEach(ask: (who: Who) => Promise<boolean>): Promise<Seen[string]> {
  const seen: Partial<Record<Who, boolean>> = {};
  for (const who of WHO) seen[who] = await ask(who);
  return seen as Seen[string];
}

test("every page shows itself to those it is for, and one sentence to everybody else", async () => {
  test.setTimeout(180_000);
  const seen: Record<string, Seen[string]> = {};
  for (const [route, { refusal }] of Object.entries(PAGES)) {
    const path = SITE_PAGES.find((page) => page.route === route)?.path(facts) ?? "";
    expect(path, `an address of ${route}`).toMatch(/^\//);
    seen[route] = await asEach(async (who) => {
      const answer = await browsers[who].get(path);
      const html = await answer.text();
      expect(answer.status(), `${path} for ${who}`).toBe(200);
      const heading = headingOf(html);
      expect(heading, `${path} for ${who}`).not.toBe("");
      const isRefused = REFUSALS.includes(heading);
      if (isRefused) expect(heading, `${path} for ${who}`).toBe(refusal);
      return !isRefused;
    });
  }
  expect(seen).toEqual(seenPages());
  expect(rolesPage()).toContain(tableOf("page", seen));
});

/** Whether a socket opens for who has these cookies, and starts the subscription, if there is one. */
const opens = (path: string, cookie: string, subscription?: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`${portal.url.replace("http", "ws")}${path}`, {
      headers: { cookie },
      origin: portal.url,
    });
    const settle = (isIn: boolean) => {
      socket.close();
      resolve(isIn);
    };
    socket.on("open", () => {
      if (subscription === undefined) return settle(true);
      const params = { path: subscription, input: { json: {} } };
      socket.send(JSON.stringify({ id: 1, method: "subscription", params }));
    });
    socket.on("message", (data) => {
      const { id, result } = JSON.parse(String(data));
      if (id === 1) settle(result?.type === "started");
    });
    socket.on("close", () => resolve(false));
    socket.on("error", () => resolve(false));
  });

const cookiesOf = async (browser: APIRequestContext): Promise<string> =>
  (await browser.storageState()).cookies.map(({ name, value }) => `${name}=${value}`).join("; ");

async function isLetIn(who: Who, asked: Asked, name: string): Promise<boolean> {
  const { method = "GET", body, status = 200, leadsTo = "", subscription } = asked;
  const path = asked.path(facts);
  if (method === "WebSocket") return opens(path, await cookiesOf(browsers[who]), subscription);
  const options = { method, maxRedirects: 0, ...(body === undefined ? {} : { data: body }) };
  const answer = await browsers[who].fetch(path, options);
  const refused = who === "nobody" ? 401 : 403;
  const expected = mayAsk(who, asked.for) ? status : refused;
  expect(answer.status(), `${name} for ${who}`).toBe(expected);
  expect(answer.headers().location ?? "", `${name} for ${who}`).toContain(leadsTo);
  return answer.status() === status;
}

test("every other address answers those it is for, and refuses everybody else", async () => {
  test.setTimeout(120_000);
  const seen: Record<string, Seen[string]> = {};
  for (const [name, asked] of everyAsked())
    seen[name] = await asEach((who) => isLetIn(who, asked, name));
  expect(seen).toEqual(seenAddresses());
  expect(rolesPage()).toContain(tableOf("address", seen));
});

test("evidence is the same for everyone, byte for byte", async () => {
  for (const [name, asked] of everyAsked()) {
    const { method = "GET", path } = asked;
    if (method !== "GET" || !/^GET \/(tlog\/(policy|tile)|ipfs)/.test(name)) continue;
    const [first, ...others] = await Promise.all(
      WHO.map(async (who) => cidOf(await (await browsers[who].get(path(facts))).body())),
    );
    expect(new Set(others), name).toEqual(new Set([first]));
  }
});

test.describe("a session that somebody copied", () => {
  test("is nobody's once its owner has signed out", async () => {
    const owner = await signedIn(facts.accounts.reader);
    const thief = await open({ cookie: await cookiesOf(owner) });
    expect((await thief.get("/api/trpc/accounts.mine")).status()).toBe(200);
    const { csrfToken } = await (await owner.get("/api/auth/csrf")).json();
    await owner.post("/api/auth/signout", { form: { csrfToken, json: "true" } });
    expect((await thief.get("/api/trpc/accounts.mine")).status()).toBe(401);
    expect(await (await thief.get("/account")).text()).toContain("You are not signed in.");
  });

  test("ends with the account", async () => {
    const { accounts } = portal.client();
    const email = `gone-${Date.now()}@example.org`;
    const { id, password } = await accounts.create.mutate({ email, name: "Gone", role: "admin" });
    const browser = await signedIn({ email, password });
    const list =
      "/api/trpc/invitations.list?input=%7B%22json%22%3A%7B%22cursor%22%3Anull%2C%22limit%22%3A1%7D%7D";
    expect((await browser.get(list)).status()).toBe(200);
    await accounts.disable.mutate({ id });
    expect((await browser.get(list)).status()).toBe(401);
    expect(await (await browser.get("/users")).text()).toContain("Only admins see");
  });
});

test("a page of another site acts for nobody, whoever is signed in", async () => {
  for (const origin of ["https://evil.example", "null"]) {
    const answer = await browsers.admin.post("/api/trpc/accounts.enable", {
      headers: { origin },
      data: { json: { id: `usr-${"a".repeat(26)}` } },
    });
    expect(answer.status(), origin).toBe(403);
    expect(await answer.json()).toMatchObject({ code: "ORIGIN_REFUSED" });
  }
});
