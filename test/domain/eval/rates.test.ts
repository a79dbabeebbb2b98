import { describe, expect, it } from "vitest";
import type { ComparedCell } from "@/schemas/comparison";
import { HOME } from "@/schemas/country";
import { outcomesIn, ratesOf } from "@/server/domain/eval/rates";
import { shareInterval } from "@/server/domain/eval/statistics";
import { DE, KE } from "@/test/support/builders";

const aCell = (fields: Partial<ComparedCell> = {}): ComparedCell => ({
  country: DE,
  announced: 6,
  failures: 0,
  withdrawn: 0,
  states: { answered: 6 },
  distinct: 6,
  ...fields,
});
const group = (...cells: ComparedCell[]) => ({ cells });

describe("how often something came back", () => {
  it("is counted of responses: failures, withdrawn tasks and exits elsewhere are none", () => {
    const cell = aCell({
      announced: 12,
      failures: 3,
      withdrawn: 2,
      mismatched: 1,
      unverified: 4,
      states: { answered: 4, refused: 2 },
    });
    expect(ratesOf([group(cell)], [DE], "refused")).toEqual([
      {
        place: DE,
        responses: 6,
        hits: 2,
        share: 2 / 6,
        interval: shareInterval(2, 6),
        failures: 3,
        withdrawn: 2,
        mismatched: 1,
        unverified: 4,
      },
    ]);
  });

  it("is not measured where no response came, and is nowhere zero instead", () => {
    const silent = aCell({ announced: 6, failures: 6, states: {}, distinct: 0 });
    const [rate] = ratesOf([group(silent)], [DE], "refused");
    expect(rate).toMatchObject({ responses: 0, hits: 0, share: null, interval: null, failures: 6 });
  });

  it("takes an answer that was cut short for an answer, and every other state for none", () => {
    const cell = aCell({
      announced: 10,
      states: {
        answered: 3,
        truncated: 2,
        refused: 1,
        empty: 1,
        "host-filtered": 1,
        geoblocked: 2,
      },
    });
    expect(ratesOf([group(cell)], [DE], "no-answer")[0]).toMatchObject({ hits: 5, responses: 10 });
    expect(ratesOf([group(cell)], [DE], "empty")[0]).toMatchObject({ hits: 1, responses: 10 });
  });

  it("adds up over groups, in the order of the places that are handed in", () => {
    const groups = [
      group(aCell(), aCell({ country: KE, states: { refused: 6 } })),
      group(aCell({ states: { answered: 5, refused: 1 } })),
    ];
    const rates = ratesOf(groups, [KE, DE, HOME], "refused");
    expect(rates.map(({ place, hits, responses }) => [place, hits, responses])).toEqual([
      [KE, 6, 6],
      [DE, 1, 12],
    ]);
  });

  it("offers refusals always, other states where they occurred, and all together", () => {
    expect(outcomesIn([group(aCell())])).toEqual(["refused", "no-answer"]);
    const cell = aCell({ states: { answered: 1, empty: 2, truncated: 3 } });
    expect(outcomesIn([group(cell)])).toEqual(["refused", "empty", "no-answer"]);
  });
});
