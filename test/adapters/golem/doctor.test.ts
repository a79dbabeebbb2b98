import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { CountryCode } from "@/schemas/country";
import { examine } from "@/server/adapters/golem/doctor";
import type { RentalOrder } from "@/server/adapters/golem/doctor-rental";
import type { DoctorSubject } from "@/server/adapters/golem/doctor-subject";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";
import type { DoctorStep, Finding } from "@/server/domain/golem/doctor-finding";
import { aGvmi } from "@/test/domain/image/an-image";
import { aMeddledNetwork, type Meddling } from "./a-meddler";
import { aNetwork } from "./a-renter";
import { aSubject } from "./a-subject";

vi.setConfig({ testTimeout: 25_000, hookTimeout: 25_000 });

let network: LoopbackNetwork;
beforeAll(async () => {
  network = await aNetwork();
});
afterAll(() => network.stop());

const signal = new AbortController().signal;

function look(subject: DoctorSubject, rent: Partial<RentalOrder> | null = null) {
  const order: RentalOrder | null =
    rent === null
      ? null
      : { country: CountryCode.parse("DE"), budgetGlm: "0.5", origins: [], signal, ...rent };
  return examine(subject, { scanMs: 400, isDownloading: false, rent: order, signal }, () => {});
}

/** State and code of everything that one step found. */
const wordsOf = (findings: readonly Finding[], step: DoctorStep) =>
  findings.filter((one) => one.step === step).map(({ state, code }) => `${state} ${code}`);

/** What a step finds when yagna's replies are meddled with. The network itself goes on. */
async function meddled(meddling: Meddling, step: DoctorStep): Promise<readonly string[]> {
  const own = await aMeddledNetwork({ ...network, stop: async () => {} }, meddling);
  try {
    return wordsOf((await look(aSubject(own))).findings, step);
  } finally {
    await own.stop();
  }
}

describe("a network on which all is well", () => {
  it("is ok in every step, a rental included, and nothing of it is left reserved", async () => {
    const told: Finding[] = [];
    const rent = { country: CountryCode.parse("DE"), budgetGlm: "0.5", origins: [], signal };
    const options = { scanMs: 400, isDownloading: false, rent, signal };
    const { findings, census, rental } = await examine(aSubject(network), options, (finding) =>
      told.push(finding),
    );
    expect(findings.filter(({ state }) => state !== "ok")).toEqual([]);
    expect(told).toEqual(findings);
    expect(new Set(findings.map(({ step }) => step))).toEqual(
      new Set([
        ...["yagna", "key", "network", "payment", "funds", "relay"],
        ...["echoes", "images", "databases", "offers", "rental"],
      ]),
    );
    expect(census).toMatchObject({ providers: 20, affordable: 20, placed: 20 });
    // One provider of the plan is placed in two countries, by one database each.
    expect(Object.values(census?.countries ?? {}).reduce((sum, n) => sum + n, 0)).toBe(21);
    expect(rental?.document).toMatchObject({ verdict: "verified", country: "DE", simulated: true });
    expect(rental?.document?.looks.map(({ when }) => when)).toEqual([
      ...["before", "before"],
      ...["after", "after"],
    ]);
    expect(rental?.settlement).toMatchObject({ costGlm: expect.any(String), problem: null });
    expect(rental?.agreements).toEqual([
      expect.objectContaining({ agreementId: rental?.document?.agreement }),
    ]);
    expect(rental?.isReleased).toBe(true);
    expect(await allocationsOf(network)).toEqual([]);
  });
});

async function allocationsOf({ url, appKey }: LoopbackNetwork): Promise<unknown> {
  const answer = await fetch(`${url}/payment-api/v1/allocations`, {
    headers: { authorization: `Bearer ${appKey}` },
  });
  return answer.json();
}

describe("what is wrong with yagna", () => {
  it("does not answer: what depends on it is not checked, the rest is", async () => {
    const yagna = { url: "http://127.0.0.1:9", appKey: "a-key-of-nobody" };
    const { findings, census, rental } = await look(aSubject(network, { yagna }), {});
    expect(wordsOf(findings, "yagna")).toEqual(["missing YAGNA_UNREACHABLE"]);
    for (const step of ["key", "network", "payment", "funds", "offers", "rental"] as const)
      expect(wordsOf(findings, step), step).toEqual(["unchecked NOT_CHECKED"]);
    expect(wordsOf(findings, "echoes")).toEqual(["ok OK", "ok OK"]);
    expect([census, rental]).toEqual([null, null]);
  });

  it("is no yagna", async () => {
    const reply: Meddling["reply"] = ({ url }) =>
      url.pathname === "/version/get" ? { status: 200, body: { hello: "world" } } : null;
    expect(await meddled({ reply }, "yagna")).toEqual(["missing YAGNA_UNREACHABLE"]);
  });

  it.each([
    ["0.15.1", "missing YAGNA_TOO_OLD"],
    ["0.17.3", "missing YAGNA_TOO_OLD"],
    ["0.17.4-rc1", "ok OK"],
    ["a new one", "missing YAGNA_TOO_OLD"],
  ])("is of version %s, which is %s for hoodi", async (version, expected) => {
    const reply: Meddling["reply"] = ({ url }) =>
      url.pathname === "/version/get" ? { status: 200, body: { current: { version } } } : null;
    expect(await meddled({ reply }, "yagna")).toEqual([expected]);
  });

  it("does not take the key", async () => {
    const yagna = { url: network.url, appKey: "a-key-of-nobody" };
    const { findings } = await look(aSubject(network, { yagna }));
    expect(wordsOf(findings, "key")).toEqual(["missing YAGNA_KEY_REFUSED"]);
    for (const step of ["network", "payment", "funds", "offers"] as const)
      expect(wordsOf(findings, step), step).toEqual(["unchecked NOT_CHECKED"]);
  });

  it("is connected to nobody", async () => {
    const reply: Meddling["reply"] = ({ url, body }) =>
      url.pathname.endsWith("/net/status")
        ? { status: 200, body: { ...(body as object), sessions: 0 } }
        : null;
    expect(await meddled({ reply }, "network")).toEqual(["missing NET_DISCONNECTED"]);
  });
});

describe("what is wrong with the money", () => {
  it("has no account on the network that is paid on", async () => {
    const payment = { driver: "erc20", network: "polygon", token: "glm" };
    const { findings } = await look(aSubject(network, { payment }));
    expect(wordsOf(findings, "payment")).toEqual(["missing PAYMENT_NOT_INITIALISED"]);
    expect(wordsOf(findings, "funds")).toEqual(["unchecked NOT_CHECKED"]);
    expect(wordsOf(findings, "offers")).toEqual(["missing OFFERS_NONE"]);
  });

  it("has an account that receives only", async () => {
    const reply: Meddling["reply"] = ({ url, body }) =>
      url.pathname.endsWith("/requestorAccounts")
        ? { status: 200, body: (body as object[]).map((one) => ({ ...one, send: false })) }
        : null;
    expect(await meddled({ reply }, "payment")).toEqual(["missing PAYMENT_NOT_INITIALISED"]);
  });

  it("is on a network that is in use no more", async () => {
    const payment = { driver: "erc20", network: "holesky", token: "glm" };
    const { findings } = await look(aSubject(network, { payment }));
    expect(wordsOf(findings, "payment")).toEqual(["missing CONFIG_INVALID"]);
  });

  it("has a driver that reports trouble", async () => {
    const reply: Meddling["reply"] = ({ url }) =>
      url.pathname.endsWith("/payments/status")
        ? { status: 200, body: [{ kind: "InsufficientGas", driver: "erc20" }] }
        : null;
    expect(await meddled({ reply }, "payment")).toEqual(["ok OK", "missing PAYMENT_TROUBLE"]);
  });

  it("has too little of it", async () => {
    const poor = await aNetwork({ fundsGlm: "0.0001" });
    const { findings } = await look(aSubject(poor), {});
    expect(wordsOf(findings, "funds")).toEqual(["missing FUNDS_MISSING"]);
    expect(wordsOf(findings, "rental")).toEqual(["missing GOLEM_BUDGET_SPENT"]);
    await poor.stop();
  });

  it("can set nothing aside for another reason", async () => {
    const refuse: Meddling["refuse"] = (method, url) =>
      method === "POST" && url.pathname.endsWith("/allocations") ? 500 : null;
    expect(await meddled({ refuse }, "funds")).toEqual(["missing GOLEM_UNAVAILABLE"]);
  });

  it("does not give back what was set aside", async () => {
    const refuse: Meddling["refuse"] = (method, url) =>
      method === "DELETE" && url.pathname.includes("/allocations/") ? 404 : null;
    const own = await aMeddledNetwork(await aNetwork(), { refuse });
    expect(wordsOf((await look(aSubject(own))).findings, "funds")).toEqual([
      "missing ALLOCATION_KEPT",
    ]);
    await own.stop();
  });
});

describe("what is wrong around it", () => {
  it("has no relay: nobody can be placed", async () => {
    const relayUrl = "http://127.0.0.1:9";
    const { findings, census } = await look(aSubject(network, { relayUrl }));
    expect(wordsOf(findings, "relay")).toEqual(["missing RELAY_UNREACHABLE"]);
    expect(wordsOf(findings, "offers")).toEqual(["warn OFFERS_PLACELESS"]);
    expect(census).toMatchObject({ affordable: 20, countries: {} });
  });

  it("has echo services that do not answer, are none, or are not believed", async () => {
    const [https] = network.echoUrls;
    const echoes = [
      network.echoUrl,
      https,
      "http://127.0.0.1:9/echo",
      `${network.url}/version/get`,
    ];
    const plain = await look(aSubject(network, { echoes }));
    expect(wordsOf(plain.findings, "echoes")).toEqual([
      "ok OK",
      "ok OK",
      "missing ECHO_UNREACHABLE",
      "missing ECHO_MALFORMED",
      "warn ECHOES_WITHOUT_TLS",
    ]);
    const strange = await look(aSubject(network, { echoes: [https], trust: null }));
    expect(wordsOf(strange.findings, "echoes")).toEqual([
      "missing ECHO_TLS_FAILED",
      "warn ECHOES_WITHOUT_TLS",
    ]);
  });

  it("has address databases that are old, empty, or not there", async () => {
    const old = { name: "old", built: "2020-01-01", countryOf: () => CountryCode.parse("DE") };
    const empty = { name: "empty", built: "2026-01-01", countryOf: () => null };
    const gone = {
      name: "gone",
      built: null,
      countryOf: () => {
        throw new Error("ENOENT");
      },
    };
    const { findings } = await look(aSubject(network, { databases: [old, empty, gone] }), {});
    for (const step of ["offers", "rental"] as const)
      expect(wordsOf(findings, step), step).toEqual(["unchecked NOT_CHECKED"]);
    expect(wordsOf(findings, "databases")).toEqual([
      "warn DATABASE_OLD",
      "missing DATABASE_UNREADABLE",
      "missing DATABASE_UNREADABLE",
      "ok OK",
    ]);
  });

  it("has a market where everybody asks too much", async () => {
    const maxPrices = { startGlm: 0, cpuHourGlm: 0.000001, envHourGlm: 0.000001 };
    const { findings, census } = await look(aSubject(network, { maxPrices }));
    expect(wordsOf(findings, "offers")).toEqual(["missing OFFERS_OVERPRICED"]);
    expect(census).toMatchObject({ providers: 20, affordable: 0, placed: 0 });
  });
});

describe("what is wrong with a rental", () => {
  const inCountry = (code: string, over: Partial<RentalOrder> = {}) =>
    look(aSubject(network), { country: CountryCode.parse(code), ...over });

  it("finds nobody in the country", async () => {
    const { findings, rental } = await inCountry("IS");
    expect(wordsOf(findings, "rental")).toEqual(["missing GOLEM_NO_OFFER"]);
    expect(rental).toMatchObject({ document: null, settlement: null, isReleased: true });
  });

  it("finds nobody who lets the service out, and says so", async () => {
    const origins = ["https://api.nobody.example"];
    const { findings, rental } = await inCountry("DE", { origins });
    expect(wordsOf(findings, "rental")).toEqual(["missing GOLEM_OUTBOUND_REFUSED"]);
    expect(rental?.contacts.map(({ event }) => event)).toContain("outbound-refused");
    expect(await allocationsOf(network)).toEqual([]);
  });

  it("comes out in another country", async () => {
    const poles = network.providers.filter(({ country }) => country === "PL");
    for (const { id } of poles) network.fault(id, "lies-about-country");
    const { findings, rental } = await inCountry("PL");
    expect(wordsOf(findings, "rental")).toEqual([
      "missing GOLEM_COUNTRY_MISMATCH",
      "ok OK",
      "ok OK",
    ]);
    expect(rental?.document?.verdict).toBe("mismatch");
    for (const { id } of poles) network.fault(id);
  });

  it("is sent no bill", async () => {
    const own = await aNetwork();
    for (const { id } of own.providers) own.fault(id, "never-invoices");
    const subject = aSubject(own, { settleMs: 300 });
    const { findings, rental } = await look(subject, {});
    expect(wordsOf(findings, "rental")).toEqual([
      "ok OK",
      "missing GOLEM_SETTLEMENT_FAILED",
      "ok OK",
    ]);
    expect(rental?.settlement?.costGlm).toBeNull();
    await own.stop();
  });

  it("is stopped by whoever asked for it, and leaves nothing behind", async () => {
    const stop = new AbortController();
    const use = async () => stop.abort(new Error("SIGINT"));
    const { findings, rental } = await inCountry("DE", { signal: stop.signal, use });
    expect(rental?.isReleased).toBe(true);
    expect(wordsOf(findings, "rental")).toContain("ok OK");
    const again = await inCountry("DE", { signal: stop.signal });
    expect(wordsOf(again.findings, "rental")).toEqual(["missing GOLEM_UNAVAILABLE"]);
    expect(await allocationsOf(network)).toEqual([]);
  });
});

describe("images", () => {
  const good = aGvmi();
  let host: Server;
  let origin = "";
  beforeAll(async () => {
    const files: Readonly<Record<string, Uint8Array>> = {
      "/good": good,
      "/get-only": good,
      "/page": new TextEncoder().encode("<html>not found</html>"),
    };
    host = createServer(({ method, url = "" }, response) => {
      if (url === "/large" && method === "HEAD")
        return response.writeHead(200, { "content-length": 5_000_000_000 }).end();
      if (url === "/get-only" && method === "HEAD") return response.writeHead(405).end();
      const file = files[url];
      if (file === undefined) return response.writeHead(404).end();
      return response.writeHead(200, { "content-length": file.length }).end(file);
    });
    await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    host.closeAllConnections();
    host.close();
  });

  it("are fetched and hashed when small, looked for when large", async () => {
    const pinOf = (path: string, sha3_224 = createHash("sha3-224").update(good).digest("hex")) => ({
      name: path,
      pin: { url: `${origin}${path}`, sha3_224 },
    });
    const images = [
      pinOf("/good"),
      pinOf("/get-only"),
      { name: "other", pin: pinOf("/good", "0".repeat(56)).pin },
      pinOf("/page"),
      pinOf("/nowhere"),
      pinOf("/large"),
    ];
    const { findings } = await look(aSubject(network, { images }));
    expect(wordsOf(findings, "images")).toEqual([
      "ok OK",
      "ok OK",
      "missing IMAGE_HASH_WRONG",
      "missing IMAGE_INVALID",
      "missing IMAGE_UNREACHABLE",
      "warn IMAGE_HASH_UNCHECKED",
    ]);
  });
});
