import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { freePort } from "@/server/cli/ports";
import { CODE_OF_INVALID_EXAMPLE } from "@/test/schemas/invalid-examples";
import { beaconCommand, severalAtATime } from "@/test/support/beacon-command";
import { test } from "@/test/support/e2e-test";
import { portal } from "@/test/support/portal";

const COMMANDS = 2;
const QUICK = "schemas/examples/quick.json";
const run = (file: string, url = portal.url) =>
  beaconCommand(portal.home(), ["run", file, "--url", url]);

test.describe("beacon run", () => {
  test("refuses every invalid example with its code and exit 1, and announces nothing", async () => {
    const client = portal.client();
    const before = await client.jobs.list.query({ cursor: null, limit: 100 });
    const examples = Object.entries(CODE_OF_INVALID_EXAMPLE);
    const answers = await severalAtATime(COMMANDS, examples, ([name]) =>
      run(`schemas/examples/invalid/${name}.json`),
    );
    for (const [i, [name, { code }]] of examples.entries()) {
      expect.soft(answers[i]?.stderr, name).toMatch(new RegExp(`^${code}: .+\\n$`));
      expect.soft(answers[i], name).toMatchObject({ exitCode: 1, stdout: "" });
    }
    const after = await client.jobs.list.query({ cursor: null, limit: 100 });
    expect(after.items.map(({ id }) => id)).toEqual(before.items.map(({ id }) => id));
  });

  test("exits 2 and says so where no portal answers", async () => {
    const { exitCode, stdout, stderr } = await run(QUICK, `http://127.0.0.1:${await freePort()}`);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^PORTAL_UNREACHABLE: .*npm start.*\n$/);
  });

  test("exits 2 and says so where there is no installation", async () => {
    const home = mkdtempSync(join(tmpdir(), "beacon-none-"));
    try {
      const { exitCode, stdout, stderr } = await beaconCommand(home, ["run", QUICK]);
      expect([exitCode, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(/^PORTAL_UNREACHABLE: .*npm start.*\n$/);
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  test("exits 2 for a file that is not there or not JSON, and for wrong usage", async () => {
    const asked = [
      ["run", "no-such-file.json"],
      ["run", "README.md"],
      ["run"],
      ["run", QUICK, "--colour"],
    ];
    const answers = await severalAtATime(COMMANDS, asked, (args) =>
      beaconCommand(portal.home(), args),
    );
    for (const [i, { exitCode, stdout, stderr }] of answers.entries()) {
      expect.soft([exitCode, stdout], asked[i]?.join(" ")).toEqual([2, ""]);
      expect.soft(stderr, asked[i]?.join(" ")).not.toMatch(/\n {4}at /);
    }
  });

  test("accepts a valid example, and the same key again is the same job", async () => {
    const args = [
      "run",
      QUICK,
      "--url",
      portal.url,
      "--key",
      "00000000-0000-4000-8000-00000000e2e0",
    ];
    const first = await beaconCommand(portal.home(), [...args, "--wait"]);
    expect(first).toMatchObject({ exitCode: 0, stderr: "" });
    expect(first.stdout).toMatch(/^accepted: job-[a-z2-7]{26}\n/);
    expect(first.stdout).toMatch(/comparison published as entry \d+\n$/);
    const again = await beaconCommand(portal.home(), args);
    expect(again.exitCode).toBe(0);
    expect(again.stdout.split("\n")[0]).toBe(
      first.stdout.split("\n")[0]?.replace("accepted", "known already"),
    );
  });
});
