import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AttestationVerdict } from "@/schemas/attestation";
import type { KeyId } from "@/schemas/primitives";
import { countAttestations, isSameOrganisation } from "@/server/domain/attest/count-attestations";

type Counted = Parameters<typeof countAttestations>[0][number];

const said = (key: string, organisation: string, verdict: AttestationVerdict): Counted => ({
  attester_key: `key-${key}` as KeyId,
  organisation,
  verdict,
  isKeyCompromised: false,
});

/** What keys of organisations say one after the other: a key belongs to one organisation. */
const someReports = fc
  .array(
    fc.tuple(
      fc.constantFrom("a", "b", "c", "d", "e"),
      fc.constantFrom(...AttestationVerdict.options),
    ),
    { maxLength: 12 },
  )
  .map((all) =>
    all.map(([key, verdict]) =>
      said(key, { a: "One", b: "One", c: "Two", d: "Two", e: "Three" }[key] ?? "", verdict),
    ),
  );

const NAMES = ["One", "Two", "Three"];
const anOrder = fc.shuffledSubarray(NAMES, { minLength: NAMES.length });

describe("the count of attestations", () => {
  it("is nothing of none", () => {
    expect(countAttestations([])).toEqual({
      confirm: 0,
      contest: 0,
      inconclusive: 0,
      organisations: [],
    });
  });

  it("takes the last report of a key", () => {
    const { confirm, contest } = countAttestations([
      said("a", "One", "contest"),
      said("b", "Two", "contest"),
      said("a", "One", "confirm"),
    ]);
    expect([confirm, contest]).toEqual([1, 1]);
  });

  it("counts an organisation once, however it is spelled", () => {
    const spellings = ["Free Press", "free  press", "ＦＲＥＥ PRESS", " Free\tPress "];
    const tally = countAttestations(spellings.map((name, i) => said(String(i), name, "confirm")));
    expect(tally.confirm).toBe(1);
    expect(tally.organisations).toHaveLength(1);
    expect(isSameOrganisation("Straße", "STRASSE")).toBe(true);
    expect(isSameOrganisation("Free Press", "Free-Press")).toBe(false);
  });

  it("says when the keys of an organisation disagree, and counts it as inconclusive", () => {
    const tally = countAttestations([
      said("a", "One", "confirm"),
      said("b", "ONE", "contest"),
      said("c", "Two", "inconclusive"),
    ]);
    expect(tally).toMatchObject({ confirm: 0, contest: 0, inconclusive: 2 });
    expect(tally.organisations.map(({ isDivided }) => isDivided)).toEqual([true, false]);
  });

  it("counts every organisation once: two keys of one are one voice", () => {
    fc.assert(
      fc.property(someReports, (reports) => {
        const { confirm, contest, inconclusive, organisations } = countAttestations(reports);
        const names = new Set(reports.map(({ organisation }) => organisation));
        expect(organisations.map(({ name }) => name)).toEqual([...names].sort());
        expect(confirm + contest + inconclusive).toBe(names.size);
      }),
    );
  });

  it("does not depend on which organisation came first", () => {
    fc.assert(
      fc.property(someReports, anOrder, (reports, order) => {
        // Another order among organisations; what one key says keeps its own.
        const reordered = order.flatMap((name) =>
          reports.filter(({ organisation }) => organisation === name),
        );
        expect(countAttestations(reordered)).toEqual(countAttestations(reports));
      }),
    );
  });

  it("is what it would be had a key that somebody else may have had never signed", () => {
    fc.assert(
      fc.property(someReports, fc.constantFrom("a", "b", "c", "d", "e"), (reports, letter) => {
        const isTheirs = (report: Counted) => report.attester_key === `key-${letter}`;
        const marked = reports.map((report) => ({ ...report, isKeyCompromised: isTheirs(report) }));
        const without = reports.filter((report) => !isTheirs(report));
        expect(countAttestations(marked)).toEqual(countAttestations(without));
      }),
    );
  });

  it("is not moved by a key that says the same again", () => {
    fc.assert(
      fc.property(someReports, (reports) => {
        const last = reports.at(-1);
        if (last === undefined) return;
        expect(countAttestations([...reports, last])).toEqual(countAttestations(reports));
      }),
    );
  });
});
