import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AttestationVerdict } from "@/schemas/attestation";
import type { AttestationTally } from "@/schemas/attestation-view";
import type { KeyId } from "@/schemas/primitives";
import { countAttestations, isSameOrganisation } from "@/server/domain/attest/count-attestations";

type Counted = Parameters<typeof countAttestations>[0][number];

const said = (
  key: string,
  organisation: string,
  verdict: AttestationVerdict,
  keyRevokedAs: Counted["keyRevokedAs"] = null,
): Counted => ({
  attester_key: `key-${key}` as KeyId,
  organisation,
  verdict,
  keyRevokedAs,
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

  it("takes what an organisation says with a key that it still has for what it said with one it took back", () => {
    for (const reason of ["retired", "superseded"] as const) {
      const before = said("a", "One", "contest", reason);
      const other = said("c", "Two", "contest", reason);
      const now = said("b", "ONE", "confirm");
      expect(countAttestations([before, other, now])).toMatchObject({
        organisations: [
          { name: "ONE", verdict: "confirm", isDivided: false },
          { name: "Two", verdict: "contest", isDivided: false },
        ],
      });
      // What it said with the old key afterwards it has not said anew.
      expect(countAttestations([now, before]).organisations).toMatchObject([{ isDivided: true }]);
      expect(countAttestations([before, now, before]).organisations).toMatchObject([
        { isDivided: true },
      ]);
      // Two that are gone do not stand in for each other, nor does one that somebody else may have had.
      for (const gone of [reason, "compromised"] as const) {
        const { organisations } = countAttestations([before, said("b", "One", "confirm", gone)]);
        expect(organisations).toMatchObject([{ isDivided: gone !== "compromised" }]);
      }
    }
  });

  it("counts the same organisations whichever keys were taken back", () => {
    const someKeys = fc.subarray(["a", "b", "c", "d", "e"].map((letter) => `key-${letter}`));
    fc.assert(
      fc.property(someReports, someKeys, (reports, gone) => {
        const marked = reports.map((report) =>
          gone.includes(report.attester_key)
            ? { ...report, keyRevokedAs: "retired" as const }
            : report,
        );
        const namesOf = ({ organisations }: AttestationTally) =>
          organisations.map(({ name }) => name);
        expect(namesOf(countAttestations(marked))).toEqual(namesOf(countAttestations(reports)));
      }),
    );
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
        const marked = reports.map((report) =>
          isTheirs(report) ? { ...report, keyRevokedAs: "compromised" as const } : report,
        );
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
