import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Readiness } from "@/schemas/health";
import { layMetricsTargets, readMetricsTargets, TARGETS_FILE } from "@/server/cli/metrics-targets";
import { keptPorts } from "@/server/cli/ports";
import { statusCommand } from "@/server/cli/status";

let home = "";
const closing: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "beacon-status-"));
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  rmSync(home, { recursive: true });
});

async function status(...args: string[]) {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const code = await statusCommand(args, { out: say, err: say, home });
  return { code, said: said.join("\n") };
}

/** A process that answers `body` at /readyz. */
async function aProcess(body: unknown, answerStatus = 200): Promise<string> {
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/readyz" ? answerStatus : 404);
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const readiness = (process: string, over: Partial<Readiness> = {}): Readiness => ({
  process,
  ready: true,
  level: "ok",
  at: "2026-11-22T12:00:00.000Z",
  checks: [{ name: "database", level: "ok", code: null, sentence: "It answers.", ageSeconds: 0.1 }],
  ...over,
});
const HALTED = {
  name: "log-halt",
  level: "fail",
  code: "LOG_HALTED",
  sentence: "The log is halted.",
  ageSeconds: 60,
} as const;
const targets = (known: Record<string, string>) =>
  writeFileSync(
    join(home, TARGETS_FILE),
    JSON.stringify(
      Object.entries(known).map(([process, address]) => ({
        targets: [address],
        labels: { process },
      })),
    ),
  );

describe("beacon status", () => {
  it("says of every process how it is, and ends with 0 when all are ready", async () => {
    targets({
      portal: await aProcess(readiness("portal")),
      workers: await aProcess(readiness("workers")),
    });
    const { code, said } = await status();
    expect(code).toBe(0);
    expect(said).toContain("portal: ready");
    expect(said).toContain("workers: ready");
    expect(said).toContain("It answers. (0.1 s ago)");
  });

  it("ends with 1 when one is not ready, and says what is wrong with its code", async () => {
    targets({
      portal: await aProcess(readiness("portal")),
      workers: await aProcess(
        readiness("workers", { ready: false, level: "fail", checks: [HALTED] }),
        503,
      ),
    });
    const { code, said } = await status();
    expect(code).toBe(1);
    expect(said).toContain("! workers: not ready");
    expect(said).toContain("LOG_HALTED: The log is halted.");
  });

  it("ends with 1 when one does not answer, or somebody else answers in its place", async () => {
    const elsewhere = await aProcess(readiness("portal"));
    targets({
      portal: elsewhere,
      golem: elsewhere,
      home: "127.0.0.1:1",
      workers: await aProcess({}),
    });
    const { code, said } = await status();
    expect(code).toBe(1);
    for (const process of ["golem", "home", "workers"])
      expect(said).toContain(`! ${process} does not answer`);
    expect(said).toContain("portal: ready");
  });

  it("ends with 2 where Beacon was never started", async () => {
    expect((await status()).code).toBe(2);
  });

  it("says the same to programs", async () => {
    targets({ portal: await aProcess(readiness("portal")), home: "127.0.0.1:1" });
    const { code, said } = await status("--json");
    expect(code).toBe(1);
    expect(JSON.parse(said)).toMatchObject([
      { process: "portal", readiness: { ready: true } },
      { process: "home", readiness: null },
    ]);
  });
});

describe("the targets of Prometheus", () => {
  it("are one a process, with a port each that stays the same at every start", async () => {
    const names = ["portal", "workers", "golem"] as const;
    const first = await layMetricsTargets(home, "127.0.0.1", names);
    const written = JSON.parse(readFileSync(join(home, TARGETS_FILE), "utf8"));
    expect(written).toEqual(
      names.map((process) => ({ targets: [`127.0.0.1:${first[process]}`], labels: { process } })),
    );
    expect(new Set(Object.values(first)).size).toBe(3);
    expect(await layMetricsTargets(home, "127.0.0.1", names)).toEqual(first);
    expect(readMetricsTargets(home)?.map(({ process }) => process)).toEqual(names);
  });

  it("are reached here when they listen everywhere, and in brackets by an IPv6 address", async () => {
    const addressOf = async (host: string) => {
      await layMetricsTargets(home, host, ["portal"]);
      return readMetricsTargets(home)?.[0]?.address.replace(/:\d+$/, "");
    };
    expect(await addressOf("0.0.0.0")).toBe("127.0.0.1");
    expect(await addressOf("10.0.0.7")).toBe("10.0.0.7");
    expect(await addressOf("fd00::7")).toBe("[fd00::7]");
  });

  it("get another port when theirs is another program's, or what was remembered is none", async () => {
    const file = join(home, "ports.json");
    const taken = Number((await aProcess({})).split(":")[1]);
    for (const text of [
      JSON.stringify({ portal: taken, workers: 80, golem: "x" }),
      "no JSON",
      JSON.stringify({ portal: 20_123, workers: 20_123 }),
    ]) {
      writeFileSync(file, text);
      const ports = await keptPorts(file, ["portal", "workers", "golem"]);
      expect(new Set(Object.values(ports)).size).toBe(3);
      expect(Object.values(ports)).not.toContain(taken);
      expect(Object.values(ports)).not.toContain(80);
    }
  });

  it("that cannot be read are said to be broken", async () => {
    writeFileSync(join(home, TARGETS_FILE), "[{}]");
    expect(() => readMetricsTargets(home)).toThrow(
      expect.objectContaining({ code: "STATE_FOLDER_BROKEN" }),
    );
  });
});
