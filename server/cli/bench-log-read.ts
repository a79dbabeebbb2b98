import { readOver } from "@/server/cli/published-log";
import { type Quantiles, quantilesOf } from "@/server/cli/quantiles";
import type { Context } from "@/server/context";
import { verifyReceipt } from "@/server/domain/verify/verify-receipt";
import { auditLog } from "@/server/services/audit-log";
import { buildReceipt } from "@/server/services/build-receipt";

/** What reading and checking a log of `entries` costs. */
export type ReadFigures = {
  readonly entries: number;
  readonly inclusion_proof_ms: Quantiles;
  readonly consistency_proof_ms: Quantiles;
  /** The whole log over HTTP on loopback, every leaf and tile, in Node. */
  readonly audit_in_node_s: number;
  readonly receipt_verify_ms: Quantiles;
};

const PROOFS = 500;
const RECEIPTS = 200;

/** Measures proofs, a whole audit over HTTP, and the verification of one receipt. Reads only. */
export async function benchReading(context: Context, url: string): Promise<ReadFigures> {
  const published = await context.log.published();
  if (published === null) throw new Error("the log is published before it is read");
  const { size } = published;
  const { tree, log } = context;
  const inclusion = await timed(PROOFS, (i) =>
    tree.proveInclusion(scattered(i, size), size, log.tileReader(size)),
  );
  const consistency = await timed(PROOFS, (i) =>
    tree.proveConsistency(1 + scattered(i, size - 1), size, log.tileReader(size)),
  );
  const startedAt = performance.now();
  const { problems } = await auditLog(context.policy, readOver(`${url}/tlog`), null);
  if (problems.length > 0) throw new Error(`the log does not audit: ${problems[0]}`);
  const auditS = (performance.now() - startedAt) / 1_000;
  const receipt = new TextEncoder().encode((await buildReceipt(context, 0)).text);
  const verified = await timed(RECEIPTS, async () => {
    const none = { block: null, lastSeen: null, consistency: null };
    const { verdict } = await verifyReceipt({ receipt, policy: context.policy, ...none });
    if (verdict !== "sound") throw new Error("the receipt is not sound");
  });
  return {
    entries: size,
    inclusion_proof_ms: quantilesOf(inclusion),
    consistency_proof_ms: quantilesOf(consistency),
    audit_in_node_s: Number(auditS.toFixed(2)),
    receipt_verify_ms: quantilesOf(verified),
  };
}

/** Numbers below `limit` without an order that a cache could use. */
const scattered = (i: number, limit: number): number => (i * 7_919 + 13) % limit;

async function timed(times: number, run: (i: number) => Promise<unknown>): Promise<number[]> {
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    const startedAt = performance.now();
    await run(i);
    took.push(performance.now() - startedAt);
  }
  return took;
}
