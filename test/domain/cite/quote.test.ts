import { describe, expect, it } from "vitest";
import { CountryCode, HOME } from "@/schemas/country";
import { quoteOf } from "@/server/domain/cite/quote";
import { comparisonTitle, oneLine, responseTitle } from "@/server/domain/cite/title";
import { aWork } from "@/test/domain/cite/a-work";
import { KE } from "@/test/support/builders";

const answer = {
  text: "It was closed in 1977.\r\nThe inquiry says so.",
  service: "gpt",
  model: "gpt-5.2",
  country: KE,
  state: "answered",
} as const;

describe("a quoted answer", () => {
  it("is its words and a line with service, model, country, day, state and permalink", () => {
    expect(quoteOf(answer, aWork())).toBe(
      `It was closed in 1977.\nThe inquiry says so.\n\n— gpt (gpt-5.2), asked from Kenya on 2026-11-22 (UTC); state: answered; Beacon, ${aWork().url}`,
    );
  });

  it("says that data is simulated", () => {
    expect(quoteOf(answer, aWork({ simulated: true }))).toContain(
      "; simulated data, nothing of it",
    );
  });

  it("carries nothing that steers or hides, and says what was taken out", () => {
    const quote = quoteOf({ ...answer, text: "a\u202eb\u200bc" }, aWork());
    expect(quote.startsWith("abc\n\n— ")).toBe(true);
    expect(quote).toContain("; 2 invisible characters taken out;");
    expect(quoteOf({ ...answer, text: "a\0" }, aWork())).toContain("1 invisible character taken");
  });
});

describe("titles", () => {
  it("name service, place, repeat and question on one line", () => {
    const title = responseTitle({
      isFailure: false,
      question: "Who\nclosed\u202e the dam?",
      service: "control-open",
      model: "control-open",
      country: CountryCode.parse("DE"),
      repeat: 2,
    });
    expect(title).toBe(
      "Response of control-open, asked from Germany, repeat 3: “Who closed the dam?”",
    );
    const failed = { isFailure: true, question: "q", service: "a", model: "b", repeat: 0 };
    expect(responseTitle({ ...failed, country: HOME })).toBe(
      "No response of a (b), asked from home (the portal’s own machine), repeat 1: “q”",
    );
    expect(comparisonTitle("Dams\t2026")).toBe("Comparison: Dams 2026");
  });

  it("are cut between two words, never inside a character", () => {
    expect(oneLine("one two three", 9)).toBe("one two …");
    expect(oneLine("👩👩👩", 2)).toBe("👩👩 …");
    expect(oneLine("one two", 7)).toBe("one two");
  });
});
