import { ROLE_WORDS } from "@/components/session/role-words";
import { Card, CardHead } from "@/components/ui/card";
import { Facts } from "@/components/ui/facts";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { OwnAccount } from "@/schemas/account";

/** Who somebody is here. */
export function AccountFacts({ account }: { account: OwnAccount }) {
  const { email, role, organisation, hasPassword } = account;
  return (
    <Card label="Who you are here">
      <CardHead title="Who you are here">An admin of this portal can change it.</CardHead>
      <Facts
        rows={[
          ["E-mail", email],
          ["Role", `${role}: ${ROLE_WORDS[role]}`],
          ...(role === "attester"
            ? ([
                [
                  "Organisation",
                  organisation === null ? (
                    "none yet; an admin enters it, and you need one to enrol a key"
                  ) : (
                    <UntrustedText key="organisation" text={organisation} language="und" />
                  ),
                ],
              ] as const)
            : []),
          ["Signs in with", hasPassword ? "password" : "OpenID Connect; there is no password"],
        ]}
      />
    </Card>
  );
}
