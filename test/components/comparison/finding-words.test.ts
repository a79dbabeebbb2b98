import { describe, expect, it } from "vitest";
import { describeStates, FINDING_SENTENCE } from "@/components/comparison/finding-words";
import type { CountryCode } from "@/schemas/country";
import type { StateCounts } from "@/schemas/snapshot";

const from = (country: string, states: StateCounts) => ({
  country: country as CountryCode,
  states,
});

describe("what is said of a comparison", () => {
  it("counts, and names the countries that a state came from", () => {
    expect(
      describeStates([from("DE", { answered: 6 }), from("BR", { answered: 4, refused: 2 })]),
    ).toBe("Of 12 responses, 10 answered. 2 refused (all from Brazil).");
  });

  it("says plainly that all were answered, or that nothing has closed", () => {
    expect(describeStates([from("DE", { answered: 6 })])).toBe(
      "All 6 responses answered; none refused, none empty.",
    );
    expect(describeStates([from("DE", {})])).toBe("No task has closed with a response yet.");
  });

  it("never speaks of a cause or of significance", () => {
    expect(Object.values(FINDING_SENTENCE).join(" ")).not.toMatch(
      /because|significant|censor|proves/i,
    );
  });
});
