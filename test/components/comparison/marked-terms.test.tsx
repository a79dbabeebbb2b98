import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { DifferenceView } from "@/components/comparison/difference-view";
import { MAX_COMPARED_LENGTH } from "@/server/domain/eval/difference-view";
import { anExcerpt } from "@/test/components/comparison/an-excerpt";
import { KE } from "@/test/support/builders";

afterEach(cleanup);

const A = "Divers saw cracks where water ran through that eastern wall in 1977.";
const B = "Tourists may visit. Officials deny damage, and nothing happened during 1977 there.";

/** Two answers, and the other answers to the prompt. */
function show(first: string, second: string, others: readonly string[] = [], language = "en") {
  const a = anExcerpt({ text: first });
  const b = anExcerpt({ country: KE, text: second });
  const rest = others.map((text, i) => anExcerpt({ repeat: i + 1, text }));
  return render(
    <DifferenceView a={a} b={b} excerpts={[a, b, ...rest]} language={language} background={null} />,
  ).container;
}

/** What is marked in the columns, not in the legend. */
const marked = (container: HTMLElement, tag: "u" | "mark") =>
  [...container.querySelectorAll(`[lang] ${tag}`)].map(({ textContent }) => textContent);

const summary = () =>
  within(screen.getByRole("list", { name: "Terms of the two answers" }))
    .getAllByRole("listitem")
    .map(({ textContent }) => textContent);

describe("two answers with little wording in common", () => {
  it("have the terms of both underlined, and in a box what one leaves out of what most say", () => {
    const container = show(A, B, ["Divers saw cracks.", "Cracks, say divers."]);
    expect(marked(container, "u")).toEqual(["1977", "1977"]);
    expect(marked(container, "mark")).toEqual(["Divers", "cracks"]);
    expect(screen.getByText(/: a term that both answers use/)).toBeTruthy();
    expect(screen.getByText(/: a term that only this one of the two uses/)).toBeTruthy();
  });

  it("are told in words too", () => {
    show(A, B, ["Divers saw cracks.", "Cracks, say divers."]);
    expect(summary()).toEqual([
      "Both use 1 term: 1977.",
      "Of 3 terms that at least half of the 4 answers use, 2 are in the one from Germany and not in the one from Kenya: cracks, divers.",
      "Of 3 terms that at least half of the 4 answers use, none is in the one from Kenya and not in the one from Germany.",
    ]);
  });

  it("have a line and a box as marks, not a colour alone", () => {
    const container = show(A, B, ["Divers saw cracks.", "Cracks, say divers."]);
    expect(container.querySelector("[lang] u")?.className).toContain("underline");
    expect(container.querySelector("[lang] mark")?.className).toContain("border-dotted");
  });

  it("say how long each is, with a bar beside the longer one's", () => {
    const container = show("One two three.", "Four five six seven eight nine.");
    expect(screen.getByText("3 words")).toBeTruthy();
    expect(screen.getByText("6 words")).toBeTruthy();
    const bars = [...container.querySelectorAll<HTMLElement>("[aria-hidden] > [style]")];
    expect(bars.map(({ style }) => style.width)).toEqual(["50%", "100%"]);
  });

  it("of fewer than four have no omissions marked, which is said", () => {
    const container = show(A, B);
    expect(marked(container, "mark")).toEqual([]);
    expect(screen.queryByText(/only this one of the two/)).toBeNull();
    expect(summary()[1]).toMatch(/not worked out: it takes 4 answers/);
  });

  it("that share nothing have nothing underlined, which is said", () => {
    const container = show("The dam was closed.", "Nobody knows anything about it.");
    expect(marked(container, "u")).toEqual([]);
    expect(summary()[0]).toBe("No term is used by both.");
  });

  it("of which most say nothing in common have no term to leave out", () => {
    show(A, B, ["Unrelated words.", "Something else."]);
    // 1977 is in two of four.
    expect(summary()[1]).toMatch(/^Of 1 term that at least half of the 4 answers use, none is/);
    cleanup();
    show("Aaaa.", "Bbbb.", ["Cccc.", "Dddd."]);
    expect(summary()[1]).toBe("No term is used by half of the 4 answers.");
  });

  it("are read from right to left where they are written so", () => {
    const container = show(
      "انهار السد في عام 1977 بعد المطر.",
      "لا يعرف أحد ما حدث 1977 هناك اليوم أبدا.",
      [],
      "ar",
    );
    expect(marked(container, "u")).toEqual(["1977", "1977"]);
    const columns = [...container.querySelectorAll("div[lang=ar]")];
    expect(columns.map((column) => column.getAttribute("dir"))).toEqual(["rtl", "rtl"]);
  });

  it("are text, whatever stands in them, hidden characters shown by name in sentences too", () => {
    const evil = "secret\u202eword";
    const container = show(
      `<img src=x onerror=alert(1)> ${evil} alpha beta gamma delta`,
      `${evil} & <script>one two three four</script> epsilon zeta eta theta iota`,
    );
    expect(container.querySelector("img, script")).toBeNull();
    expect(container.textContent).toContain("<img src=x onerror=alert(1)>");
    expect(container.textContent).not.toContain("\u202e");
    // In each column, and where the summary names the term.
    expect(within(container).getAllByTitle(/invisible character/).length).toBe(3);
  });

  it("as long as is compared keep every character, and few terms are named", () => {
    const word = (i: number) => `word${i.toString(36).padStart(4, "0")}`;
    const some = (from: number, n: number) =>
      Array.from({ length: n }, (_, i) => word(from + i)).join(" ");
    const a = some(0, 4_000);
    const b = some(3_900, 4_000);
    expect(a.length).toBeLessThan(MAX_COMPARED_LENGTH);
    const container = show(a, b);
    const columns = [...container.querySelectorAll("div[lang=en]")];
    expect(columns.map(({ textContent }) => textContent)).toEqual([a, b]);
    expect(marked(container, "u")).toHaveLength(200);
    expect(summary()[0]).toMatch(/^Both use 100 terms: word.* and 88 more\.$/);
  });
});
