import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CountryCode } from "@/schemas/country";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";
import { countriesOf } from "@/test/golem-live/live-countries";
import { echoQuestion, questionOf, serviceQuestion } from "@/test/golem-live/live-question";
import { liveSuite } from "@/test/golem-live/live-suite";
import { ROOT } from "@/test/support/run-tool";
import { aNetwork } from "./a-renter";
import { aSubject } from "./a-subject";

const TIMEOUT_MS = 30_000;
let network: LoopbackNetwork;
beforeAll(async () => {
  network = await aNetwork();
});
afterAll(() => network.stop());

const said: string[] = [];
const say = (line: string) => void said.push(line);
const common = { budgetGlm: "0.5", scanMs: 400, say } as const;

// The suite that an operator runs against a real network, against the loopback network.
describe("the suite for a real network, asking an echo", () => {
  liveSuite(
    [CountryCode.parse("DE")],
    async () => ({
      ...common,
      subject: aSubject(network),
      question: echoQuestion(network.echoUrls[1]),
    }),
    TIMEOUT_MS,
  );
});

describe("the suite for a real network, asking a service", () => {
  liveSuite(
    [CountryCode.parse("BR")],
    async () => ({
      ...common,
      subject: aSubject(network),
      question: serviceQuestion({
        baseUrl: `${network.vendor.origin}/v1`,
        dialect: "openai-compatible",
        model: "echo",
        key: "a-key-of-the-operator",
      }),
    }),
    TIMEOUT_MS,
  );
});

it("the operator reads one line of each rental", () => {
  expect(said).toHaveLength(2);
  for (const line of said)
    expect(line).toMatch(/^[A-Z]{2}: .+ \(verified\); exit .+; cost 0\.\d+ GLM$/);
});

describe("what the operator's environment says", () => {
  it("names countries, or none", () => {
    expect(countriesOf("de, US,DE")).toEqual(["DE", "US"]);
    for (const text of [undefined, "", "Germany", "DE;US"]) expect(countriesOf(text)).toBeNull();
  });

  it("names a service, an echo of the operator's own, or leaves one of the configuration's", () => {
    const echoes = ["http://a.example/echo", "https://b.example/echo"];
    expect(questionOf({ NODE_ENV: "test" }, echoes).origin).toBe("https://b.example");
    const own = { NODE_ENV: "test", BEACON_LIVE_ECHO_URL: "https://own.example/echo" } as const;
    expect(questionOf(own, echoes).origin).toBe("https://own.example");
    const service = { ...own, BEACON_LIVE_SERVICE_URL: "https://api.example/v1" };
    const empty = { ...own, BEACON_LIVE_SERVICE_URL: "" };
    expect(questionOf(empty, echoes).origin).toBe("https://own.example");
    expect(questionOf(service, echoes).origin).toBe("https://api.example");
    expect(() => questionOf({ NODE_ENV: "test" }, echoes.slice(0, 1))).toThrow("Nothing to ask");
  });
});

describe("npm run test:golem-live", () => {
  it.each([
    [{ YAGNA_APPKEY: "", BEACON_LIVE_COUNTRIES: "DE" }, "YAGNA_APPKEY is not set"],
    [{ YAGNA_APPKEY: "an-application-key", BEACON_LIVE_COUNTRIES: "" }, "BEACON_LIVE_COUNTRIES"],
  ])("refuses with exit code 2 and says why: %j", async (environment, reason) => {
    const run = promisify(execFile)("npm", ["run", "-s", "test:golem-live"], {
      cwd: ROOT,
      env: { ...process.env, ...environment },
    });
    await expect(run).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining(reason),
    });
  });
});
