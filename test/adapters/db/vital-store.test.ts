import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publishCheckpoint } from "@/server/services/publish-checkpoint";
import { sequenceLog } from "@/server/services/sequence-log";
import { submitted } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { ownContext } from "@/test/support/context";

describe("how an installation stands", () => {
  const own = ownContext();
  let rows: pg.Pool;
  beforeAll(() => {
    rows = new pg.Pool({ connectionString: own.context.env.DATABASE_URL, max: 1 });
    rows.on("error", () => {});
  });
  afterAll(() => rows.end());

  it("is read before anything happened: nothing is published, and the first entry waits", async () => {
    const { vitals } = own.context;
    const present = await vitals.present();
    expect(present).toMatchObject({
      size: 0,
      publishedSize: 0,
      publishedAt: null,
      halted: null,
      pending: 1,
      outbox: { blocks: 0, oldestAt: null },
      witnesses: [],
    });
    expect(present.oldestAt).toBeInstanceOf(Date);
    expect(present.migrations).toContain("20261122000000_init");
    expect(await vitals.totals()).toEqual({
      tasks: { queued: 0, running: 0 },
      openJobs: 0,
      sessions: { renting: 0, open: 0 },
      anchors: { pending: 0, final: 0, failed: 0 },
      missingBlocks: 0,
      spent: [],
    });
  });

  it("says since when the oldest entry waits: without a place, or without a checkpoint", async () => {
    const { vitals } = own.context;
    const filedAt = (await vitals.present()).oldestAt;
    await sequenceLog(own.context);
    expect(await vitals.present()).toMatchObject({ size: 1, pending: 0, oldestAt: filedAt });
    await publishCheckpoint(own.context);
    const published = await vitals.present();
    expect(published).toMatchObject({ publishedSize: 1, oldestAt: null });
    expect(published.witnesses).toMatchObject([{ code: null }]);
    expect(published.witnesses[0]?.at).toBeInstanceOf(Date);
    expect(published.publishedAt).toBeInstanceOf(Date);
    await checkLog(own.context);
  });

  it("counts what is open, and what was spent where", async () => {
    const id = await submitted(own.context);
    const at = new Date("2026-11-22T12:00:00Z");
    await rows.query(`UPDATE "Job" SET "usdCap" = 2, "usdSpent" = 0.25 WHERE id = $1`, [id]);
    for (const agreement of ["a", "b"])
      await rows.query(
        `INSERT INTO rentals ("agreementId", "jobId", "allocationId", "providerId", "providerName", country, "heldAt", "createdAt")
         VALUES ($1, $2, 'x', 'p', 'P', 'DE', $3, $3)`,
        [agreement, id, at],
      );
    const bill = (
      name: string,
      agreement: string,
      document: string,
      glm: string,
      decision: string,
    ) =>
      rows.query(
        `INSERT INTO bills (id, document, "agreementId", "jobId", country, "providerId", "amountGlm", decision, reason, at)
         VALUES ($1, $2, $3, $4, 'DE', 'p', $5, $6, '', $7)`,
        [name, document, agreement, id, glm, decision, at],
      );
    await bill("1", "a", "debit-note", "0.1", "accepted");
    await bill("2", "a", "debit-note", "0.2", "accepted");
    await bill("3", "a", "invoice", "0.3", "accepted");
    await bill("4", "b", "debit-note", "0.5", "accepted");
    await bill("5", "b", "invoice", "9", "rejected");
    const totals = await own.context.vitals.totals();
    expect(totals.openJobs).toBe(1);
    expect(totals.tasks.queued).toBeGreaterThan(0);
    expect(totals.spent).toEqual([{ network: "simulated", rentals: 2, glm: 0.8, usd: 0.25 }]);
  });

  it("names blocks that wait, a halt, and blocks that a store lacks", async () => {
    const { outbox, logHalt, vitals } = own.context;
    await outbox.put(new TextEncoder().encode("a block"));
    await rows.query(
      `INSERT INTO block_probes (cid, store, available, at) VALUES ('bafkreimissing', 'disk', false, now())`,
    );
    await logHalt.halt("LOG_FORKED: somebody holds another tree", new Date());
    const present = await vitals.present();
    expect(present.outbox.blocks).toBeGreaterThan(0);
    expect(present.outbox.oldestAt).toBeInstanceOf(Date);
    expect(present.halted?.reason).toMatch(/^LOG_FORKED/);
    expect((await vitals.totals()).missingBlocks).toBe(1);
  });

  it("is not waited for when a statement takes long: whoever works is not held up", async () => {
    const blocker = await rows.connect();
    try {
      await blocker.query("BEGIN; LOCK TABLE log_witnesses IN ACCESS EXCLUSIVE MODE");
      await expect(own.context.vitals.present()).rejects.toThrow();
    } finally {
      await blocker.query("ROLLBACK");
      blocker.release();
    }
  });
});
