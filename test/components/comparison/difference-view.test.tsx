import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { DifferenceView } from "@/components/comparison/difference-view";
import { CountryCode } from "@/schemas/country";
import type { ResponseExcerpt } from "@/schemas/snapshot";
import { MAX_COMPARED_LENGTH } from "@/server/domain/eval/difference-view";
import { anExcerpt } from "@/test/components/comparison/an-excerpt";
import { LANGUAGE_CASES, told } from "@/test/domain/eval/four-languages";
import { DE, KE } from "@/test/support/builders";

afterEach(cleanup);

const US = CountryCode.parse("US");

function show(
  first: string | null,
  second: string | null,
  language = "en",
  others: readonly ResponseExcerpt[] = [],
): HTMLElement {
  const a = anExcerpt({ text: first });
  const b = anExcerpt({ country: KE, text: second });
  return render(
    <DifferenceView
      a={a}
      b={b}
      excerpts={[a, b, ...others]}
      language={language}
      background={null}
    />,
  ).container;
}

const texts = (container: HTMLElement, tag: "ins" | "del") =>
  [...container.querySelectorAll(tag)]
    .filter((element) => element.closest("p") === null)
    .map(({ textContent }) => textContent);

describe("two versions of one text", () => {
  it.each(LANGUAGE_CASES)("are one text with what differs marked: $language", (one) => {
    const a = told(
      one,
      one.facts.map((_, i) => [i, 0] as const),
    );
    const container = show(a, a.replace(one.swap[0], one.swap[1]), one.language);
    expect(texts(container, "del")).toEqual([one.swap[0]]);
    expect(texts(container, "ins")).toEqual([one.swap[1]]);
    const text = container.querySelector(`[lang=${one.language}]`);
    expect(text?.getAttribute("dir")).toBe(one.language === "ar" ? "rtl" : "ltr");
  });

  it("say how much differs and where they part, the figure that chose this view, and its measure", () => {
    show(
      "The Ministry closed the dam in May 1977, people say.",
      "The Ministry closed the dam in June 1977, people say.",
    );
    expect(
      screen.getByText(
        "1 of 10 words from Germany and 1 of 10 words from Kenya differ, in 1 place. They part after 6 words (31 characters, 12 tokens).",
      ),
    ).toBeTruthy();
    expect(
      screen.getByText(/Their similarity is 0\.80\. From 0\.60 on.*word by word/),
    ).toBeTruthy();
    expect(screen.getByText("word-jaccard/1")).toBeTruthy();
    expect(screen.getByText(/asked the same question twice came to 0\.24 to 0\.31/)).toBeTruthy();
  });

  it("show white space that differs, hidden characters by name, and markup as text", () => {
    const base = "one two three four five six seven eight nine";
    const container = show(
      `${base} <b>ten</b>`,
      `${base.replace("five", "\u202efive")}\n<b>ten</b>`,
    );
    expect(container.querySelector("b:not([class])")).toBeNull();
    expect(container.textContent).toContain("<b>ten</b>");
    expect(within(container).getByTitle(/invisible character/).textContent).toBe("RLO");
    expect(texts(container, "ins").join("")).toContain("1 line break");
  });
});

describe("two answers that share sentences", () => {
  it.each(LANGUAGE_CASES)("are laid beside each other: $language", (one) => {
    const a = told(
      one,
      one.facts.map((_, i) => [i, 0] as const),
    );
    const b = told(one, [
      [0, 0],
      [2, 0],
      [1, 0],
      [3, 1],
      [4, 1],
      [5, 0],
    ]);
    const container = show(a, b, one.language);
    const rows = screen.getAllByRole("listitem").map(({ textContent }) => textContent ?? "");
    expect(rows[0]).toContain("in both");
    expect(
      rows.some(
        (row) => row.includes("moved from place 2 to 3") || row.includes("moved from place 3 to 2"),
      ),
    ).toBe(true);
    expect(screen.getByText(/sentences differ/)).toBeTruthy();
    expect(container.querySelectorAll(`[lang=${one.language}]`).length).toBeGreaterThan(4);
  });

  it("are summed up in numbers", () => {
    const shared = "The dam was closed in May. Nobody was hurt that day. Repairs take two years.";
    show(
      `${shared} Fishermen lost their boats. Schools stayed open.`,
      `${shared} A court fined somebody. An engineer resigned at once.`,
    );
    expect(
      screen.getByText(/^4 of 7 sentences differ: 2 only from Germany, 2 only from Kenya\./),
    ).toBeTruthy();
  });
});

describe("answers of which no difference is drawn", () => {
  it("stand beside each other, with the reason", () => {
    const container = show("The dam was closed.", "Nobody knows anything about it at all.");
    expect(screen.getByText(/share so little wording that nearly every word/)).toBeTruthy();
    expect(container.querySelector("ins, del")).toBeNull();
    expect(container.textContent).toContain("Nobody knows anything");
  });

  it("without a word have no similarity, which is said and not called zero", () => {
    show("…", "!");
    expect(screen.getByText(/no similarity can be measured/)).toBeTruthy();
    expect(screen.queryByText(/similarity is 0/)).toBeNull();
  });

  it("beyond the length that is compared say so, and can be read", () => {
    const long = "word ".repeat(MAX_COMPARED_LENGTH / 4);
    const container = show(long, `${long}more`);
    expect(screen.getByText(/more than 40,000 characters/)).toBeTruthy();
    expect(container.textContent).toContain("more");
  });
});

describe("the same text twice", () => {
  it("is identical, with its hash, how often it was received, and from where", () => {
    const others = [
      anExcerpt({ country: US, text: "Closed." }),
      anExcerpt({ country: KE, repeat: 1, text: "Closed." }),
      anExcerpt({ country: KE, repeat: 2, text: "Open." }),
    ];
    show("Closed.", "Closed.", "en", others);
    expect(screen.getByText("The same text, character for character.")).toBeTruthy();
    expect(
      screen.getByText(/received 4 times, from 3 of 3 countries: Germany, Kenya and United States/),
    ).toBeTruthy();
    // printf 'Closed.' | sha256sum
    expect(
      screen.getByRole("button", {
        name: /Copy SHA-256 of the text e01c351df5b7bfe2a3c2/,
      }),
    ).toBeTruthy();
  });
});

describe("a response without text", () => {
  it.each([null, ""])("leaves nothing to compare, and is named: %j", (text) => {
    const a = anExcerpt();
    const b = anExcerpt({ country: KE, text, state: "empty" });
    render(<DifferenceView a={a} b={b} excerpts={[a, b]} language="en" background={null} />);
    expect(screen.getByText(/response from Kenya \(empty\) carries no text/)).toBeTruthy();
  });

  it("is named by its repeat where both are of one country", () => {
    const a = anExcerpt({ country: DE, repeat: 0, text: null, state: "empty" });
    const b = anExcerpt({ country: DE, repeat: 4 });
    render(<DifferenceView a={a} b={b} excerpts={[a, b]} language="en" background={null} />);
    expect(screen.getByText(/response from Germany \(repeat 1\) \(empty\)/)).toBeTruthy();
  });
});
