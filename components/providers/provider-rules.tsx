import { ProviderName } from "@/components/providers/provider-name";
import { providerHref } from "@/components/providers/provider-words";
import { Badge } from "@/components/ui/badge";
import { Card, CardHead } from "@/components/ui/card";
import { Instant } from "@/components/ui/instant";
import { shorten } from "@/components/ui/shorten";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { ProviderRuleView } from "@/schemas/snapshot";

const hasAllowed = (rules: readonly ProviderRuleView[]) =>
  rules.some(({ rule }) => rule === "allow");

/** What admins say of providers, each with its reason. */
export function ProviderRules({ rules }: { rules: readonly ProviderRuleView[] }) {
  return (
    <Card label="Rules">
      <CardHead title="What admins have ruled">
        {hasAllowed(rules)
          ? "While at least one provider is allowed by name, nobody else is rented."
          : "Nobody is allowed by name: all may be rented who are neither denied nor left alone."}
      </CardHead>
      {rules.length === 0 ? (
        <p className="text-sm text-muted">There is no rule.</p>
      ) : (
        <ul className="grid gap-4">
          {rules.map(({ providerId, name, rule, reason, at }) => (
            <li key={providerId} className="grid justify-items-start gap-1 text-sm">
              <span className="flex flex-wrap items-center gap-2">
                <Badge tone={rule === "deny" ? "bad" : "ok"}>
                  {rule === "deny" ? "denied" : "allowed"}
                </Badge>
                {name === null ? (
                  <>
                    <span className="code" title={providerId}>
                      {shorten(providerId)}
                    </span>
                    <span className="text-muted">not met in the time that is shown</span>
                  </>
                ) : (
                  <a href={providerHref(providerId)} className="link">
                    <ProviderName name={name} />
                  </a>
                )}
              </span>
              <UntrustedText text={reason} language="en" />
              <span className="text-[13px] text-muted">
                since <Instant at={at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
