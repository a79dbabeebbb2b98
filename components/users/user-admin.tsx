"use client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { createApiClient } from "@/components/trpc-client";
import { TrpcProvider } from "@/components/trpc-provider";
import { Button } from "@/components/ui/button";
import { AccountList } from "@/components/users/account-list";
import { type AccountActs, AccountTools } from "@/components/users/account-tools";
import { InvitationList } from "@/components/users/invitation-list";
import { type Invite, InviteForm } from "@/components/users/invite-form";
import type { AccountView, InvitationView } from "@/schemas/account";
import type { InvitationId } from "@/schemas/primitives";

type Shown = {
  readonly accounts: readonly AccountView[];
  readonly invitations: readonly InvitationView[];
  readonly hasMoreInvitations: boolean;
};

/** All that an admin does with people, each in one call. @throws what the server refuses with. */
export type UserActs = AccountActs & {
  readonly invite: Invite;
  readonly withdraw: (id: InvitationId) => Promise<unknown>;
};

/** Accounts and invitations with all that an admin can do with them. */
export function UserAdminParts({
  accounts,
  invitations,
  hasMoreInvitations,
  acts,
}: Shown & { acts: UserActs }) {
  const [isInviting, setInviting] = useState(false);
  return (
    <div className="grid gap-6 *:min-w-0">
      {isInviting ? (
        <InviteForm invite={acts.invite} onDone={() => setInviting(false)} />
      ) : (
        <div>
          <Button tone="primary" onClick={() => setInviting(true)}>
            Invite somebody
          </Button>
        </div>
      )}
      <AccountList
        accounts={accounts}
        tools={(account) => <AccountTools account={account} acts={acts} />}
      />
      <InvitationList
        invitations={invitations}
        hasMore={hasMoreInvitations}
        withdraw={acts.withdraw}
      />
    </div>
  );
}

function Connected(shown: Shown) {
  const router = useRouter();
  const [client] = useState(createApiClient);
  const thenShow = async <T,>(done: Promise<T>): Promise<T> => {
    const answer = await done;
    router.refresh();
    return answer;
  };
  const { accounts, invitations } = client;
  const acts: UserActs = {
    setRole: (id, role) => thenShow(accounts.setRole.mutate({ id, role })),
    setOrganisation: (id, organisation) =>
      thenShow(accounts.setOrganisation.mutate({ id, organisation })),
    disable: (id) => thenShow(accounts.disable.mutate({ id })),
    enable: (id) => thenShow(accounts.enable.mutate({ id })),
    endSessions: (id) => thenShow(accounts.endSessions.mutate({ id })),
    invite: (invitation) => thenShow(invitations.create.mutate(invitation)),
    withdraw: (id) => thenShow(invitations.withdraw.mutate({ id })),
  };
  return <UserAdminParts {...shown} acts={acts} />;
}

/** People for an admin, connected to the portal. */
export function UserAdmin(shown: Shown) {
  return (
    <TrpcProvider>
      <Connected {...shown} />
    </TrpcProvider>
  );
}
