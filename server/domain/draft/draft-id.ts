import type { DraftId } from "@/schemas/draft";
import { base32 } from "@/server/domain/bytes";
import { canonicalBytes } from "@/server/domain/digest";
import { sha256 } from "@/server/domain/sha256";

/** Saved twice, it is one draft: its id follows from whose it is and from the key that its job is announced with. */
export const draftIdOf = (accountId: string, submissionKey: string): DraftId =>
  `drf-${base32(sha256(canonicalBytes({ account: accountId, draft: submissionKey })).slice(0, 16))}` as DraftId;
