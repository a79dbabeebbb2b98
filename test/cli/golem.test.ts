import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import {
  type LoopbackNetwork,
  startLoopbackNetwork,
} from "@/server/adapters/golem/loopback/network";
import { openSecret } from "@/server/adapters/keys/secret-file";
import { golemCommand } from "@/server/cli/golem";
import { openGolemDoctor } from "@/server/golem-doctor";
import { echoModel } from "@/test/adapters/golem/a-renter";
import { beaconCommand } from "@/test/support/beacon-command";

vi.setConfig({ testTimeout: 60_000 });

let network: LoopbackNetwork;
let home: string;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "beacon-golem-cli-"));
  network = await startLoopbackNetwork({
    port: 0,
    appKey: openSecret(join(home, "keys", "loopback.key")),
    answer: echoModel,
    models: ["echo"],
    latencyMs: 0,
    now: () => new Date(),
  });
});
afterAll(async () => {
  await network.stop();
  rmSync(home, { recursive: true });
});

/** What an operator sets; everything of Golem's that the machine of the test may have set is unset. */
function environment(set: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env))
    if (/^(YAGNA_|BEACON_)/.test(name)) vi.stubEnv(name, undefined);
  vi.stubEnv("BEACON_HOME", home);
  for (const [name, value] of Object.entries(set)) vi.stubEnv(name, value);
}
afterEach(() => vi.unstubAllEnvs());

const onLoopback = () => environment({ BEACON_LOOPBACK_PORT: new URL(network.url).port });

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const exit = await golemCommand(args, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    openDoctor: openGolemDoctor,
    stopped: new AbortController().signal,
  });
  return { exit, out, err };
}

const Report = z.object({
  ok: z.boolean(),
  findings: z.array(z.object({ step: z.string(), state: z.string(), code: z.string() })),
  rental: z.object({ document: z.object({ verdict: z.string() }) }).nullable(),
});
const reportOf = (out: readonly string[]) => Report.parse(JSON.parse(out.join("\n")));

describe("beacon golem doctor", () => {
  it("finds the loopback network ready, one line a finding", async () => {
    onLoopback();
    const { exit, out, err } = await run("doctor", "--scan-seconds", "0.4");
    expect(err).toEqual([]);
    expect(out.at(-1)).toMatch(/^\d+ ok, 0 warnings, 0 missing, 0 not checked$/);
    expect(out.slice(0, -1).every((line) => line.startsWith("ok "))).toBe(true);
    expect(out[0]).toContain("simulated");
    expect(exit).toBe(0);
  });

  it("rents where it is asked to, prints evidence and cost, and the same as JSON", async () => {
    onLoopback();
    const spoken = await run("doctor", "--scan-seconds", "0.4", "--rent", "ke");
    expect(spoken.exit).toBe(0);
    const text = spoken.out.join("\n");
    expect(text).toMatch(/before: http\S+\/echo saw 127\.0\.\d+\.\d+ in \d+ ms/);
    expect(text).toMatch(/invoice of 0\.\d+ GLM accepted/);
    expect(text).toMatch(/cost 0\.\d+ GLM/);
    const { exit, out } = await run("doctor", "--scan-seconds", "0.4", "--rent", "SG", "--json");
    const report = reportOf(out);
    expect([exit, report.ok, report.rental?.document.verdict]).toEqual([0, true, "verified"]);
  });

  it("examines a yagna by its key, with the address databases of the real internet", async () => {
    environment({
      YAGNA_APPKEY: network.appKey,
      YAGNA_API_URL: network.url,
      BEACON_PAYMENT: "erc20/hoodi",
      BEACON_RELAY_URL: network.relayUrl,
      BEACON_ECHO_URLS: network.echoUrls.join(","),
    });
    const args = ["doctor", "--scan-seconds", "0.4", "--rent", "DE", "--json"];
    const { findings } = reportOf((await run(...args)).out);
    const unsound = findings.filter(({ state }) => state !== "ok");
    // Its certificate is nobody's, its addresses are nowhere, and no image is configured.
    expect(unsound.map(({ step, code }) => `${step} ${code}`)).toEqual([
      "configuration VARIABLE_MISSING",
      "echoes ECHO_TLS_FAILED",
      "echoes ECHO_TLS_FAILED",
      "echoes ECHOES_WITHOUT_TLS",
      "images NOT_CHECKED",
      "offers OFFERS_PLACELESS",
      "rental NOT_CHECKED",
    ]);
  });

  it("prints nothing of strangers' that steers a terminal", async () => {
    onLoopback();
    const out: string[] = [];
    const sentence = "a provider called \u001b[2J\u0007";
    await golemCommand(["doctor"], {
      out: (line) => out.push(line),
      err: () => {},
      openDoctor: async (env) => ({
        ...(await openGolemDoctor(env)),
        examine: async (_subject, _options, tell) => {
          const finding = { step: "offers", state: "ok", code: "OK", sentence } as const;
          tell(finding);
          return { findings: [finding], census: null, rental: null };
        },
      }),
      stopped: new AbortController().signal,
    });
    expect(out[1]).toContain("a provider called \ufffd[2J\ufffd");
  });

  it("says so when the loopback network that is meant does not run", async () => {
    environment({ BEACON_LOOPBACK_PORT: "9" });
    const { exit, out } = await run("doctor");
    expect(exit).toBe(1);
    expect(out[1]).toMatch(/^MISSING yagna +GOLEM_UNAVAILABLE/);
  });

  it("names every variable that is missing, and goes on", async () => {
    environment({});
    const { exit, out } = await run("doctor", "--json", "--scan-seconds", "0.1");
    const { findings, ok } = reportOf(out);
    expect([exit, ok]).toEqual([1, false]);
    const missing = findings.filter(({ code }) => code === "VARIABLE_MISSING");
    expect(missing).toHaveLength(5);
    expect(findings.map(({ step }) => step)).toContain("databases");
  });

  it("names a variable that does not fit", async () => {
    for (const [name, value] of [
      ["YAGNA_APPKEY", "short"],
      ["BEACON_PAYMENT", "hoodi"],
      ["BEACON_IMAGE_EXIT", "https://host/file.gvmi"],
    ] as const) {
      environment({ [name]: value });
      const { exit, out } = await run("doctor");
      expect(exit).toBe(1);
      expect(out[0]).toContain(`VARIABLE_INVALID: ${name} does not fit`);
      expect(out).toHaveLength(2);
    }
  });

  it("warns of what works with less than it could", async () => {
    environment({
      YAGNA_APPKEY: "an-application-key",
      YAGNA_API_URL: "http://127.0.0.1:9",
      BEACON_ECHO_URLS: "http://127.0.0.1:9/a,http://127.0.0.1:9/b",
      BEACON_IMAGE_MODEL: `http://127.0.0.1:9/model.gvmi#sha3:${"0".repeat(56)}`,
    });
    const { findings } = reportOf((await run("doctor", "--json")).out);
    const warned = findings.filter(({ state }) => state === "warn").map(({ code }) => code);
    expect(warned).toEqual(["ECHOES_TOO_FEW", "VARIABLE_MISSING", "ECHOES_WITHOUT_TLS"]);
  });

  it.each([
    [],
    ["nurse"],
    ["doctor", "again"],
    ["doctor", "--scan-seconds", "soon"],
    ["doctor", "--scan-seconds", "0"],
    ["doctor", "--rent", "Germany"],
    ["doctor", "--rent", "DE", "--budget", "much"],
  ])("says how it is used when it is asked %j %j %j %j %j", async (...args) => {
    onLoopback();
    const { exit, out, err } = await run(...args.filter((arg) => arg !== undefined));
    expect([exit, out]).toEqual([2, []]);
    expect(err.join()).toContain("usage: beacon golem doctor");
  });

  it("is a command of `npm run beacon`", async () => {
    const { exitCode, stderr } = await beaconCommand(home, ["golem", "nurse"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("usage: beacon golem doctor");
  });
});
