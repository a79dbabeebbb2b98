import { z } from "zod";
import { DraftBody, DraftId, MAX_DRAFT_TITLE } from "@/schemas/draft";
import { adminProcedure, router } from "@/server/api/trpc";
import { listDrafts } from "@/server/services/list-drafts";
import { removeDraft } from "@/server/services/remove-draft";
import { saveDraft } from "@/server/services/save-draft";
import { showDraft } from "@/server/services/show-draft";

const One = z.strictObject({ id: DraftId });

/** Jobs that are being composed. Everyone sees and changes their own alone. */
export const draftsRouter = router({
  list: adminProcedure.query(({ ctx }) => listDrafts(ctx, ctx.actor.id)),

  byId: adminProcedure.input(One).query(({ ctx, input }) => showDraft(ctx, ctx.actor.id, input.id)),

  /** Keeps a draft on top of the version that was changed. A new one has no id yet. */
  save: adminProcedure
    .input(
      z.strictObject({
        id: DraftId.nullable(),
        title: z.string().max(MAX_DRAFT_TITLE),
        body: DraftBody,
        version: z.int().min(0),
      }),
    )
    .mutation(({ ctx, input }) => saveDraft(ctx, ctx.actor.id, input)),

  remove: adminProcedure
    .input(One)
    .mutation(({ ctx, input }) => removeDraft(ctx, ctx.actor.id, input.id)),
});
