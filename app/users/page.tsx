import type { Metadata } from "next";
import { A_PERSON } from "@/components/session/role-words";
import { PageBody, PageHead } from "@/components/site/page-body";
import { ButtonLink } from "@/components/ui/button";
import { Pager } from "@/components/ui/pager";
import { UserAdmin } from "@/components/users/user-admin";
import { UserId } from "@/schemas/primitives";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "Users" };

const PAGE = 50;
const INVITATIONS = 50;

export default async function UsersPage({
  searchParams,
}: {
  searchParams: Promise<{ cursor?: string | string[] }>;
}) {
  const caller = await api();
  const [{ cursor: given }, viewer] = await Promise.all([searchParams, caller.session.viewer()]);
  if (viewer?.role !== "admin")
    return (
      <PageBody simulated={false}>
        <PageHead eyebrow="Users" title="Only admins see who has an account.">
          <p className="lede">
            {viewer === null
              ? "You are not signed in."
              : `You are signed in as ${viewer.name}, who is ${A_PERSON[viewer.role]}, not an admin.`}
          </p>
        </PageHead>
        {viewer === null && (
          <ButtonLink href="/sign-in?next=/users" tone="primary">
            Sign in
          </ButtonLink>
        )}
      </PageBody>
    );
  const cursor = UserId.safeParse(given).data ?? null;
  const [accounts, invitations] = await Promise.all([
    caller.accounts.list({ cursor, limit: PAGE }),
    caller.invitations.list({ cursor: null, limit: INVITATIONS }),
  ]);
  return (
    <PageBody simulated={false}>
      <PageHead eyebrow="Users" title="Who has an account here.">
        <p className="lede">
          Readers, attesters and admins. What they may do is the same on this page, in the API and
          on the command line.
        </p>
      </PageHead>
      <UserAdmin
        accounts={accounts.items}
        invitations={invitations.items}
        hasMoreInvitations={invitations.nextCursor !== null}
      />
      <Pager
        path="/users"
        cursor={cursor}
        nextCursor={accounts.nextCursor}
        newer="First accounts"
        older="More accounts"
      />
    </PageBody>
  );
}
