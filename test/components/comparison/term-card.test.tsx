import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { TermCard } from "@/components/comparison/term-card";
import type { ResponseExcerpt } from "@/schemas/snapshot";
import { anExcerpt } from "@/test/components/comparison/an-excerpt";
import { DE, KE } from "@/test/support/builders";

afterEach(cleanup);

const all = [
  anExcerpt({ country: DE, repeat: 0, text: "The inquiry found a warning." }),
  anExcerpt({ country: DE, repeat: 1, text: "A warning, the inquiry says." }),
  anExcerpt({ country: KE, repeat: 0, text: "The inquiry found cracks." }),
  anExcerpt({ country: KE, repeat: 1, text: "An inquiry was held." }),
];
const show = (excerpts: readonly ResponseExcerpt[]) =>
  render(
    <TermCard
      pair={{ a: excerpts[0] ?? null, b: excerpts[2] ?? null }}
      excerpts={excerpts}
      language="en"
      background={null}
    />,
  );

describe("terms that most answers use", () => {
  it("are a table by country, those first that countries use most differently", () => {
    show(all);
    const rows = within(screen.getByRole("table")).getAllByRole("row").slice(1);
    expect(rows.map(({ textContent }) => textContent)).toEqual([
      "warning2/20/2",
      "inquiry2/22/2",
      "found1/21/2",
    ]);
    expect(screen.getByText(/Worked out over 4 answers\./)).toBeTruthy();
  });

  it("that one of the two answers leaves out are named, with how many use them", () => {
    show(all);
    expect(screen.getByText("The answer from Germany uses 3 of 3 terms.")).toBeTruthy();
    expect(screen.getByText(/answer from Kenya uses 2 of 3 terms and leaves out:/)).toBeTruthy();
    const omitted = screen.getAllByRole("listitem").map(({ textContent }) => textContent);
    expect(omitted).toEqual(["warning 2/4"]);
  });

  it("are counted in answers alone: not in refusals, and not in what came from elsewhere", () => {
    show([
      ...all,
      anExcerpt({ country: DE, repeat: 2, state: "refused", text: "No." }),
      anExcerpt({ country: DE, repeat: 3, isElsewhere: true, text: "Nothing." }),
    ]);
    expect(screen.getByText(/Worked out over 4 answers\./)).toBeTruthy();
  });

  it("are not worked out from fewer than four answers, and the page says so", () => {
    show(all.slice(0, 3));
    expect(screen.getByText("Not worked out: it takes 4 answers, and there are 3.")).toBeTruthy();
  });
});
