import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, describe, expect, it } from "vitest";
import type { Witness } from "@/server/adapters/witness/witness";
import { type Context, contextFor } from "@/server/context";
import { BeaconError } from "@/server/domain/errors";
import { readEnv } from "@/server/env";
import { fileAttestation } from "@/server/services/file-attestation";
import { registerRunner } from "@/server/services/register-runner";
import { aFinishedJob } from "@/test/support/a-finished-job";
import { anEnrolledAttester, signedBy } from "@/test/support/an-attester";
import { submitted, writeAll } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { openContext } from "@/test/support/context";
import { Crash, dyingAt } from "@/test/support/crash-points";
import { createTestDatabase } from "@/test/support/database";
import { eventually, fakeBus } from "@/test/support/fakes";
import { writeLog } from "@/workers/log-writer";

const undo: (() => unknown)[] = [];
afterAll(async () => {
  for (const step of undo.reverse()) await step();
});

/** A state folder whose keys and witness outlive the databases that it is used with. */
function aHome(): string {
  const home = mkdtempSync(join(tmpdir(), "beacon-writer-"));
  undo.push(() => rmSync(home, { recursive: true, force: true }));
  return home;
}
function open(home: string, databaseUrl: string): Context {
  const context = contextFor(
    readEnv({
      NODE_ENV: "test",
      DATABASE_URL: databaseUrl,
      BEACON_HOME: home,
      LOG_LEVEL: "silent",
    }),
  );
  let closing: Promise<void> | null = null;
  const close = () => {
    closing ??= context.close();
    return closing;
  };
  undo.push(close);
  return { ...context, close };
}
async function aDatabase(): Promise<string> {
  const { url, drop } = await createTestDatabase();
  undo.push(drop);
  return url;
}

/** A copy of a database that nobody is connected to, as a backup of its files would be. */
async function backup(url: string): Promise<string> {
  const copy = `backup_${randomBytes(6).toString("hex")}`;
  const on = new URL(url);
  const statement = async (text: string) => {
    const client = new Client({ connectionString: new URL("/postgres", on).href });
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  await statement(`CREATE DATABASE ${copy} TEMPLATE ${on.pathname.slice(1)}`);
  undo.push(() => statement(`DROP DATABASE IF EXISTS ${copy} WITH (FORCE)`));
  return new URL(`/${copy}`, on).href;
}

/** Runs a writer until `isOver`, and answers what it logged as errors. */
async function written(
  context: Context,
  isOver: (errors: readonly unknown[]) => boolean | Promise<boolean>,
): Promise<readonly { reason?: string }[]> {
  const errors: { reason?: string }[] = [];
  const log = {
    info: () => {},
    warn: () => {},
    error: (fields: { reason?: string }) => errors.push(fields),
  };
  const stop = new AbortController();
  const logger = { child: () => log } as unknown as Context["logger"];
  const writing = writeLog({ ...context, logger }, stop.signal);
  await eventually(() => isOver(errors));
  stop.abort();
  await writing;
  return errors;
}
const isHalted = (context: Context) => async () => (await context.logHalt.read()) !== null;

/** An installation that wrote and published, was backed up, and wrote and published on. */
async function aRestoredBackup(): Promise<{ home: string; restoredUrl: string; now: Context }> {
  const home = aHome();
  const url = await aDatabase();
  const before = open(home, url);
  await registerRunner(before);
  await submitted(before);
  await writeAll(before);
  await before.close();
  const restoredUrl = await backup(url);
  const now = open(home, url);
  await submitted(now);
  await writeAll(now);
  return { home, restoredUrl, now };
}

describe("a database that was restored from an old copy", () => {
  it("is not written: nothing is sequenced or signed, now and after every restart", async () => {
    const { home, restoredUrl, now } = await aRestoredBackup();
    const restored = open(home, restoredUrl);
    const { size } = await restored.log.state();
    await submitted(restored);
    expect(size).toBeLessThan((await now.log.state()).size);

    const errors = await written(restored, isHalted(restored));
    expect(errors).toHaveLength(1);
    expect(errors[0]?.reason).toMatch(/^LOG_ROLLED_BACK: .*restored from an old copy/s);
    expect(await restored.log.state()).toMatchObject({ size, publishedSize: size });
    expect((await restored.log.pending(10)).length).toBe(1);

    const again = await written(restored, ({ length }) => length > 0);
    expect(again).toMatchObject([{ err: { code: "LOG_HALTED" } }]);
    expect((await restored.log.state()).size).toBe(size);
    await checkLog(now);
  });

  it("is not written though the policy could be met by witnesses that know nothing", async () => {
    const { home, restoredUrl, now } = await aRestoredBackup();
    const restored = open(home, restoredUrl);
    await submitted(restored);
    const held = await now.witnesses[0]?.latest(now.origin);
    const knowing: Witness = {
      name: "knowing.example",
      keys: [],
      operator: "independent",
      addCheckpoint: () => Promise.reject(new BeaconError("WITNESS_UNAVAILABLE", "not now")),
      latest: async () => held ?? null,
    };
    // The one whose cosignature is enough has lost its memory; one that nobody needs remembers.
    const forgetful = restored.witnesses.map((witness) => ({
      ...witness,
      latest: async () => null,
    }));
    const context = { ...restored, witnesses: [...forgetful, knowing] };
    const errors = await written(context, isHalted(restored));
    expect(errors).toMatchObject([{ err: { code: "LOG_ROLLED_BACK" } }]);
  });

  it("is found out while publishing when no witness could be asked before", async () => {
    const { home, restoredUrl } = await aRestoredBackup();
    const restored = open(home, restoredUrl);
    await submitted(restored);
    const { publishedSize } = await restored.log.state();
    const hiding = restored.witnesses.map((witness) => ({
      ...witness,
      latest: () => Promise.reject(new BeaconError("WITNESS_UNAVAILABLE", "not now")),
    }));
    const errors = await written({ ...restored, witnesses: hiding }, isHalted(restored));
    expect(["LOG_ROLLED_BACK", "LOG_FORKED"]).toContain(
      (errors[0] as { err?: { code?: string } }).err?.code,
    );
    expect((await restored.log.state()).publishedSize).toBe(publishedSize);
  });

  it("is written where the newest copy was restored", async () => {
    const { home, now } = await aRestoredBackup();
    const url = now.env.DATABASE_URL ?? "";
    const size = (await now.log.state()).size;
    await now.close();
    const newest = open(home, await backup(url));
    await submitted(newest);
    const errors = await written(
      newest,
      async () => (await newest.log.state()).publishedSize > size,
    );
    expect(errors).toEqual([]);
    await checkLog(newest);
  });
});

describe("a halt", () => {
  it("stops the writers of other processes too", async () => {
    const context = open(aHome(), await aDatabase());
    await registerRunner(context);
    const errors = await written(context, async () => {
      if ((await context.log.state()).publishedSize === 0) return false;
      await context.logHalt.halt("somebody else found a fork", new Date());
      return true;
    });
    expect(errors.length).toBeLessThanOrEqual(1);
    const { size } = await context.log.state();
    await submitted(context);
    const again = await written(context, ({ length }) => length > 0);
    expect(again).toMatchObject([{ reason: "somebody else found a fork" }]);
    expect((await context.log.state()).size).toBe(size);
  });
});

describe("a writer that dies", () => {
  it("at any call of keeping what witnesses said leaves a log that the next one publishes", async () => {
    const context = open(aHome(), await aDatabase());
    await registerRunner(context);
    await writeAll(context);
    for (const method of ["all", "record"])
      for (const when of ["before", "after"] as const) {
        await submitted(context);
        const witnessStore = dyingAt(context.witnessStore, { method, call: 1, when });
        await expect(writeAll({ ...context, witnessStore })).rejects.toThrow(Crash);
        await writeAll(context);
        const { size, publishedSize } = await context.log.state();
        expect(publishedSize).toBe(size);
      }
    await checkLog(context);
  });

  it("before it has set the mark has written nothing, and the next one sets it", async () => {
    const { home, restoredUrl } = await aRestoredBackup();
    const restored = open(home, restoredUrl);
    let isTried = false;
    const logHalt = {
      ...restored.logHalt,
      halt: async () => {
        isTried = true;
        throw new Error("the database is away");
      },
    };
    const before = await restored.log.state();
    await submitted(restored);
    expect(await written({ ...restored, logHalt }, () => isTried)).toEqual([]);
    expect(await restored.logHalt.read()).toBeNull();
    expect(await restored.log.state()).toEqual(before);
    const errors = await written(restored, isHalted(restored));
    expect(errors).toHaveLength(1);
  });
});

describe("a log that takes an attestation in", () => {
  it("tells of its job when a published checkpoint includes it", async () => {
    const open = await openContext();
    undo.push(() => open.close());
    const { context } = open;
    const jobId = await aFinishedJob(context);
    const ada = await anEnrolledAttester(context);
    await fileAttestation(context, await signedBy(ada, context, jobId));
    const bus = { ...context.bus, ...fakeBus() };
    await written({ ...context, bus }, async () => {
      const { publishedSize, size } = await context.log.state();
      return publishedSize === size && bus.announced.some(({ kind }) => kind === "job.changed");
    });
    expect(bus.announced).toContainEqual({ kind: "job.changed", jobId });
    await checkLog(context);
  });
});
