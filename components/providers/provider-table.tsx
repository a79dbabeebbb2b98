import { ageBetween } from "@/components/log/age";
import { ProviderName } from "@/components/providers/provider-name";
import { contactWords, failureWords } from "@/components/providers/provider-words";
import { VerdictBadge } from "@/components/response/verdict";
import { Badge } from "@/components/ui/badge";
import { counted, formatCount, listed } from "@/components/ui/count";
import { CountryChip, placeName } from "@/components/ui/country";
import { Hash } from "@/components/ui/hash";
import { Instant } from "@/components/ui/instant";
import { Empty } from "@/components/ui/states";
import { Table, Td, Th } from "@/components/ui/table";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { ProviderList, ProviderView } from "@/schemas/snapshot";

/** An instant with how long ago it was when the page was made. */
function Ago({ at, now }: { at: string; now: string }) {
  return (
    <span className="block text-[13px] text-muted">
      {ageBetween(at, now)} ago, <Instant at={at} />
    </span>
  );
}

function Identity({ provider }: { provider: ProviderView }) {
  return (
    <div className="grid justify-items-start gap-1">
      <span className="font-medium">
        <ProviderName name={provider.name} />
      </span>
      <Hash label="provider id" value={provider.id} />
      {provider.simulated === true && <Badge tone="mind">simulated</Badge>}
      <span className="text-[13px] text-muted">
        {provider.countries.length === 0
          ? "not rented"
          : `rented for ${listed(provider.countries.map(placeName))}`}
      </span>
    </div>
  );
}

function LastExit({ exit, now }: { exit: ProviderView["lastExit"]; now: string }) {
  if (exit === null) return <span className="text-muted">not looked at</span>;
  return (
    <div className="grid gap-1">
      <span className="flex flex-wrap items-center gap-2">
        <VerdictBadge verdict={exit.verdict} />
        <CountryChip code={exit.country} />
      </span>
      <span className="text-[13px]">
        {exit.asn === null ? "network not known" : <span className="code">AS{exit.asn}</span>}
      </span>
      <Ago at={exit.at} now={now} />
    </div>
  );
}

function Outcomes({ provider }: { provider: ProviderView }) {
  const { settled, lost, failures } = provider;
  return (
    <div className="grid gap-1">
      <span>
        {formatCount(settled)} settled, {formatCount(lost)} lost
      </span>
      {failures.length > 0 && (
        <ul aria-label="Failures" className="grid gap-1 text-[13px]">
          {failures.map(({ kind, count, detail }) => (
            <li key={kind}>
              {failureWords(kind, count)}
              {detail !== null && (
                <span className="block text-muted">
                  last: <UntrustedText as="span" text={detail} language="en" />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const STANDINGS: Readonly<
  Record<ProviderView["standing"]["kind"], { label: string; tone: "ok" | "bad" | "mind" }>
> = {
  rentable: { label: "may be rented", tone: "ok" },
  denied: { label: "denied by an admin", tone: "bad" },
  "not-allowed": { label: "not on the list", tone: "mind" },
  "left-alone": { label: "left alone", tone: "mind" },
};

/** Why a provider is left out, or that it is not. */
function Standing({ provider: { standing, rule } }: { provider: ProviderView }) {
  const { label, tone } = STANDINGS[standing.kind];
  return (
    <div className="grid justify-items-start gap-1">
      <Badge tone={tone}>{label}</Badge>
      <span className="text-[13px]">
        {rule !== null && (
          <>
            {rule.rule === "allow" && "Allowed by an admin: "}
            <UntrustedText as="span" text={rule.reason} language="en" />
          </>
        )}
        {standing.kind === "not-allowed" && "While an admin allows some, only these are rented."}
        {standing.kind === "left-alone" && (
          <span className="block">
            until <Instant at={standing.until} /> after {counted(standing.failures, "failure")}{" "}
            without a settled session between; the last: {contactWords(standing.after)}
          </span>
        )}
      </span>
    </div>
  );
}

/** Providers as contacts with them went, a row each; `/providers#ID` leads to one. */
export function ProviderTable({ list }: { list: ProviderList }) {
  const { providers, notShown, at, since } = list;
  if (providers.length === 0)
    return (
      <Empty title="No provider was met in the last 30 days.">
        Providers come and go with the jobs that need them; the next job meets some.
      </Empty>
    );
  return (
    <>
      <p className="mb-4 max-w-[62ch] text-sm text-muted">
        {counted(providers.length + notShown, "provider")} met since{" "}
        <Instant at={since} seconds={false} />, the last one first.
        {notShown > 0 &&
          ` The ${counted(notShown, "provider")} met longest ago ${notShown === 1 ? "is" : "are"} not shown.`}
      </p>
      <Table label="Providers" isStacked>
        <thead>
          <tr>
            <Th>Provider</Th>
            <Th>Last look at its exit</Th>
            <Th>Sessions and failures</Th>
            <Th>Now</Th>
            <Th className="pe-0">Last contact</Th>
          </tr>
        </thead>
        <tbody>
          {providers.map((provider) => (
            <tr key={provider.id} id={provider.id} className="scroll-mt-6 target:bg-beacon-soft">
              <Td>
                <Identity provider={provider} />
              </Td>
              <Td label="Last look at its exit">
                <LastExit exit={provider.lastExit} now={at} />
              </Td>
              <Td label="Sessions and failures">
                <Outcomes provider={provider} />
              </Td>
              <Td label="Now">
                <Standing provider={provider} />
              </Td>
              <Td label="Last contact" className="pe-0">
                <div>
                  {contactWords(provider.lastContact.event)}
                  <Ago at={provider.lastContact.at} now={at} />
                </div>
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  );
}
