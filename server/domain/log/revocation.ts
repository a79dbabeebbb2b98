import type { RevocationEntry } from "@/schemas/log-entry";
import type { KeyId } from "@/schemas/primitives";
import { instantOf } from "@/server/domain/time";

/** Why a key was taken back, and what signs in its place. */
export type Revoking = {
  readonly key: KeyId;
  readonly reason: RevocationEntry["reason"];
  readonly replacedBy: KeyId | null;
  readonly at: Date;
};

/** The entry that takes a key back, by where the log registered it. */
export const revocationEntry = (
  { key, reason, replacedBy, at }: Revoking,
  registration: number,
): RevocationEntry => ({
  v: 1,
  type: "beacon.revocation/v1",
  at: instantOf(at),
  key,
  registration,
  reason,
  replaced_by: replacedBy,
});
