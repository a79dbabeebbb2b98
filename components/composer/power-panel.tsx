import { Button } from "@/components/ui/button";
import { formatCount } from "@/components/ui/count";
import { Table, Td, Th } from "@/components/ui/table";
import type { JobSpec } from "@/schemas/job-spec";
import {
  designOf,
  formatP,
  type OtherDesign,
  powerSentences,
  withRepeats,
} from "@/server/domain/job/power-sentence";

/** Numbers of repeats that are set against the one that was typed. */
const OTHERS = [3, 4, 5, 6, 10, 20, 50];

const gapInWords = ({ canShow }: OtherDesign, gap: number | null): string => {
  if (!canShow) return "nothing";
  return gap === null ? "none" : `${gap} points`;
};

/** What this design can find, in sentences. Nothing while its numbers are none. */
export function PowerSentences({ spec }: { spec: JobSpec }) {
  const sentences = powerSentences(spec);
  if (sentences.length === 0)
    return (
      <p className="text-[13px] text-muted">
        What can be found is not known before there is a prompt and a number of repeats.
      </p>
    );
  return (
    <>
      <ul className="grid gap-2 text-sm">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <p className="text-[13px] text-muted">
        The portal reports what came back and computes no test of it. This holds for whoever tests
        the published answers.
      </p>
    </>
  );
}

/** What other numbers of repeats would find, and what they would come to. */
export function RepeatsTable({
  spec,
  onRepeats,
}: {
  spec: JobSpec;
  onRepeats: (repeats: number) => void;
}) {
  const tests = designOf(spec)?.tests ?? 0;
  const numbers = [...new Set([...OTHERS, spec.repeats])].sort((a, b) => a - b);
  const rows = numbers.flatMap((repeats) => withRepeats(spec, repeats) ?? []);
  return (
    <>
      <Table label="What other numbers of repeats would find" isStacked>
        <thead>
          <tr>
            <Th>Repeats</Th>
            <Th className="text-end">Answers a country</Th>
            <Th className="text-end">Tasks</Th>
            <Th className="text-end">Smallest p</Th>
            <Th className="text-end">Gap found</Th>
            {tests > 1 && <Th className="text-end">Gap found, {tests} tests</Th>}
            <Th>
              <span className="sr-only">Take it</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const isNow = row.repeats === spec.repeats;
            return (
              <tr key={row.repeats} aria-current={isNow ? "true" : undefined}>
                <Td className={isNow ? "font-semibold" : ""}>
                  {row.repeats}
                  {isNow && " · as it is"}
                </Td>
                <Td label="Answers a country" className="text-end tabular-nums">
                  {formatCount(row.answers)}
                </Td>
                <Td label="Tasks" className="text-end tabular-nums">
                  {formatCount(row.tasks)}
                </Td>
                <Td label="Smallest p" className="text-end tabular-nums">
                  {formatP(row.smallestP)}
                </Td>
                <Td label="Gap found" className="text-end tabular-nums">
                  {gapInWords(row, row.gap)}
                </Td>
                {tests > 1 && (
                  <Td label={`Gap found, ${tests} tests`} className="text-end tabular-nums">
                    {gapInWords(row, row.sharedGap)}
                  </Td>
                )}
                <Td>
                  {!isNow && (
                    <Button
                      tone="quiet"
                      className="-my-2"
                      aria-label={`Take ${row.repeats} repeats`}
                      onClick={() => onRepeats(row.repeats)}
                    >
                      Take
                    </Button>
                  )}
                </Td>
              </tr>
            );
          })}
        </tbody>
      </Table>
      <p className="text-[13px] text-muted">
        The smallest p is one-sided: what any test could give at best. A gap is one of refusal rates
        that is found in 8 of 10 runs, from none at the baseline, by Fisher’s exact test at 5 %,
        two-sided{tests > 1 ? `; alone, and as the only difference among ${tests} tests` : ""}.
        “Nothing” cannot be shown with so few answers.
      </p>
    </>
  );
}
