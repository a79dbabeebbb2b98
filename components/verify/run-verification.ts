import {
  asLastSeen,
  type Memory,
  recallCheckpoint,
  rememberCheckpoint,
  type SeenCheckpoint,
} from "@/components/verify/last-seen";
import type { Policy } from "@/server/domain/log/policy";
import type { VerificationReport } from "@/server/domain/verify/report";

/** The world as a verification sees it: what can be fetched, what this browser remembers, what time it is. */
export type VerificationWorld = {
  /** The bytes at a path of this portal. @throws when they cannot be had. */
  readonly fetchBytes: (path: string) => Promise<Uint8Array>;
  /** Hashes, base64, between two sizes of the log. @throws when they cannot be had. */
  readonly fetchConsistency: (from: number, to: number) => Promise<readonly string[]>;
  readonly memory: Memory;
  readonly now: () => Date;
};

/** Files that a reader brings along; what is null is asked of the portal. */
export type BroughtFiles = {
  readonly receipt: Uint8Array;
  readonly block: Uint8Array | null;
  readonly policy: string | null;
};

/** What came of it. `report.facts` is as good as the checks are. */
export type Verification = {
  readonly report: VerificationReport;
  /** What this browser had seen before; null: nothing of this log. */
  readonly lastSeen: SeenCheckpoint | null;
  /** The document's text, when the document matches its address and holds a chat completion. */
  readonly text: string | null;
  /** Key hashes, 8 hex digits, of the policy's witnesses that cosigned. */
  readonly cosignerKeys: readonly string[];
  /** Whether the entry stands for a document at all. */
  readonly hasDocument: boolean;
  readonly tookMs: number;
};

const quietly = async <T>(thing: Promise<T>): Promise<T | null> => thing.catch(() => null);

/** The answer in an OpenAI-compatible chat completion; null when the bytes are something else. */
function answerIn(block: Uint8Array | null): string | null {
  if (block === null) return null;
  try {
    const body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(block)) as {
      choices?: { message?: { content?: unknown } }[];
    } | null;
    const content = body?.choices?.[0]?.message?.content;
    return typeof content === "string" ? content : null;
  } catch {
    return null;
  }
}

/**
 * Makes every check on one receipt here, and remembers the log's state when all is sound. The
 * verifier comes as a chunk of its own, only now.
 *
 * @throws what fetching throws, and BeaconError POLICY_MALFORMED. A bad receipt is not thrown, it is a report.
 */
export async function runVerification(
  world: VerificationWorld,
  files: BroughtFiles,
): Promise<Verification> {
  const [
    { verifyReceipt },
    { readEvidence },
    { parsePolicy },
    { cidOfEntry },
    { fromBase64, fromUtf8 },
  ] = await Promise.all([
    import("@/server/domain/verify/verify-receipt"),
    import("@/server/domain/verify/read-evidence"),
    import("@/server/domain/log/policy"),
    import("@/server/domain/log/receipt"),
    import("@/server/domain/bytes"),
  ]);
  const policyText = files.policy ?? fromUtf8(await world.fetchBytes("/tlog/policy"));
  const policy = parsePolicy(policyText ?? "");
  const evidence = readOrNull(() => readEvidence(files.receipt));
  const cid = evidence === null ? null : cidOfEntry(evidence.entry);
  const block =
    files.block ??
    (cid === null ? null : await quietly(world.fetchBytes(`/ipfs/${cid}?format=raw`)));
  const checkpoint = evidence?.checkpoint ?? null;
  const lastSeen = checkpoint === null ? null : recallCheckpoint(world.memory, checkpoint.origin);
  const consistency =
    checkpoint === null || lastSeen === null || lastSeen.size === checkpoint.size
      ? null
      : await quietly(
          world.fetchConsistency(
            Math.min(lastSeen.size, checkpoint.size),
            Math.max(lastSeen.size, checkpoint.size),
          ),
        );
  const startedAt = performance.now();
  const report = await verifyReceipt({
    receipt: files.receipt,
    block,
    policy,
    lastSeen: lastSeen === null ? null : asLastSeen(lastSeen, fromBase64),
    consistency:
      consistency === null ? null : consistency.map((hash) => fromBase64(hash) ?? new Uint8Array()),
  });
  const tookMs = performance.now() - startedAt;
  remember(world, report, lastSeen);
  const isDocument = report.checks.some(
    ({ name, outcome }) => name === "bytes-match-cid" && outcome === "holds",
  );
  return {
    report,
    lastSeen,
    cosignerKeys: cosignerKeysOf(policy, report),
    text: isDocument ? answerIn(block) : null,
    hasDocument: cid !== null,
    tookMs,
  };
}

function cosignerKeysOf({ witnesses }: Policy, { facts }: VerificationReport): readonly string[] {
  const names = new Set(facts?.cosigned.by.map(({ name }) => name));
  return witnesses.flatMap(({ key }) =>
    names.has(key.name) ? [key.id.toString(16).padStart(8, "0")] : [],
  );
}

function readOrNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** Only a sound report counts as seen, and only one that is shown to belong to the history seen before. */
function remember(
  world: VerificationWorld,
  report: VerificationReport,
  lastSeen: SeenCheckpoint | null,
): void {
  if (report.verdict !== "sound" || report.facts === null) return;
  const isShownConsistent = report.checks.some(
    ({ name, outcome }) => name === "consistent-with-last-seen" && outcome === "holds",
  );
  if (lastSeen !== null && !isShownConsistent) return;
  const { origin, size, root } = report.facts;
  rememberCheckpoint(world.memory, { origin, size, root, at: world.now().toISOString() });
}
