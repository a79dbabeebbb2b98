import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createSupervisor, type ProcessPlan, type Supervisor } from "@/server/cli/supervisor";
import { ROOT } from "@/test/support/run-tool";

let folder: string;
let notes: string[];
let supervisor: Supervisor;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "beacon-supervisor-"));
  notes = [];
  supervisor = createSupervisor({
    root: ROOT,
    logFolder: folder,
    note: (line) => notes.push(line),
  });
});
afterEach(() => {
  supervisor.kill();
  rmSync(folder, { recursive: true, force: true });
});

const stopFile = () => join(folder, "stopped");

function aPlan(stub: string): ProcessPlan {
  return {
    name: "stub",
    entry: "test/support/stub-process.ts",
    environment: { STUB: stub, STUB_FILE: stopFile() },
    readyTimeoutMs: 20_000,
    stopTimeoutMs: stub === "hangs" ? 300 : 10_000,
  };
}

it("waits until a process is ready, and lets it stop in order", async () => {
  await supervisor.start(aPlan("runs"));
  await supervisor.stop(["stub"]);
  expect(readFileSync(stopFile(), "utf8")).toBe("stopped");
  expect(notes).toEqual([]);
});

it("passes on what a process failed with at its start", async () => {
  const start = supervisor.start(aPlan("fails"));
  await expect(start).rejects.toMatchObject({
    code: "GOLEM_UNAVAILABLE",
    message: "no yagna here",
  });
});

it("names a process that ends before it is ready", async () => {
  const start = supervisor.start(aPlan("crashes"));
  await expect(start).rejects.toMatchObject({ code: "PROCESS_FAILED" });
});

it("starts a process again that ends by itself, and says so", async () => {
  await supervisor.start(aPlan("dies once"));
  await expect
    .poll(() => notes, { timeout: 20_000 })
    .toEqual([
      "the stub process ended (code 4): started again in 250 ms",
      "the stub process is ready again",
    ]);
  await supervisor.stop(["stub"]);
});

it("ends a process that does not stop in its time", async () => {
  await supervisor.start(aPlan("hangs"));
  await supervisor.stop(["stub"]);
});
