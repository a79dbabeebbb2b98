import type { AttesterKeyView } from "@/schemas/attestation-view";
import type { KeyId } from "@/schemas/primitives";
import { instantOf } from "@/server/domain/time";

/** A key as it is stored. */
type StoredKey = {
  readonly key: KeyId;
  readonly label: string;
  readonly organisation: string;
  readonly createdAt: Date;
  /** Where the log registered it, published or not. */
  readonly registrationIndex: number | null;
  readonly revokedAt: Date | null;
};

/** A key as its owner sees it, when so many entries of the log are published. */
export const keyView = (
  { key, label, organisation, createdAt, registrationIndex, revokedAt }: StoredKey,
  publishedSize: number,
): AttesterKeyView => ({
  key,
  label,
  organisation,
  createdAt: instantOf(createdAt),
  registrationIndex:
    registrationIndex !== null && registrationIndex < publishedSize ? registrationIndex : null,
  revokedAt: revokedAt === null ? null : instantOf(revokedAt),
});
