import type { ReactNode } from "react";
import { METHOD_WORDS } from "@/components/session/role-words";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { counted, listed } from "@/components/ui/count";
import { Facts } from "@/components/ui/facts";
import { Instant } from "@/components/ui/instant";
import { Empty } from "@/components/ui/states";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { AccountView } from "@/schemas/account";

/** Who has an account. `tools` is what an admin may do with one. */
export function AccountList({
  accounts,
  tools,
}: {
  accounts: readonly AccountView[];
  tools: (account: AccountView) => ReactNode;
}) {
  if (accounts.length === 0) return <Empty title="There are no more accounts." />;
  return (
    <ul className="grid gap-4 *:min-w-0" aria-label="Accounts">
      {accounts.map((account) => (
        <li key={account.id}>
          <AccountCard account={account}>{tools(account)}</AccountCard>
        </li>
      ))}
    </ul>
  );
}

const waysIn = ({ signsInWith }: AccountView): string =>
  signsInWith.length === 0
    ? "OpenID Connect, and has not yet"
    : listed(signsInWith.map((method) => METHOD_WORDS[method]));

function AccountCard({ account, children }: { account: AccountView; children: ReactNode }) {
  const { name, email, role, organisation, createdAt, disabledAt, openSessions, lastSeenAt } =
    account;
  return (
    <Card label={`Account of ${email}`}>
      <header className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="minor min-w-0">
          <UntrustedText as="span" text={name} language="und" />
        </h2>
        <Badge>{role}</Badge>
        {disabledAt !== null && <Badge tone="bad">disabled</Badge>}
      </header>
      <Facts
        rows={[
          ["E-mail", email],
          ...(role === "attester" || organisation !== null
            ? ([
                [
                  "Organisation",
                  organisation === null ? (
                    <span key="none" className="text-muted">
                      none: this attester enrols no key
                    </span>
                  ) : (
                    <UntrustedText key="organisation" text={organisation} language="und" />
                  ),
                ],
              ] as const)
            : []),
          ["Signs in with", waysIn(account)],
          ["Account since", <Instant key="since" at={createdAt} seconds={false} />],
          [
            "Last seen",
            lastSeenAt === null ? (
              <span key="never" className="text-muted">
                no sign-in is known
              </span>
            ) : (
              <span key="seen">
                <Instant at={lastSeenAt} seconds={false} />,{" "}
                {openSessions === 0 ? "not signed in" : counted(openSessions, "open session")}
              </span>
            ),
          ],
          ...(disabledAt === null
            ? []
            : ([
                ["Disabled", <Instant key="disabled" at={disabledAt} seconds={false} />],
              ] as const)),
        ]}
      />
      {children}
    </Card>
  );
}
