import {
  type DraftBody,
  type DraftId,
  MAX_DRAFT_BYTES,
  MAX_DRAFTS,
  type SavedDraft,
} from "@/schemas/draft";
import type { DraftStore } from "@/server/adapters/db/draft-store";
import { utf8 } from "@/server/domain/bytes";
import { draftIdOf } from "@/server/domain/draft/draft-id";
import { BeaconError } from "@/server/domain/errors";
import { instantOf } from "@/server/domain/time";

export type SaveDraftDeps = {
  readonly drafts: Pick<DraftStore, "byId" | "count" | "create" | "replace">;
  readonly now: () => Date;
};

type SaveDraftInput = {
  /** Null: it was never saved. */
  readonly id: DraftId | null;
  readonly title: string;
  readonly body: DraftBody;
  /** The version that was changed; of no account while `id` is null. */
  readonly version: number;
};

/**
 * Keeps what an admin is composing. A change is kept only on top of the version that it was made from.
 *
 * Safe to repeat: a new draft's id follows from its account and its submission key, so that one whose answer was
 * lost is not laid down twice; it is then at version 1 still, or somebody else went on with it.
 *
 * @throws BeaconError DRAFT_CONFLICT another tab saved it, DRAFT_NOT_FOUND it was deleted or announced,
 *   DRAFT_TOO_LARGE, DRAFT_TOO_MANY, ACCOUNT_NOT_FOUND the operator's token has no account.
 */
export async function saveDraft(
  deps: SaveDraftDeps,
  accountId: string,
  input: SaveDraftInput,
): Promise<SavedDraft> {
  const { title, body } = input;
  const sizeBytes = utf8(JSON.stringify(body)).length;
  if (sizeBytes > MAX_DRAFT_BYTES)
    throw new BeaconError(
      "DRAFT_TOO_LARGE",
      `This draft has ${sizeBytes} bytes; the portal keeps drafts of at most ${MAX_DRAFT_BYTES}.`,
    );
  const at = deps.now();
  const saved = (id: DraftId, version: number): SavedDraft => ({
    id,
    version,
    updatedAt: instantOf(at),
  });
  if (input.id === null) {
    const id = draftIdOf(accountId, body.submissionKey);
    const draft = { id, accountId, title, body, at };
    await refuseTooMany(deps, draft);
    const made = await deps.drafts.create(draft);
    if (made === "created") return saved(id, 1);
    if (made === "no-account")
      throw new BeaconError(
        "ACCOUNT_NOT_FOUND",
        "Drafts belong to an account; sign in as a person to keep one.",
      );
  }
  const id = input.id ?? draftIdOf(accountId, body.submissionKey);
  const version = input.id === null ? 1 : input.version;
  const draft = { id, accountId, title, body, at, version };
  if (await deps.drafts.replace(draft)) return saved(id, version + 1);
  throw (await deps.drafts.byId(draft)) === null
    ? new BeaconError("DRAFT_NOT_FOUND", "This draft was deleted or announced.")
    : new BeaconError("DRAFT_CONFLICT", "Somewhere else this draft was saved in the meantime.");
}

async function refuseTooMany(
  { drafts }: SaveDraftDeps,
  draft: { readonly id: DraftId; readonly accountId: string },
): Promise<void> {
  if ((await drafts.count(draft.accountId)) < MAX_DRAFTS) return;
  if ((await drafts.byId(draft)) !== null) return;
  throw new BeaconError(
    "DRAFT_TOO_MANY",
    `The portal keeps at most ${MAX_DRAFTS} drafts of an account; delete one first.`,
  );
}
