import {
  formatShare,
  intervalInWords,
  notCounted,
  OUTCOME_LOOKS,
} from "@/components/comparison/rate-words";
import { formatCount } from "@/components/ui/count";
import { Country } from "@/components/ui/country";
import { NotMeasured } from "@/components/ui/states";
import { Table, Td, Th } from "@/components/ui/table";
import type { PlaceRate, RateOutcome } from "@/server/domain/eval/rates";

/** The figures of the chart as a table: count, n, share and interval of each place. */
export function RateTable({
  rates,
  outcome,
}: {
  rates: readonly PlaceRate[];
  outcome: RateOutcome;
}) {
  const { label } = OUTCOME_LOOKS[outcome];
  const isLeftOut = rates.some((rate) => notCounted(rate).length > 0);
  const isUnverified = rates.some(({ unverified }) => unverified > 0);
  return (
    <Table label={`Responses by country: ${label}`} isStacked>
      <thead>
        <tr>
          <Th>Country</Th>
          <Th className="text-end">Of n responses</Th>
          <Th className="text-end">Share</Th>
          <Th className={isLeftOut || isUnverified ? "text-end" : "pe-0 text-end"}>
            Interval, 95 %
          </Th>
          {isUnverified && <Th className="text-end">Exit not verified</Th>}
          {isLeftOut && <Th className="pe-0 text-end">Not counted</Th>}
        </tr>
      </thead>
      <tbody>
        {rates.map((rate) => (
          <tr key={rate.place}>
            <Td className="whitespace-nowrap">
              <Country code={rate.place} />
            </Td>
            <Td label="Of n responses" className="text-end whitespace-nowrap">
              {formatCount(rate.hits)} of {formatCount(rate.responses)}
            </Td>
            <Td label="Share" className="text-end whitespace-nowrap">
              {rate.share === null ? <NotMeasured /> : formatShare(rate.share)}
            </Td>
            <Td label="Interval, 95 %" className="text-end">
              {rate.interval === null ? <NotMeasured /> : intervalInWords(rate.interval)}
            </Td>
            {isUnverified && (
              <Td label="Exit not verified" className="text-end">
                {formatCount(rate.unverified)}
              </Td>
            )}
            {isLeftOut && (
              <Td label="Not counted" className="pe-0 text-end">
                {notCounted(rate).join(", ") || "–"}
              </Td>
            )}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
