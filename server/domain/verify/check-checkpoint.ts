import { verifyNote } from "@/server/domain/log/note";
import type { Policy } from "@/server/domain/log/policy";
import type { Ed25519Verifier } from "@/server/domain/signature";
import { verifierKeysOf } from "@/server/domain/verify/envelope";
import { findingOf } from "@/server/domain/verify/finding-of";
import type { Evidence } from "@/server/domain/verify/read-evidence";
import { type Decided, fails } from "@/server/domain/verify/report";

/** `checkpoint-signature`: did a log of the policy, of that name, sign the checkpoint? */
export async function checkCheckpoint(
  { note, checkpoint: { origin, size } }: Evidence,
  policy: Policy,
  verifier: Ed25519Verifier,
): Promise<Decided> {
  const keys = verifierKeysOf(policy, origin);
  if (keys.length === 0)
    return fails(`The policy does not know the log ${origin}.`, "NOTE_KEY_UNKNOWN");
  return findingOf(
    () => verifyNote(note, keys, verifier),
    `The log ${origin} signed its state at ${size} entries.`,
    "The log's signature under its state is wrong or missing.",
  );
}
