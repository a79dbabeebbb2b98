import type { WithDeadline } from "@/server/adapters/clock/deadline";
import type { EventBus } from "@/server/adapters/db/event-bus";
import type { LogStore } from "@/server/adapters/db/log-store";
import type {
  NewWitnessOutcome,
  WitnessOutcome,
  WitnessStore,
} from "@/server/adapters/db/witness-store";
import type { Signer } from "@/server/adapters/keys/key-store";
import type { ReadTile, Tree } from "@/server/adapters/tree/tree";
import type { Witness } from "@/server/adapters/witness/witness";
import { equalBytes } from "@/server/domain/bytes";
import { BeaconError, type ErrorCode, isBeaconError } from "@/server/domain/errors";
import { formatCheckpoint } from "@/server/domain/log/checkpoint";
import { signNote } from "@/server/domain/log/note";
import { type OwnLines, ownLinesOf } from "@/server/domain/log/own-lines";
import { meetsQuorum, type Policy } from "@/server/domain/log/policy";
import { recheckLeaves } from "@/server/domain/log/recheck-leaves";
import { ed25519Verifier } from "@/server/domain/signature";

export type PublishCheckpointDeps = {
  readonly log: Pick<LogStore, "state" | "tileReader" | "leafBytes" | "publish">;
  readonly tree: Pick<Tree, "rootOf" | "proveConsistency" | "hashLeaf">;
  readonly witnesses: readonly Pick<Witness, "name" | "keys" | "addCheckpoint">[];
  readonly witnessStore: Pick<WitnessStore, "all" | "record">;
  readonly policy: Policy;
  readonly origin: string;
  readonly logKey: Signer;
  readonly bus: Pick<EventBus, "announce">;
  readonly withDeadline: WithDeadline;
  readonly now: () => Date;
};

/** What no other witness can make good. */
const FINAL: ReadonlySet<ErrorCode> = new Set(["LOG_ROLLED_BACK", "LOG_FORKED", "LOG_WRITER_BUSY"]);

/** How often a witness may name another size before it counts as unavailable. */
const MAX_STALE_ANSWERS = 2;

/** For all witnesses together, who are asked side by side: two answers of a slow one. */
const ASK_LIMIT_MS = 6_000;

/**
 * So long the others are waited for once the policy is met, so that lines which are on their way come
 * along: more cosigners convince more readers. Witnesses nearby answer within 10 ms and cost no
 * waiting; one that is slow costs this much of the 250 ms that a receipt may take.
 */
const GRACE_MS = 100;

type AskedWitness = PublishCheckpointDeps["witnesses"][number];

/** What came of asking one witness. */
type Reply =
  | (OwnLines & {
      readonly kind: "cosigned";
      readonly witness: AskedWitness;
      /** The smallest size that it said to hold; null when it was asked from the size that it holds. */
      readonly heldSize: number | null;
    })
  | { readonly kind: "failed"; readonly witness: AskedWitness; readonly error: BeaconError }
  /** Nothing that a witness may do: whoever called must hear of it. */
  | { readonly kind: "broken"; readonly error: unknown };

type Signed = {
  /** The checkpoint as the log signed it. */
  readonly note: string;
  readonly size: number;
  readonly publishedSize: number;
  readonly readTile: ReadTile;
};

/**
 * Publishes the log's present size: hashes the new entries' stored bytes again, signs a checkpoint
 * over the tiles as they are stored, asks all witnesses side by side for their cosignatures, and
 * publishes it only when they meet the policy.
 *
 * Sign, cosign, publish: a crash between any two steps leaves a checkpoint that nobody has seen or
 * that a witness has seen, both of which the next call extends. Nothing is ever signed that does
 * not extend what a witness holds. What came of each witness is kept, whatever comes of the checkpoint.
 *
 * @returns the published size; null when nothing new is sequenced.
 * @throws BeaconError TILE_INCONSISTENT when the stored tiles do not have the stored root,
 *   LOG_ENTRY_CORRUPT when an entry is not the leaf that it became, LOG_ROLLED_BACK when a witness has
 *   seen a larger log than this one, LOG_FORKED when a witness holds another tree of this size,
 *   LOG_WRITER_BUSY when another writer has just made this one larger, QUORUM_NOT_MET.
 */
export async function publishCheckpoint(deps: PublishCheckpointDeps): Promise<number | null> {
  const { size, root, publishedSize } = await deps.log.state();
  if (size === publishedSize) return null;
  const readTile = deps.log.tileReader(size);
  if (!equalBytes(await deps.tree.rootOf(size, readTile), root))
    throw new BeaconError(
      "TILE_INCONSISTENT",
      `the stored tiles do not lead to the root of size ${size}`,
    );
  const { leafBytes } = deps.log;
  await recheckLeaves({ leafBytes, readTile, hashLeaf: deps.tree.hashLeaf }, publishedSize, size);
  const { publicKey, sign } = deps.logKey;
  const text = formatCheckpoint({ origin: deps.origin, size: BigInt(size), root });
  const signed = signNote(text, { name: deps.origin, publicKey, sign });

  const before = await deps.witnessStore.all();
  const replies = await askAll(deps, before, { note: signed, size, publishedSize, readTile });
  const outcomes = outcomesOf(deps, before, replies, size);
  await deps.witnessStore.record(outcomes);
  const final = replies.map(finalError).find((error) => error !== null);
  if (final !== undefined) throw final;
  if (!meetsQuorum(deps.policy, cosignedNames(deps.policy, replies))) {
    if (hasNews(before, outcomes))
      await deps.bus.announce({ kind: "log.published", size: publishedSize });
    const reasons = outcomes.flatMap(({ name, message }) =>
      message === null ? [] : `${name}: ${message}`,
    );
    throw new BeaconError(
      "QUORUM_NOT_MET",
      `too few witnesses cosigned size ${size}: ${reasons.join("; ")}`,
    );
  }
  const lines = replies.map((reply) => (reply.kind === "cosigned" ? reply.lines : ""));
  const note = signed + lines.join("");
  const isPublished = await deps.log.publish({ size, root, note, publishedAt: deps.now() });
  if (isPublished) await deps.bus.announce({ kind: "log.published", size });
  return size;
}

/**
 * Asks all witnesses at once. Answers as soon as all have replied, or the policy is met and the grace
 * has passed, or something final was said, or the time is up; who has not replied by then is not
 * waited for any more.
 */
function askAll(
  deps: PublishCheckpointDeps,
  before: readonly WitnessOutcome[],
  signed: Signed,
): Promise<readonly Reply[]> {
  const enough = new AbortController();
  return deps.withDeadline(ASK_LIMIT_MS, [enough.signal], async (signal) => {
    const proveFrom = onceEach((oldSize: number) =>
      deps.tree.proveConsistency(oldSize, signed.size, signed.readTile),
    );
    const replies: Reply[] = [];
    let grace: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve(), { once: true }),
    );
    const asking = deps.witnesses.map(async (witness) => {
      const from = startOf(before, witness, signed);
      const reply = await replyOf(deps, witness, from, { signed, proveFrom, signal });
      replies.push(reply);
      if (finalError(reply) !== null) enough.abort();
      else if (meetsQuorum(deps.policy, cosignedNames(deps.policy, replies)))
        grace ??= setTimeout(() => enough.abort(), GRACE_MS);
    });
    await Promise.race([Promise.all(asking), over]);
    clearTimeout(grace);
    enough.abort();
    return [...replies];
  });
}

/** `make`, called once for each argument. */
function onceEach<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}

/** The size to start from: what the witness last cosigned, as far as is known. */
function startOf(
  before: readonly WitnessOutcome[],
  { name }: AskedWitness,
  { size, publishedSize }: Signed,
): number {
  const last = before.find((outcome) => outcome.name === name)?.size ?? publishedSize;
  return last <= size ? last : publishedSize;
}

type Asking = {
  readonly signed: Signed;
  readonly proveFrom: (oldSize: number) => Promise<readonly Uint8Array[]>;
  readonly signal: AbortSignal;
};

/** Asks one witness, going on from the size that it says to know. Never rejects. */
async function replyOf(
  deps: PublishCheckpointDeps,
  witness: AskedWitness,
  startSize: number,
  { signed, proveFrom, signal }: Asking,
): Promise<Reply> {
  let oldSize = startSize;
  let heldSize: number | null = null;
  try {
    for (let attempt = 0; attempt <= MAX_STALE_ANSWERS; attempt++) {
      const proof = await proveFrom(oldSize);
      const request = { oldSize: BigInt(oldSize), proof, checkpoint: signed.note };
      const answer = await witness.addCheckpoint(request, signal);
      if (answer.kind === "cosigned") {
        const checked = await checkedLines(witness, signed.note, answer.lines);
        return { kind: "cosigned", witness, heldSize, ...checked };
      }
      if (answer.size > BigInt(signed.size))
        throw await largerThanOurs(deps, witness, answer.size, signed.size);
      oldSize = Number(answer.size);
      heldSize = Math.min(heldSize ?? oldSize, oldSize);
    }
    const message = `witness ${witness.name} keeps changing its size`;
    throw new BeaconError("WITNESS_UNAVAILABLE", message);
  } catch (error) {
    if (!isBeaconError(error)) return { kind: "broken", error };
    return { kind: "failed", witness, error };
  }
}

/** A witness knows more than was just signed: another writer was faster, or this log lost what it had. */
async function largerThanOurs(
  deps: Pick<PublishCheckpointDeps, "log">,
  { name }: AskedWitness,
  witnessSize: bigint,
  size: number,
): Promise<BeaconError> {
  if (BigInt((await deps.log.state()).size) >= witnessSize)
    return new BeaconError("LOG_WRITER_BUSY", `another writer has published size ${witnessSize}`);
  return new BeaconError(
    "LOG_ROLLED_BACK",
    `witness ${name} has cosigned ${witnessSize} entries and this log has ${size}: it was restored from an old copy and must not sign`,
    { details: { witnessSize: String(witnessSize), size } },
  );
}

/**
 * What a witness answers is believed only as far as a reader of the policy would believe it.
 *
 * @throws BeaconError WITNESS_REFUSED when no line verifies.
 */
async function checkedLines(
  { name, keys }: AskedWitness,
  signed: string,
  lines: string,
): Promise<OwnLines> {
  const own = await ownLinesOf(signed, lines, keys, await ed25519Verifier()).catch(() => null);
  if (own !== null && own.lines !== "") return own;
  throw new BeaconError("WITNESS_REFUSED", `${name} answered with no cosignature of its own`);
}

function finalError(reply: Reply): unknown {
  if (reply.kind === "broken") return reply.error;
  return reply.kind === "failed" && FINAL.has(reply.error.code) ? reply.error : null;
}

/** The policy's names of the witnesses whose lines were verified. */
const cosignedNames = (policy: Policy, replies: readonly Reply[]): ReadonlySet<string> =>
  new Set(
    replies
      .flatMap((reply) => (reply.kind === "cosigned" ? reply.keys : []))
      .flatMap(({ name, id }) =>
        policy.witnesses
          .filter(({ key }) => key.name === name && key.id === id)
          .map((witness) => witness.name),
      ),
  );

/** One row a witness: who cosigned, or why not. Who did not reply in time did not cosign in time. */
function outcomesOf(
  { witnesses, now }: Pick<PublishCheckpointDeps, "witnesses" | "now">,
  before: readonly WitnessOutcome[],
  replies: readonly Reply[],
  size: number,
): readonly NewWitnessOutcome[] {
  const at = now();
  return witnesses.map((witness) => {
    const { name } = witness;
    const reply = replies.find((each) => each.kind !== "broken" && each.witness === witness);
    if (reply?.kind === "cosigned") {
      const last = before.find((outcome) => outcome.name === name)?.size ?? 0;
      const hasForgotten = reply.heldSize !== null && reply.heldSize < last;
      const message = hasForgotten
        ? `it had cosigned ${last} entries and remembered only ${reply.heldSize}`
        : null;
      return { name, code: null, message, at, size };
    }
    const { code, message } =
      reply?.kind === "failed"
        ? reply.error
        : new BeaconError("WITNESS_UNAVAILABLE", `${name} did not answer while it was waited for`);
    return { name, code, message, at, size: null };
  });
}

/** Whether some witness answers otherwise than it did before. */
const hasNews = (
  before: readonly WitnessOutcome[],
  outcomes: readonly NewWitnessOutcome[],
): boolean =>
  outcomes.some(({ name, code }) => before.find((outcome) => outcome.name === name)?.code !== code);
