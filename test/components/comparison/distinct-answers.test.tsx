import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { DistinctAnswers } from "@/components/comparison/distinct-answers";
import { anExcerpt, taskIdIn } from "@/test/components/comparison/an-excerpt";
import { DE, KE } from "@/test/support/builders";

afterEach(cleanup);

describe("repeats of one question", () => {
  it("are one row a different response, with how often and where it was received", () => {
    const excerpts = [
      anExcerpt({ country: DE, repeat: 0, text: "Once." }),
      anExcerpt({ country: DE, repeat: 1, text: "Closed." }),
      anExcerpt({ country: DE, repeat: 2, text: "Closed." }),
      anExcerpt({ country: KE, repeat: 0, text: "Closed." }),
    ];
    render(<DistinctAnswers excerpts={excerpts} language="en" />);
    expect(screen.getByText(/4 responses.*2 of them different/)).toBeTruthy();
    const [first, second] = screen.getAllByRole("listitem");
    if (first === undefined || second === undefined) throw new Error("too few rows");
    expect(first.textContent).toContain("received 3 times");
    expect(first.textContent).toMatch(/Germany .*2, .*3; Kenya .*1/);
    expect(second.textContent).toContain("received 1 time");
    const links = within(first).getAllByRole("link");
    expect(links.map((link) => link.getAttribute("href"))).toEqual([
      `/responses/${taskIdIn(DE, 1)}`,
      `/responses/${taskIdIn(DE, 2)}`,
      `/responses/${taskIdIn(KE, 0)}`,
    ]);
  });

  it("tells silence from no text, and a refusal from an answer in the same words", () => {
    const excerpts = [
      anExcerpt({ repeat: 0, text: "", state: "empty" }),
      anExcerpt({ repeat: 1, text: null, state: "host-filtered" }),
      anExcerpt({ repeat: 2, text: "No." }),
      anExcerpt({ repeat: 3, text: "No.", state: "refused" }),
    ];
    render(<DistinctAnswers excerpts={excerpts} language="en" />);
    expect(screen.getAllByRole("listitem")).toHaveLength(4);
    expect(screen.getByText("The text is empty.")).toBeTruthy();
    expect(screen.getByText("The response carries no text.")).toBeTruthy();
  });

  it("are twelve rows at most, and say how many there are besides", () => {
    const excerpts = Array.from({ length: 16 }, (_, repeat) => anExcerpt({ repeat }));
    render(<DistinctAnswers excerpts={excerpts} language="en" />);
    expect(screen.getAllByRole("listitem")).toHaveLength(12);
    expect(screen.getByText(/^4 more different responses, 4 responses in all/)).toBeTruthy();
  });

  it("of none say that none came back", () => {
    render(<DistinctAnswers excerpts={[]} language="en" />);
    expect(screen.getByText("No response came back.")).toBeTruthy();
  });
});
