import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { Choice } from "@/components/comparison/choice";
import { RateCard } from "@/components/comparison/rate-card";
import { RateChart } from "@/components/comparison/rate-chart";
import { formatShare, intervalInWords } from "@/components/comparison/rate-words";
import type { ComparedCell, ComparedGroup } from "@/schemas/comparison";
import { JobId } from "@/schemas/primitives";
import { shareInterval } from "@/server/domain/eval/statistics";
import { DE, KE } from "@/test/support/builders";

afterEach(cleanup);
// What jsdom lacks, and what the place of the chart watches: nothing is ever near, so the table is what is seen.
class Unmoved {
  observe(): void {}
  disconnect(): void {}
}
Object.assign(globalThis, { IntersectionObserver: Unmoved, ResizeObserver: Unmoved });

const choice: Choice = {
  prompt: "p1",
  service: "gpt",
  repeat: 0,
  a: null,
  b: null,
  outcome: "refused",
  scope: "prompt",
};
const aCell = (fields: Partial<ComparedCell> = {}): ComparedCell => ({
  country: DE,
  announced: 6,
  failures: 0,
  withdrawn: 0,
  states: { answered: 6 },
  distinct: 6,
  ...fields,
});
const aGroup = (cells: ComparedCell[], fields: Partial<ComparedGroup> = {}): ComparedGroup => ({
  prompt: "p1",
  language: "en",
  service: "gpt",
  cells,
  similarity: [],
  pairs: [],
  ...fields,
});

function show(groups: ComparedGroup[], chosen: Partial<Choice> = {}, simulated = true) {
  render(
    <RateCard
      job={{ id: JobId.parse(`job-${"a".repeat(26)}`), countries: [DE, KE] }}
      comparison={{ groups, simulated }}
      choice={{ ...choice, ...chosen }}
    />,
  );
}
const rows = () =>
  within(screen.getByRole("table"))
    .getAllByRole("row")
    .slice(1)
    .map((row) =>
      within(row)
        .getAllByRole("cell")
        .map(({ textContent }) => textContent),
    );

describe("how often there was no answer", () => {
  it("is a table of count, n, share and interval, in the spec's order, and says that it is simulated", () => {
    show([aGroup([aCell(), aCell({ country: KE, states: { answered: 4, refused: 2 } })])]);
    expect(rows()).toEqual([
      ["DEGermany", "0 of 6", "0 %", "at most 39 %"],
      ["KEKenya", "2 of 6", "33 %", "9.7 % to 70 %"],
    ]);
    expect(screen.getByText(/simulated network/)).toBeTruthy();
  });

  it("is not measured where no response came, and names what is not counted", () => {
    const silent = aCell({ country: KE, failures: 4, withdrawn: 2, mismatched: 1, states: {} });
    show([aGroup([aCell({ unverified: 3 }), silent])], {}, false);
    expect(rows()).toEqual([
      ["DEGermany", "0 of 6", "0 %", "at most 39 %", "3", "–"],
      [
        "KEKenya",
        "0 of 0",
        "not measured",
        "not measured",
        "0",
        "4 failed, 2 withdrawn, 1 came out in another country",
      ],
    ]);
    expect(screen.queryByText(/simulated/)).toBeNull();
  });

  it("counts what the address says: another outcome, all prompts, the whole job", () => {
    const groups = [
      aGroup([aCell({ states: { answered: 4, empty: 2 } })]),
      aGroup([aCell()], { prompt: "p2" }),
      aGroup([aCell({ states: { refused: 6 } })], { service: "other" }),
    ];
    show(groups, { outcome: "empty" });
    expect(rows()[0]).toEqual(["DEGermany", "2 of 6", "33 %", "9.7 % to 70 %"]);
    cleanup();
    show(groups, { outcome: "no-answer", scope: "service" });
    expect(rows()[0]?.[1]).toBe("2 of 12");
    expect(screen.getByText(/less certain than these intervals/)).toBeTruthy();
    cleanup();
    show(groups, { outcome: "no-answer", scope: "job" });
    expect(rows()[0]?.[1]).toBe("8 of 18");
    const outcomes = screen.getByRole("navigation", { name: "Counted" });
    expect(
      within(outcomes)
        .getAllByRole("link")
        .map(({ textContent }) => textContent),
    ).toEqual(["refused", "empty", "no answer of any kind"]);
  });
});

describe("the chart", () => {
  const point = (name: string, hits: number, responses: number) => ({
    name,
    responses,
    share: responses === 0 ? null : hits / responses,
    interval: shareInterval(hits, responses),
  });

  it("has a dot for each country that was measured, hollow for an exact bound, and n at each", () => {
    const { container } = render(
      <RateChart
        width={400}
        tone="var(--refused)"
        label="a chart"
        points={[point("Germany", 0, 6), point("Kenya", 2, 6), point("Brazil", 0, 0)]}
      />,
    );
    expect(screen.getByRole("img", { name: "a chart" })).toBeTruthy();
    const fills = [...container.querySelectorAll("circle")].map((dot) => dot.getAttribute("fill"));
    expect(fills.toSorted()).toEqual(["var(--refused)", "var(--sheet)"]);
    expect(container.textContent).toContain("Germanyn = 6");
    expect(container.textContent).toContain("Brazilnot measured");
    expect(container.querySelectorAll(".recharts-errorBar")).toHaveLength(2);
  });

  it("breaks a long name between words and cuts none", () => {
    const { container } = render(
      <RateChart
        width={320}
        tone="var(--refused)"
        label="a chart"
        points={[point("South Georgia & South Sandwich Islands", 1, 2)]}
      />,
    );
    const lines = [...container.querySelectorAll("tspan")].map(({ textContent }) => textContent);
    expect(lines.slice(0, -1).join(" ")).toContain("South Georgia & South Sandwich Islands");
    for (const line of lines) expect(line?.length).toBeLessThanOrEqual(17);
  });
});

describe("a share in words", () => {
  it.each([
    [0, "0 %"],
    [1, "100 %"],
    [1 / 3, "33 %"],
    [0.095, "9.5 %"],
    [0.904, "90.4 %"],
  ])("%f is %s", (share, words) => {
    expect(formatShare(share)).toBe(words);
  });

  it("says which kind of interval it is", () => {
    expect(intervalInWords({ low: 0.1, high: 0.5, method: "wilson" })).toBe("10 % to 50 %");
    expect(intervalInWords({ low: 0, high: 0.39, method: "exact-bound" })).toBe("at most 39 %");
    expect(intervalInWords({ low: 0.61, high: 1, method: "exact-bound" })).toBe("at least 61 %");
  });
});
