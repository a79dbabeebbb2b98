import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { SimilarityTable } from "@/components/comparison/similarity-table";
import type { ComparedGroup } from "@/schemas/comparison";
import type { CountryCode } from "@/schemas/country";

afterEach(cleanup);

const cell = (code: string) => ({
  country: code as CountryCode,
  announced: 2,
  failures: 0,
  withdrawn: 0,
  states: { answered: 2 },
  distinct: 2,
});
const group: ComparedGroup = {
  prompt: "museum",
  language: "en",
  service: "control-open",
  cells: [cell("DE"), cell("KE")],
  similarity: [
    [0.6123, null],
    [null, 0],
  ],
  pairs: [
    [1, 0],
    [0, 15],
  ],
};

describe("the similarity table", () => {
  it("says 'not measured' where there was no pair, and never a number", () => {
    render(<SimilarityTable group={group} />);
    const cells = screen.getAllByRole("cell", { name: /Germany and Kenya|Kenya and Germany/ });
    expect(cells.map((element) => element.textContent)).toEqual([
      "Germany and Kenya: not measured",
      "Kenya and Germany: not measured",
    ]);
  });

  it("tells a measured zero from nothing measured, with the number of pairs", () => {
    render(<SimilarityTable group={group} />);
    expect(
      screen.getByRole("cell", { name: /noise floor of Kenya: 0\.00.*15 pairs/ }),
    ).toBeTruthy();
    expect(
      screen.getByRole("cell", { name: /noise floor of Germany: 0\.61.*1 pair$/ }),
    ).toBeTruthy();
  });
});
