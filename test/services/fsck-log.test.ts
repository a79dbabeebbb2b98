import { afterAll, describe, expect, it } from "vitest";
import type { EntryType } from "@/schemas/log-entry";
import { createPrisma } from "@/server/adapters/db/client";
import { type Context, openInspection } from "@/server/context";
import { utf8 } from "@/server/domain/bytes";
import { createFrontier } from "@/server/domain/log/frontier";
import { leafHashOf, rootOf } from "@/server/domain/log/merkle";
import { appendLeaves } from "@/server/services/append-leaves";
import { fileAttestation } from "@/server/services/file-attestation";
import { type FsckReport, fsckLog } from "@/server/services/fsck-log";
import { revokeOwnKey } from "@/server/services/revoke-attester-keys";
import { aFinishedJob } from "@/test/support/a-finished-job";
import { anEnrolledAttester, signedBy } from "@/test/support/an-attester";
import { submitted, writeAll } from "@/test/support/builders";
import { type OpenContext, openContext } from "@/test/support/context";

const opened: OpenContext[] = [];
afterAll(() => Promise.all(opened.map((open) => open.close())));

const urlOf = ({ env }: Context): string => env.DATABASE_URL ?? "";

async function fsck(context: Context): Promise<FsckReport> {
  const inspection = await openInspection(urlOf(context));
  return fsckLog({ ...context, inspection }).finally(() => inspection.close());
}

/** A log of 600 third-party leaves and some entries of ours, with several checkpoints and one job that waits. */
async function aLog(): Promise<Context> {
  const open = await openContext();
  opened.push(open);
  const { context } = open;
  await submitted(context);
  await writeAll(context);
  for (const at of [0, 200, 400]) {
    const leaves = Array.from({ length: 200 }, (_, n) => utf8(`leaf ${at + n}`));
    await appendLeaves(context, leaves);
    await writeAll(context);
  }
  await submitted(context);
  return context;
}

/** What a disk or a superuser can do: the triggers do not see it. */
async function tamper(context: Context, statement: string): Promise<void> {
  const prisma = createPrisma(urlOf(context), 1);
  try {
    const changed = await prisma.$transaction(async (tx) => {
      await tx.$executeRawUnsafe("SET LOCAL session_replication_role = replica");
      return tx.$executeRawUnsafe(statement);
    });
    expect(changed).toBeGreaterThan(0);
  } finally {
    await prisma.$disconnect();
  }
}
const flipped = (column: string, byte = 0) =>
  `set_byte(${column}, ${byte}, get_byte(${column}, ${byte}) # 1)`;

/** A log with an attestation by a key that was then taken back. */
async function anAttestedLog(): Promise<{ readonly context: Context; readonly id: string }> {
  const open = await openContext();
  opened.push(open);
  const { context } = open;
  const jobId = await aFinishedJob(context);
  const ada = await anEnrolledAttester(context);
  const { id } = await fileAttestation(context, await signedBy(ada, context, jobId));
  await revokeOwnKey(context, ada.account, { key: ada.signer.keyId, reason: "retired" });
  await writeAll(context);
  return { context, id };
}

describe("fsck of a log with attestations", () => {
  const indexOf = async ({ log }: Context, kind: EntryType, place = -1) =>
    (await log.ofKind(kind, null)).at(place)?.index ?? -1;

  it("finds nothing in one that is as it was written", async () => {
    const { context } = await anAttestedLog();
    expect((await fsck(context)).damages).toEqual([]);
  });

  it("names rows of attestations and keys that lost their leaf", async () => {
    for (const table of ["attestations", "attester_keys"]) {
      const { context, id } = await anAttestedLog();
      await tamper(context, `UPDATE ${table} SET "leafHash" = ${flipped(`"leafHash"`)}`);
      const [damage, ...more] = (await fsck(context)).damages;
      expect(more).toEqual([]);
      expect(damage?.where).toMatch(
        table === "attestations" ? `attestation ${id}` : /^attester key key-[a-z2-7]{26}$/,
      );
    }
  });

  it("names an attestation whose key the log does not know, or had taken back", async () => {
    const { context } = await anAttestedLog();
    const [key, revocation, attestation] = [
      await indexOf(context, "beacon.key/v1"),
      await indexOf(context, "beacon.revocation/v1"),
      await indexOf(context, "beacon.attestation/v1"),
    ];
    // As if the one had been sequenced in the place of the other.
    const swap = (a: number, b: number) =>
      [
        [a, -1],
        [b, a],
        [-1, b],
      ].map(([from, to]) => `UPDATE log_entries SET index = ${to} WHERE index = ${from}`);
    for (const statement of swap(attestation, revocation)) await tamper(context, statement);
    expect((await fsck(context)).damages).toContainEqual({
      where: `entry ${revocation}`,
      what: "an entry before it takes back the key that signed it",
    });
    for (const statement of swap(attestation, revocation)) await tamper(context, statement);
    for (const statement of swap(key, attestation)) await tamper(context, statement);
    expect((await fsck(context)).damages).toContainEqual({
      where: `entry ${key}`,
      what: "no entry before it registers the key that signed it",
    });
  });
});

describe("fsck", () => {
  it("finds nothing in a log that is as it was written", async () => {
    expect(await fsck(await aLog())).toMatchObject({
      entries: 602,
      thirdParty: 600,
      tiles: 4,
      checkpoints: 4,
      underOtherPolicy: 0,
      pending: 1,
      haltedReason: null,
      damages: [],
    });
  });

  it("finds nothing in a log of nothing", async () => {
    const open = await openContext();
    opened.push(open);
    expect(await fsck(open.context)).toMatchObject({ entries: 0, pending: 1, damages: [] });
  });

  it.each([
    ["entry 300", `UPDATE log_entries SET bytes = ${flipped("bytes")} WHERE index = 300`],
    ["entry 300", `UPDATE log_entries SET "leafHash" = ${flipped(`"leafHash"`)} WHERE index = 300`],
    ["entry 0", `UPDATE log_entries SET kind = 'raw' WHERE index = 0`],
    ["entry 300", `UPDATE log_entries SET kind = 'beacon.key/v1' WHERE index = 300`],
    ["entry 1", `UPDATE log_entries SET "jobId" = 'job-another' WHERE index = 1`],
    ["entry 300", `UPDATE log_entries SET "taskId" = 'tsk-another' WHERE index = 300`],
    [
      "entry 1",
      `UPDATE log_entries SET dsse = jsonb_set(dsse, '{signatures,0,sig}', '"${"A".repeat(86)}=="') WHERE index = 1`,
    ],
    [
      "entry 1",
      `UPDATE log_entries SET dsse = jsonb_set(dsse, '{payload}', '"AAAA"') WHERE index = 1`,
    ],
    ["entry 300", `DELETE FROM log_entries WHERE index = 300`],
    [
      "tile 0/1",
      `UPDATE log_tiles SET hashes = ${flipped("hashes", 40)} WHERE level = 0 AND index = 1`,
    ],
    ["tile 1/0", `UPDATE log_tiles SET hashes = ${flipped("hashes")} WHERE level = 1`],
    [
      "tile 0/2",
      `UPDATE log_tiles SET hashes = substring(hashes for 32) WHERE level = 0 AND index = 2`,
    ],
    ["tile 1/0", `DELETE FROM log_tiles WHERE level = 1`],
    ["tile 0/9", `UPDATE log_tiles SET index = 9 WHERE level = 0 AND index = 2`],
    ["state", `UPDATE log_state SET root = ${flipped("root")}`],
    ["state", `UPDATE log_state SET size = size + 1`],
    ["state", `UPDATE log_state SET "publishedSize" = "publishedSize" - 1`],
    ["checkpoint 202", `UPDATE log_checkpoints SET root = ${flipped("root")} WHERE size = 202`],
    [
      "checkpoint 202",
      `UPDATE log_checkpoints SET note = overlay(note placing 'AAAA' from length(note) - 60) WHERE size = 202`,
    ],
    [
      "checkpoint 202",
      `UPDATE log_checkpoints SET note = replace(note, '202', '203') WHERE size = 202`,
    ],
    ["checkpoint 700", `UPDATE log_checkpoints SET size = 700 WHERE size = 602`],
    ["pending 3", `UPDATE log_pending SET bytes = ${flipped("bytes", 30)}`],
  ])("names %s after %s", async (where, statement) => {
    const context = await aLog();
    const id = statement.includes("log_pending") ? await pendingIdOf(context) : null;
    await tamper(context, statement);
    const { damages } = await fsck(context);
    expect(damages.map((damage) => damage.where)).toContain(id ?? where);
  });

  const pendingIdOf = async ({ log }: Context) => `pending ${(await log.pending(1))[0]?.id}`;

  it("names one damage for one flipped bit", async () => {
    for (const statement of [
      `UPDATE log_entries SET bytes = ${flipped("bytes")} WHERE index = 300`,
      `UPDATE log_entries SET "leafHash" = ${flipped(`"leafHash"`)} WHERE index = 300`,
      `UPDATE log_tiles SET hashes = ${flipped("hashes", 40)} WHERE level = 0 AND index = 1`,
    ]) {
      const context = await aLog();
      await tamper(context, statement);
      expect((await fsck(context)).damages).toHaveLength(1);
    }
  });

  it("is not content with an entry that was changed together with its hash", async () => {
    const context = await aLog();
    const hash = Buffer.from(leafHashOf(utf8("changed"))).toString("hex");
    await tamper(
      context,
      `UPDATE log_entries SET bytes = 'changed'::bytea, "leafHash" = '\\x${hash}' WHERE index = 300`,
    );
    const where = (await fsck(context)).damages.map((damage) => damage.where);
    expect(where).toEqual(
      expect.arrayContaining(["tile 0/1", "tile 1/0", "state", "checkpoint 402", "checkpoint 602"]),
    );
    expect(where).not.toContain("checkpoint 202");
  });

  it("names rows that lost their leaf", async () => {
    const context = await aLog();
    await tamper(
      context,
      `UPDATE "Job" SET "intentLeafHash" = ${flipped(`"intentLeafHash"`)} WHERE id = (SELECT "jobId" FROM log_entries WHERE index = 1)`,
    );
    const job = (await context.log.entry(1))?.jobId;
    expect((await fsck(context)).damages.map(({ where }) => where)).toEqual([`job ${job}`]);
  });
});

it("the frontier's root is that of all leaves, at every size", () => {
  const leaves = Array.from({ length: 600 }, (_, n) => leafHashOf(utf8(`leaf ${n}`)));
  const tree = createFrontier();
  expect(tree.root()).toEqual(rootOf([]));
  for (const [i, leaf] of leaves.entries()) {
    tree.add(leaf);
    expect(tree.size).toBe(i + 1);
    expect(tree.root()).toEqual(rootOf(leaves.slice(0, i + 1)));
  }
});
