import type { DraftId } from "@/schemas/draft";
import type { DraftStore } from "@/server/adapters/db/draft-store";

/** Deletes one of an account's own drafts. Safe to repeat: what is not there is gone. */
export async function removeDraft(
  deps: { readonly drafts: Pick<DraftStore, "remove"> },
  accountId: string,
  id: DraftId,
): Promise<{ readonly wasThere: boolean }> {
  return { wasThere: await deps.drafts.remove({ id, accountId }) };
}
