import type { Metadata } from "next";
import { AcceptForm } from "@/components/session/accept-form";
import { ROLE_WORDS } from "@/components/session/role-words";
import { PageBody, PageHead } from "@/components/site/page-body";
import { Card } from "@/components/ui/card";
import { Facts } from "@/components/ui/facts";
import { Instant } from "@/components/ui/instant";
import { Empty } from "@/components/ui/states";
import { UntrustedText } from "@/components/ui/untrusted-text";
import { InvitationToken, type OpenInvitation } from "@/schemas/account";
import { api } from "@/server/api/rsc";

export const dynamic = "force-dynamic";
export const metadata: Metadata = {
  title: "Invitation",
  robots: { index: false, follow: false },
};

/** Null: the link opens nothing, whatever the reason. */
async function lookAt(token: string): Promise<OpenInvitation | null> {
  const parsed = InvitationToken.safeParse(token);
  if (!parsed.success) return null;
  try {
    return await (await api()).invitations.look({ token: parsed.data });
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === "NOT_FOUND") return null;
    throw error;
  }
}

export default async function InvitationPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const invitation = await lookAt(token);
  if (invitation === null)
    return (
      <PageBody simulated={false}>
        <div className="mx-auto max-w-md">
          <PageHead eyebrow="Invitation" title="This link opens nothing." />
          <Empty title="It is not good, or not any more.">
            <p>
              A link works once, and for some days. Ask who sent it for a new one; if you have made
              your account, sign in.
            </p>
          </Empty>
        </div>
      </PageBody>
    );
  const { email, name, role, organisation, expiresAt } = invitation;
  return (
    <PageBody simulated={false}>
      <div className="mx-auto max-w-md">
        <PageHead eyebrow="Invitation" title="You are invited.">
          <p>Choose a password, and the account is yours.</p>
        </PageHead>
        <Card label="Your account">
          <div className="mb-6">
            <Facts
              rows={[
                ["Name", <UntrustedText key="name" text={name} language="und" />],
                ["E-mail", email],
                ["Role", `${role}: ${ROLE_WORDS[role]}`],
                ...(organisation === null
                  ? []
                  : ([
                      [
                        "Organisation",
                        <UntrustedText key="organisation" text={organisation} language="und" />,
                      ],
                    ] as const)),
                ["Good until", <Instant key="until" at={expiresAt} seconds={false} />],
              ]}
            />
          </div>
          <AcceptForm token={token} email={email} name={name} />
        </Card>
      </div>
    </PageBody>
  );
}
