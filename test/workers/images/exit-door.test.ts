import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildExitProgram } from "@/server/adapters/image/build-exit-image";
import { goProblem } from "@/test/support/go-version";
import { ROOT } from "@/test/support/run-tool";
import { skipBecause } from "@/test/support/skip";
import { type DoorOptions, type DoorUnderTest, exitDoorContract } from "./exit-door-contract";

const SOURCE = join(ROOT, "workers", "images", "exit");
const BUILD_MS = 5 * 60_000;
const problem = await goProblem();

const folder = mkdtempSync(join(tmpdir(), "beacon-exit-door-"));
const program = join(folder, "exit-door");
const children: ChildProcess[] = [];
beforeAll(async () => {
  if (problem === null) await buildExitProgram(SOURCE, program);
}, BUILD_MS);
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** The program as a process in the foreground; its first line says where it listens. */
async function start(args: readonly string[]) {
  const child = spawn(program, ["-listen", "127.0.0.1:0", "-allow-private", ...args], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value } = await lines.next();
  const told = JSON.parse(value) as { listen: string; hosts: number; addresses: number };
  return { told, child, port: Number(told.listen.split(":").at(-1)) };
}

const open = async ({ allowed, dialMs }: DoorOptions): Promise<DoorUnderTest> => {
  const targets = allowed.flatMap((target) => ["-allow", target]);
  const { port, child } = await start([...targets, "-dial-limit", `${dialMs}ms`]);
  return { port, close: async () => void child.kill("SIGKILL") };
};

if (problem === null) exitDoorContract("the program of the exit image", open, { isStrict: true });

describe("the exit program", () => {
  it(
    "passes its own tests",
    async (context) => {
      if (problem !== null) skipBecause(context, problem);
      const { stdout } = await promisify(execFile)("go", ["test", "-count=1", "./..."], {
        cwd: SOURCE,
        env: { ...process.env, GOFLAGS: "-buildvcs=false", GOTOOLCHAIN: "local", GOMAXPROCS: "2" },
      });
      expect(stdout).toMatch(/^ok\s+beacon\/exit-door/);
    },
    BUILD_MS,
  );

  it("tells its health in counts", async (context) => {
    if (problem !== null) skipBecause(context, problem);
    const { port, told } = await start(["-allow", "localhost:443", "-allow", "127.0.0.1:80"]);
    const health = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect([health.status, await health.text()]).toEqual([200, "ok 1.0.0 hosts=2 addresses=2\n"]);
    expect(told).toMatchObject({ version: "1.0.0", hosts: 2, addresses: 2, unresolved: 0 });
  });
});
