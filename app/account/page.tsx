import type { Metadata } from "next";
import { AccountFacts } from "@/components/session/account-facts";
import { PasswordForm } from "@/components/session/password-form";
import { SignInList } from "@/components/session/sign-in-list";
import { PageBody, PageHead } from "@/components/site/page-body";
import { ButtonLink } from "@/components/ui/button";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "Your account" };

export default async function AccountPage() {
  const caller = await api();
  const viewer = await caller.session.viewer();
  if (viewer === null)
    return (
      <PageBody simulated={false}>
        <PageHead eyebrow="Your account" title="You are not signed in.">
          <p className="lede">Reading, checking and downloading need no account.</p>
        </PageHead>
        <ButtonLink href="/sign-in?next=/account" tone="primary">
          Sign in
        </ButtonLink>
      </PageBody>
    );
  const [account, signIns] = await Promise.all([
    caller.accounts.mine(),
    caller.accounts.mySignIns(),
  ]);
  return (
    <PageBody simulated={false}>
      <PageHead
        eyebrow="Your account"
        title={<span className="wrap-anywhere">{account.name}</span>}
        aside={
          viewer.role === "admin" ? (
            <ButtonLink href="/users">Users and invitations</ButtonLink>
          ) : (
            viewer.role === "attester" && <ButtonLink href="/attester">Keys and reviews</ButtonLink>
          )
        }
      />
      <div className="grid gap-6 *:min-w-0">
        <AccountFacts account={account} />
        <SignInList signIns={signIns} />
        {account.hasPassword && <PasswordForm email={account.email} name={account.name} />}
      </div>
    </PageBody>
  );
}
