import { BeaconError } from "@/server/domain/errors";
import { verifyNote } from "@/server/domain/log/note";
import type { Policy } from "@/server/domain/log/policy";
import type { Ed25519Verifier } from "@/server/domain/signature";
import type { Evidence } from "@/server/domain/verify/read-evidence";
import { type Finding, fails, holds } from "@/server/domain/verify/report";

/** `checkpoint-signature`: did a log of the policy, of that name, sign the checkpoint? */
export async function checkCheckpoint(
  { note, checkpoint }: Evidence,
  policy: Policy,
  verifier: Ed25519Verifier,
): Promise<Finding> {
  const keys = policy.logs.map(({ key }) => key).filter(({ name }) => name === checkpoint.origin);
  if (keys.length === 0)
    return fails(`The policy does not know the log ${checkpoint.origin}.`, "NOTE_KEY_UNKNOWN");
  try {
    await verifyNote(note, keys, verifier);
    return holds(`The log ${checkpoint.origin} signed its state at ${checkpoint.size} entries.`);
  } catch (error) {
    if (error instanceof BeaconError)
      return fails("The log's signature under its state is wrong or missing.", error.code);
    throw error;
  }
}
