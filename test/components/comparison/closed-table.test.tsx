import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { ClosedTable } from "@/components/comparison/closed-table";
import type { ComparedCell, ComparedGroup } from "@/schemas/comparison";
import { parseExploreQuery } from "@/server/domain/explore/query";
import { aJobId, DE, KE } from "@/test/support/builders";

afterEach(cleanup);

const aCell = (fields: Partial<ComparedCell> = {}): ComparedCell => ({
  country: DE,
  announced: 4,
  failures: 0,
  withdrawn: 0,
  states: { answered: 4 },
  distinct: 4,
  ...fields,
});
const aGroup = (cells: ComparedCell[]): ComparedGroup => ({
  prompt: "p",
  language: "en",
  service: "gpt",
  cells,
  similarity: [],
  pairs: [],
});
const heads = () => screen.getAllByRole("columnheader").map(({ textContent }) => textContent);

describe("how announced tasks closed", () => {
  it("says of responses that were left out, or whose exit is not verified, where there are any", () => {
    render(
      <ClosedTable
        jobId={aJobId()}
        group={aGroup([aCell(), aCell({ country: KE, mismatched: 2, unverified: 1 })])}
      />,
    );
    expect(heads()).toEqual(
      expect.arrayContaining(["Left out: came out in another country", "Exit not verified"]),
    );
  });

  it("says nothing of them where there are none", () => {
    render(<ClosedTable jobId={aJobId()} group={aGroup([aCell()])} />);
    expect(heads()).toEqual([
      "Country",
      "Announced",
      "Responses",
      "Failures",
      "Withdrawn",
      "Different texts",
    ]);
  });

  it("leads from each cell to its answers in the explorer", () => {
    render(<ClosedTable jobId={aJobId()} group={aGroup([aCell(), aCell({ country: KE })])} />);
    const link = screen.getByRole("link", { name: "All answers from Kenya" });
    const { searchParams } = new URL(link.getAttribute("href") ?? "", "http://portal.test");
    const { query, problems } = parseExploreQuery(searchParams);
    expect(problems).toEqual([]);
    expect(query).toMatchObject({
      job: aJobId(),
      prompt: "p",
      services: ["gpt"],
      countries: [KE],
    });
  });
});
