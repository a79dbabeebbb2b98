import { createSHA256 } from "hash-wasm";
import type { AuditAnswer, AuditRequest, BrowserAudit } from "@/components/verify/audit-in-worker";
import { base64 } from "@/server/domain/bytes";
import { isBeaconError } from "@/server/domain/errors";
import { auditPublished } from "@/server/domain/log/audit-published";
import type { ReadPublished } from "@/server/domain/log/audit-tree";
import { treeHashesBy } from "@/server/domain/log/merkle";
import { parsePolicy } from "@/server/domain/log/policy";
import { sha256 } from "@/server/domain/sha256";

// The program of a web worker: one request in, progress and one answer out.

/** Progress is told after so many bundles of 256 entries. */
const BUNDLES_PER_WORD = 8;

/** WebAssembly hashes three times as fast; a page whose policy forbids it goes without. */
async function fastestHash(): Promise<{
  hash: (bytes: Uint8Array) => Uint8Array;
  engine: BrowserAudit["engine"];
}> {
  try {
    const hasher = await createSHA256();
    return {
      hash: (bytes) => hasher.init().update(bytes).digest("binary"),
      engine: "wasm",
    };
  } catch {
    return { hash: sha256, engine: "javascript" };
  }
}

const readOver =
  (prefix: string): ReadPublished =>
  async (path) => {
    // What the log serves now, not what this browser kept; keeping all of it would also take as long
    // as the audit itself.
    const answer = await fetch(`${prefix}/${path}`, { cache: "no-store" });
    return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
  };

async function audit({ policy, prefix }: AuditRequest): Promise<BrowserAudit> {
  const startedAt = performance.now();
  const { hash, engine } = await fastestHash();
  let size = 0;
  let bundles = 0;
  const { origin, tiles, cosigners, root, problems } = await auditPublished(
    parsePolicy(policy),
    readOver(prefix),
    treeHashesBy(hash),
    {
      begin: (leaves) => {
        size = leaves;
        say({ kind: "progress", done: 0, size });
      },
      take: (leaves, from) => {
        bundles += 1;
        if (bundles % BUNDLES_PER_WORD === 0)
          say({ kind: "progress", done: from + leaves.length, size });
      },
    },
  );
  const tookMs = performance.now() - startedAt;
  return { origin, size, tiles, cosigners, root: base64(root), problems, engine, tookMs };
}

const say = (answer: AuditAnswer): void => globalThis.postMessage(answer);

globalThis.onmessage = async ({ data }: MessageEvent<AuditRequest>) => {
  try {
    say({ kind: "done", audit: await audit(data) });
  } catch (error) {
    const code = isBeaconError(error) ? error.code : null;
    say({
      kind: "failed",
      code,
      message: error instanceof Error ? error.message : "Something failed.",
    });
  }
};
