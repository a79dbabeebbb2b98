import { DraftBody, type DraftRow, MAX_DRAFTS } from "@/schemas/draft";
import type { DraftStore } from "@/server/adapters/db/draft-store";
import { instantOf } from "@/server/domain/time";

/** An account's own drafts, the one that was changed last first. */
export async function listDrafts(
  deps: { readonly drafts: Pick<DraftStore, "list"> },
  accountId: string,
): Promise<readonly DraftRow[]> {
  const drafts = await deps.drafts.list(accountId, MAX_DRAFTS);
  return drafts.map(({ id, title, body, updatedAt }) => ({
    id,
    title,
    updatedAt: instantOf(updatedAt),
    isReadable: DraftBody.safeParse(body).success,
  }));
}
