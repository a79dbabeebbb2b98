import { recallCheckpoint, type SeenCheckpoint } from "@/components/verify/last-seen";
import type { VerificationWorld } from "@/components/verify/verification-world";

/** Two signed states of one log that are not shown to belong to one history. */
export type Fork = {
  /** `root`: one size, two roots. `proof`: the proof does not hold. `withheld`: the log has none to give. */
  readonly reason: "root" | "proof" | "withheld";
  /** What this browser believed before. */
  readonly earlier: SeenCheckpoint;
  /** What the log says now. `root` is base64. */
  readonly present: { readonly note: string; readonly size: bigint; readonly root: string };
};

/** What came of it. `unknown`: the log's signature, or a proof, could not be had or read. */
export type Watched =
  | { readonly kind: "nothing-seen-before" | "consistent" | "unknown" }
  | { readonly kind: "forked"; readonly fork: Fork };

/** The hashes between two states, from the smaller to the larger; null: the log has none to give. */
export async function fetchProof(
  world: Pick<VerificationWorld, "fetchConsistency">,
  a: bigint,
  b: bigint,
): Promise<readonly string[] | null> {
  const [from, to] = a < b ? [a, b] : [b, a];
  // The portal counts its entries in numbers; what lies beyond them it never had.
  if (to > BigInt(Number.MAX_SAFE_INTEGER)) return null;
  return world.fetchConsistency(Number(from), Number(to));
}

/**
 * Holds the log's present note against the state that this browser saw before. Only what the log
 * signed can accuse the log: a note without its signature is `unknown`, however it looks.
 *
 * @throws what fetching throws, and BeaconError of a policy or a note that cannot be read.
 */
export async function watchLog(world: VerificationWorld, note: string): Promise<Watched> {
  const [{ parsePolicy }, { parseNote, verifyNote }, { parseCheckpoint }] = await Promise.all([
    import("@/server/domain/log/policy"),
    import("@/server/domain/log/note"),
    import("@/server/domain/log/checkpoint"),
  ]);
  const signed = parseNote(note);
  const checkpoint = parseCheckpoint(signed.text);
  const earlier = recallCheckpoint(world.memory, checkpoint.origin);
  if (earlier === null) return { kind: "nothing-seen-before" };

  const [{ base64, fromBase64, fromUtf8 }, { ed25519Verifier }, { verifyConsistency }] =
    await Promise.all([
      import("@/server/domain/bytes"),
      import("@/server/domain/signature"),
      import("@/server/domain/log/merkle"),
    ]);
  const policy = parsePolicy(fromUtf8(await world.fetchBytes("/tlog/policy")) ?? "");
  const keys = policy.logs.map(({ key }) => key).filter(({ name }) => name === checkpoint.origin);
  await verifyNote(signed, keys, await ed25519Verifier());

  const present = { note, size: checkpoint.size, root: base64(checkpoint.root) };
  const forked = (reason: Fork["reason"]): Watched => ({
    kind: "forked",
    fork: { reason, earlier, present },
  });
  if (earlier.size === checkpoint.size)
    return earlier.root === present.root ? { kind: "consistent" } : forked("root");
  const proof = await fetchProof(world, earlier.size, checkpoint.size);
  if (proof === null) return forked("withheld");
  const seen = { size: earlier.size, root: fromBase64(earlier.root) ?? new Uint8Array() };
  const [older, newer] = seen.size < checkpoint.size ? [seen, checkpoint] : [checkpoint, seen];
  try {
    verifyConsistency({
      oldSize: older.size,
      newSize: newer.size,
      oldRoot: older.root,
      newRoot: newer.root,
      proof: proof.map((hash) => fromBase64(hash) ?? new Uint8Array()),
    });
    return { kind: "consistent" };
  } catch {
    return forked("proof");
  }
}
