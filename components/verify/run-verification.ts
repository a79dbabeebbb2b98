import {
  asLastSeen,
  recallCheckpoint,
  rememberCheckpoint,
  type SeenCheckpoint,
} from "@/components/verify/last-seen";
import type { VerificationWorld } from "@/components/verify/verification-world";
import { type Fork, fetchProof } from "@/components/verify/watch-log";
import type { Policy } from "@/server/domain/log/policy";
import type { CheckName, VerificationReport } from "@/server/domain/verify/report";

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
  /** Two states that the log signed and that are not shown to be one history; null: no such thing. */
  readonly fork: Fork | null;
  /** The document's text, when the document matches its address and holds a chat completion. */
  readonly text: string | null;
  /** The document as JSON, when it matches its address and is JSON; else null. */
  readonly document: unknown;
  /** Key hashes, 8 hex digits, of the policy's witnesses that cosigned. */
  readonly cosignerKeys: readonly string[];
  /** Whether the entry stands for a document at all. */
  readonly hasDocument: boolean;
  readonly tookMs: number;
};

const quietly = async <T>(thing: Promise<T>): Promise<T | null> => thing.catch(() => null);

/** The bytes as JSON; null when they are something else. */
function jsonIn(block: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(block));
  } catch {
    return null;
  }
}

/** The answer in an OpenAI-compatible chat completion; null in other documents. */
function answerIn(document: unknown): string | null {
  const body = document as { choices?: { message?: { content?: unknown } }[] } | null;
  const content = body?.choices?.[0]?.message?.content;
  return typeof content === "string" ? content : null;
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
    { parseProof },
    { fromBase64, fromUtf8 },
  ] = await Promise.all([
    import("@/server/domain/verify/verify-receipt"),
    import("@/server/domain/verify/read-evidence"),
    import("@/server/domain/log/policy"),
    import("@/server/domain/log/receipt"),
    import("@/server/domain/log/proof"),
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
  const hasGap = checkpoint !== null && lastSeen !== null && lastSeen.size !== checkpoint.size;
  const asked = hasGap
    ? await quietly(
        fetchProof(world, lastSeen.size, checkpoint.size).then((hashes) => ({ hashes })),
      )
    : null;
  const consistency = asked?.hashes ?? null;
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
  const note = evidence === null ? "" : parseProof(files.receipt).checkpoint;
  remember(world, report, note, lastSeen);
  const isDocument = report.checks.some(
    ({ name, outcome }) => name === "bytes-match-cid" && outcome === "holds",
  );
  const document = isDocument && block !== null ? jsonIn(block) : null;
  return {
    report,
    lastSeen,
    fork: forkOf(report, note, lastSeen, asked?.hashes === null),
    cosignerKeys: cosignerKeysOf(policy, report),
    text: answerIn(document),
    document,
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
  note: string,
  lastSeen: SeenCheckpoint | null,
): void {
  if (report.verdict !== "sound" || report.facts === null) return;
  const isShownConsistent = report.checks.some(
    ({ name, outcome }) => name === "consistent-with-last-seen" && outcome === "holds",
  );
  if (lastSeen !== null && !isShownConsistent) return;
  const { origin, size, root } = report.facts;
  rememberCheckpoint(world.memory, { origin, size, root, at: world.now().toISOString(), note });
}

/**
 * Only what the log signed can accuse the log; anybody can write a file that it never signed.
 *
 * @param isWithheld the log said that it has no proof between the two states.
 */
function forkOf(
  { checks, facts }: VerificationReport,
  note: string,
  earlier: SeenCheckpoint | null,
  isWithheld: boolean,
): Fork | null {
  const outcomeOf = (check: CheckName) => checks.find(({ name }) => name === check)?.outcome;
  if (earlier === null || facts === null || outcomeOf("checkpoint-signature") !== "holds")
    return null;
  const isBroken = outcomeOf("consistent-with-last-seen") === "fails";
  if (!isBroken && !isWithheld) return null;
  const { size, root } = facts;
  const reason = earlier.size === size ? "root" : isWithheld ? "withheld" : "proof";
  return { reason, earlier, present: { note, size, root } };
}
