import { equalBytes } from "@/server/domain/bytes";
import { isBeaconError } from "@/server/domain/errors";
import { formatCheckpoint } from "@/server/domain/log/checkpoint";
import { cosignersOf } from "@/server/domain/log/cosignature";
import { parseNote, verifyNote } from "@/server/domain/log/note";
import { meetsQuorum, type Policy } from "@/server/domain/log/policy";
import type { Ed25519Verifier } from "@/server/domain/signature";

/** A published checkpoint as it is stored, nothing of it believed. */
type Row = { readonly size: bigint; readonly root: Uint8Array; readonly note: string };

/**
 * Holds a stored checkpoint against the tree: its root, its text, the log's signature and those of
 * the witnesses that the policy knows.
 *
 * @param root the root of the tree of `row.size` leaves.
 * @returns `problem` in plain words, null when there is none; whether the cosignatures meet the
 *   policy, which may have been another when it was published.
 */
export async function checkpointProblem(
  row: Row,
  root: Uint8Array,
  log: { readonly origin: string; readonly policy: Policy; readonly verifier: Ed25519Verifier },
): Promise<{ readonly problem: string | null; readonly meetsPolicy: boolean }> {
  const { origin, policy, verifier } = log;
  const damaged = (problem: string) => ({ problem, meetsPolicy: false });
  if (!equalBytes(row.root, root))
    return damaged("its root is not the one that the entries lead to");
  try {
    const note = parseNote(row.note);
    if (note.text !== formatCheckpoint({ origin, size: row.size, root }))
      return damaged("its text is not that of the tree of its size");
    const keys = policy.logs.map(({ key }) => key).filter(({ name }) => name === origin);
    await verifyNote(note, keys, verifier);
    const cosigners = await cosignersOf(note, policy.witnesses, verifier);
    const names = new Set(cosigners.map(({ witness }) => witness.name));
    return { problem: null, meetsPolicy: meetsQuorum(policy, names) };
  } catch (error) {
    if (!isBeaconError(error)) throw error;
    return damaged(`${error.code}: ${error.message}`);
  }
}
