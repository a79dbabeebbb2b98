import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { createPrisma } from "@/server/adapters/db/client";
import { openSubmitters } from "@/server/adapters/keys/submitters";
import type { Context } from "@/server/context";
import { utf8 } from "@/server/domain/bytes";
import { appendLeaves } from "@/server/services/append-leaves";
import { writeAll } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { type OpenContext, openContext } from "@/test/support/context";
import { goCacheOf, goTool } from "@/test/support/go-tool";
import { type LogDoor, openLogDoor } from "@/test/support/log-door";
import { ROOT } from "@/test/support/run-tool";
import { skipBecause } from "@/test/support/skip";
import { writeLog } from "@/workers/log-writer";

const TESSERA = { module: "github.com/transparency-dev/tessera", version: "v1.0.4" };
const TOKEN = "a-token-of-the-test";
/** More than 256 x 256, so that there are tiles of three levels. */
const LEAVES = 70_000;
const run = promisify(execFile);

async function toolOr(test: TestContext, command: string): Promise<string> {
  const program = { ...TESSERA, command: `${TESSERA.module}/${command}` };
  const found = await goTool(program, goCacheOf(ROOT));
  return "path" in found ? found.path : skipBecause(test, found.missing);
}

describe("programs that were written for other logs", () => {
  const folder = mkdtempSync(join(tmpdir(), "beacon-tools-"));
  const keyFile = join(folder, "log.vkey");
  let open: OpenContext;
  let door: LogDoor;
  let context: Context;

  beforeAll(async () => {
    open = await openContext();
    ({ context } = open);
    door = await openLogDoor(context, openSubmitters({ token: TOKEN, keyFile: undefined }));
    writeFileSync(keyFile, context.logVerifierKey);
    await writeAll(context);
    for (let from = 0; from < LEAVES; from += 1_000)
      await appendLeaves(
        context,
        Array.from({ length: 1_000 }, (_, n) => utf8(`leaf ${from + n}`)),
      );
    await writeAll(context);
  }, 120_000);
  afterAll(async () => {
    await door.close();
    await open.close();
    rmSync(folder, { recursive: true });
  });

  /** It ends with 0 whatever it finds; what it found is what it says. */
  async function fsck(path: string): Promise<"sound" | "damaged" | "unfinished"> {
    const url = `${door.url}/tlog/`;
    const args = ["-ui=false", "-N=4", "-v=1", "-storage_url", url, "-public_key", keyFile];
    const { stderr } = await run(path, args, { timeout: 240_000, maxBuffer: 50_000_000 });
    if (/fsck failed/.test(stderr)) return "damaged";
    return /Completed ranges/.test(stderr) ? "sound" : "unfinished";
  }

  it("the load generator of Tessera writes and reads it", async (test) => {
    const path = await toolOr(test, "internal/hammer");
    const end = new AbortController();
    const writer = writeLog(context, end.signal);
    const before = (await context.log.state()).size;
    try {
      const { stderr } = await run(
        path,
        [
          "--show_ui=false",
          `--log_url=${door.url}/tlog/`,
          `--write_log_url=${door.url}/tlog/`,
          `--log_public_key=${context.logVerifierKey}`,
          `--bearer_token_write=${TOKEN}`,
          "--max_write_ops=200",
          "--num_writers=20",
          "--max_read_ops=50",
          "--leaf_write_goal=500",
          "--max_runtime=60s",
          "--leaf_min_size=600",
        ],
        { timeout: 90_000, maxBuffer: 50_000_000 },
      );
      expect(stderr).not.toMatch(/failed|error/i);
    } finally {
      end.abort();
      await writer;
    }
    expect((await context.log.state()).size).toBeGreaterThan(before + 400);
  }, 600_000);

  it("the walker of Tessera rebuilds every tile of it from the entries", async (test) => {
    const path = await toolOr(test, "cmd/fsck");
    await writeAll(context);
    expect(await fsck(path)).toBe("sound");
    expect((await checkLog(context)).size).toBeGreaterThan(LEAVES);
  }, 600_000);

  it("the walker of Tessera finds one flipped bit", async (test) => {
    const path = await toolOr(test, "cmd/fsck");
    const prisma = createPrisma(context.env.DATABASE_URL ?? "", 1);
    await prisma.$executeRaw`UPDATE log_tiles SET hashes = set_byte(hashes, 100, get_byte(hashes, 100) # 1) WHERE level = 0 AND index = 200`;
    await prisma.$disconnect();
    expect(await fsck(path)).toBe("damaged");
  }, 600_000);
});
