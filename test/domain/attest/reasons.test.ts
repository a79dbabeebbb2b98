import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AttestationReason, AttestationVerdict } from "@/schemas/attestation";
import { inOrder, isReasoned, REASONS_OF } from "@/server/domain/attest/reasons";

const someReasons = fc.array(fc.constantFrom(...AttestationReason.options), { maxLength: 8 });

describe("the reasons of a verdict", () => {
  it("are all reasons that there are, each of one verdict", () => {
    const all = AttestationVerdict.options.flatMap((verdict) => REASONS_OF[verdict]);
    expect(all).toEqual(AttestationReason.options);
  });

  it("fit when there is one, and each is of the verdict's kind", () => {
    expect(isReasoned("confirm", ["receipts-checked", "numbers-recomputed"])).toBe(true);
    expect(isReasoned("confirm", [])).toBe(false);
    expect(isReasoned("confirm", ["country-doubtful"])).toBe(false);
    expect(isReasoned("contest", ["country-doubtful", "too-little-time"])).toBe(false);
  });

  it("fit in one order only, none twice", () => {
    fc.assert(
      fc.property(fc.constantFrom(...AttestationVerdict.options), someReasons, (verdict, some) => {
        const ours = some.filter((reason) => REASONS_OF[verdict].includes(reason));
        const ordered = inOrder(ours);
        expect(new Set(ordered)).toEqual(new Set(ours));
        expect(isReasoned(verdict, ordered)).toBe(ours.length > 0);
        if (ours.join() !== ordered.join()) expect(isReasoned(verdict, ours)).toBe(false);
      }),
    );
  });
});
