import type { InvitationView } from "@/schemas/account";
import type { InvitationId } from "@/schemas/primitives";
import type { Page } from "@/schemas/snapshot";
import type { InvitationStore } from "@/server/adapters/db/invitation-store";
import { invitationState } from "@/server/domain/account/state";
import { instantOf } from "@/server/domain/time";

export type ShowInvitationsDeps = {
  readonly invitations: Pick<InvitationStore, "list">;
  readonly now: () => Date;
};

/** Invitations, newest first. The cursor is the last one that was shown. */
export async function showInvitations(
  deps: ShowInvitationsDeps,
  { cursor, limit }: { readonly cursor: InvitationId | null; readonly limit: number },
): Promise<Page<InvitationView>> {
  const rows = await deps.invitations.list({ cursor, limit: limit + 1 });
  const items = rows
    .slice(0, limit)
    .map(({ id, email, name, role, organisation, createdAt, expiresAt, ...moments }) => ({
      id,
      email,
      name,
      role,
      organisation,
      state: invitationState({ ...moments, expiresAt }, deps.now()),
      createdAt: instantOf(createdAt),
      expiresAt: instantOf(expiresAt),
    }));
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
