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

  it("stretches its colours over its own range, and says so", () => {
    const similarity = [
      [0.3, 0.43],
      [0.43, 0.56],
    ];
    render(<SimilarityTable group={{ ...group, similarity }} />);
    const shares = screen
      .getAllByRole("cell")
      .map((element) => /heat-1\) (\d+)%/.exec(element.getAttribute("style") ?? "")?.[1]);
    expect(shares).toEqual(["0", "50", "50", "100"]);
    expect(
      screen.getByText("Colour from the lowest, 0.30, to the highest, 0.56, of this table."),
    ).toBeTruthy();
  });

  it("tells nothing apart by colour where all figures are one, and has no legend without figures", () => {
    render(<SimilarityTable group={{ ...group, similarity: [[0.4, null]] }} />);
    expect(screen.getByText(/colour tells nothing apart/)).toBeTruthy();
    cleanup();
    render(<SimilarityTable group={{ ...group, similarity: [[null, null]] }} />);
    expect(screen.queryByText(/colour/i)).toBeNull();
  });

  it("leads from a figure to two of the answers it rests on, and from none where nothing was measured", () => {
    render(<SimilarityTable group={group} hrefOf={(from, to) => `/x?a=${from}&b=${to}`} />);
    const links = screen.getAllByRole("link");
    expect(links.map((link) => link.getAttribute("href"))).toEqual([
      "/x?a=DE&b=DE",
      "/x?a=KE&b=KE",
    ]);
    expect(links[0]?.textContent).toContain("noise floor of Germany");
  });
});
