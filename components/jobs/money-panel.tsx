import { ProviderName } from "@/components/providers/provider-name";
import { Card, CardHead } from "@/components/ui/card";
import { Country } from "@/components/ui/country";
import { Hash } from "@/components/ui/hash";
import { Glm, Money } from "@/components/ui/money";
import { Table, Td, Th } from "@/components/ui/table";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { JobSnapshot, LedgerEntryView, MoneyLine } from "@/schemas/snapshot";

const PARTS = [
  { key: "spent", name: "Spent", look: "bg-ink" },
  { key: "reserved", name: "Put aside", look: "bg-line-strong" },
  { key: "remaining", name: "Free", look: "bg-transparent" },
] as const;

const WHAT_FOR: Readonly<Record<MoneyLine["currency"], string>> = {
  GLM: "rented providers",
  USD: "paid services",
};

/** How much of its cap an amount is, in percent, for the eye alone: the exact figures stand beside it. */
const shareOf = (amount: string, cap: string): number =>
  Number(cap) === 0 ? 0 : Math.min(100, (100 * Number(amount)) / Number(cap));

/** One purse of a job: what is spent, what is put aside, what is free, of how much. */
function Purse({ line }: { line: MoneyLine }) {
  return (
    <div className="grid gap-2">
      <p className="text-sm">
        <b className="font-semibold">
          <Money amount={line.cap} currency={line.currency} /> {line.currency}
        </b>{" "}
        at most for {WHAT_FOR[line.currency]}
      </p>
      <div aria-hidden="true" className="flex h-2 overflow-hidden rounded-full border border-line">
        {PARTS.map(({ key, look }) => (
          <span key={key} className={look} style={{ width: `${shareOf(line[key], line.cap)}%` }} />
        ))}
      </div>
      <dl className="flex flex-wrap gap-x-6 gap-y-1 text-sm">
        {PARTS.map(({ key, name, look }) => (
          <div key={key} className="flex items-center gap-2">
            <span
              aria-hidden="true"
              className={`size-2.5 rounded-full border border-muted ${look}`}
            />
            <dt className="text-muted">{name}</dt>
            <dd>
              <Money amount={line[key]} currency={line.currency} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Refused({ bills }: { bills: LedgerEntryView["refused"] }) {
  if (bills.length === 0) return <span className="text-muted">none</span>;
  return (
    <ul className="grid gap-1">
      {bills.map(({ amountGlm, reason }, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bills are never reordered, and two may be alike
        <li key={n} className="max-w-[40ch] text-[13px] text-beacon">
          <UntrustedText
            as="span"
            text={`${amountGlm.slice(0, 40)} GLM: ${reason}`}
            language="en"
          />
        </li>
      ))}
    </ul>
  );
}

function Ledger({ ledger }: { ledger: readonly LedgerEntryView[] }) {
  return (
    <Table label="What each provider was paid" isWide>
      <thead>
        <tr>
          <Th>Country</Th>
          <Th>Provider</Th>
          <Th>Agreement</Th>
          <Th>Refused bills</Th>
          <Th className="pe-0 text-end">Accepted, GLM</Th>
        </tr>
      </thead>
      <tbody>
        {ledger.map((line) => (
          <tr key={line.agreementId}>
            <Td className="whitespace-nowrap">
              <Country code={line.country} />
            </Td>
            <Td>
              <ProviderName name={line.providerName} />
            </Td>
            <Td>
              <Hash label="agreement id" value={line.agreementId} />
              {line.endedAt === null && <span className="ms-2 text-muted">still held</span>}
            </Td>
            <Td>
              <Refused bills={line.refused} />
            </Td>
            <Td className="pe-0 text-end">
              <Glm amount={line.acceptedGlm} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** What a job may spend, has put aside and has spent, and to whom it went. */
export function MoneyPanel({ job }: { job: Pick<JobSnapshot, "money" | "ledger" | "simulated"> }) {
  const purses = job.money.filter(({ cap }) => Number(cap) > 0);
  return (
    <Card>
      <CardHead title="Money" id="money">
        Nothing is rented or asked once a cap would be passed.
        {job.simulated && " These GLM are simulated: nobody was paid."}
      </CardHead>
      <div className="grid gap-6">
        {purses.map((line) => (
          <Purse key={line.currency} line={line} />
        ))}
        {job.ledger.length > 0 && <Ledger ledger={job.ledger} />}
      </div>
    </Card>
  );
}
