import { DraftBody, type DraftId, type DraftView } from "@/schemas/draft";
import type { DraftStore } from "@/server/adapters/db/draft-store";
import { BeaconError } from "@/server/domain/errors";
import { instantOf } from "@/server/domain/time";

/**
 * One of an account's own drafts. One that another version of the form saved is shown as it was stored.
 *
 * @throws BeaconError DRAFT_NOT_FOUND, also when it is somebody else's.
 */
export async function showDraft(
  deps: { readonly drafts: Pick<DraftStore, "byId"> },
  accountId: string,
  id: DraftId,
): Promise<DraftView> {
  const draft = await deps.drafts.byId({ id, accountId });
  if (draft === null)
    throw new BeaconError(
      "DRAFT_NOT_FOUND",
      "There is no such draft; it was deleted or announced.",
    );
  const { title, version, updatedAt } = draft;
  const body = DraftBody.safeParse(draft.body);
  return {
    id,
    title,
    version,
    updatedAt: instantOf(updatedAt),
    body: body.success ? body.data : null,
    stored: body.success ? null : draft.body,
  };
}
