import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createPrisma } from "@/server/adapters/db/client";
import { logCommand } from "@/server/cli/log";
import { writeAll } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const { DATABASE_URL } = process.env;
afterEach(() => {
  if (DATABASE_URL === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = DATABASE_URL;
});

async function fsck(home: string, databaseUrl: string | undefined, ...options: string[]) {
  if (databaseUrl === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = databaseUrl;
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const code = await logCommand(["fsck", ...options], { out: say, err: say, home });
  return { code, said };
}

describe("beacon log fsck", () => {
  it("says what it looked at and ends with 0, and with 1 when something is damaged, naming it", async () => {
    const { context } = house;
    const { BEACON_HOME, DATABASE_URL: url } = context.env;
    await writeAll(context);
    const sound = await fsck(BEACON_HOME, url);
    expect(sound.code).toBe(0);
    expect(sound.said.at(-1)).toBe("everything fits");
    const prisma = createPrisma(url ?? "", 1);
    await prisma.$executeRaw`UPDATE log_tiles SET hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1)`;
    await prisma.$disconnect();
    const damaged = await fsck(BEACON_HOME, url, "--json");
    expect(damaged.code).toBe(1);
    expect(JSON.parse(damaged.said[0] ?? "")).toMatchObject({ damages: [{ where: "tile 0/0" }] });
  });

  it("ends with 2 where there is no log", async () => {
    const home = mkdtempSync(join(tmpdir(), "beacon-empty-"));
    expect((await fsck(home, undefined)).code).toBe(2);
    rmSync(home, { recursive: true });
  });
});
