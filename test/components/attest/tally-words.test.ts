import { describe, expect, it } from "vitest";
import { onceSentence, tallySentence } from "@/components/attest/tally-words";
import { aTally } from "@/test/components/attest/a-review";

const organisation = (name: string) => ({ name, verdict: "confirm", isDivided: false }) as const;

describe("the count of attestations in words", () => {
  it("counts organisations, names the unit once, and leaves out what nobody said", () => {
    expect(tallySentence(aTally({ confirm: 2, contest: 1 }))).toBe(
      "Confirmed by 2 organisations, contested by 1.",
    );
    expect(tallySentence(aTally({ contest: 1 }))).toBe("Contested by 1 organisation.");
    expect(tallySentence(aTally({ confirm: 1, contest: 2, inconclusive: 3 }))).toBe(
      "Confirmed by 1 organisation, contested by 2, left open by 3.",
    );
    expect(tallySentence(aTally({ inconclusive: 1_200 }))).toBe(
      "Left open by 1,200 organisations.",
    );
  });

  it("is no sentence at all where nobody said anything", () => {
    expect(tallySentence(aTally())).toBeNull();
  });

  it("says that several reports of one organisation are one voice, and only then", () => {
    const two = aTally({ confirm: 2, organisations: [organisation("A"), organisation("B")] });
    expect(onceSentence(two, 3)).toMatch(/^3 reports by 2 organisations: .*counts once/);
    expect(onceSentence(two, 2)).toBeNull();
    expect(onceSentence(aTally(), 0)).toBeNull();
  });
});
