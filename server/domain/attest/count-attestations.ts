import type { AttestationReport, AttestationVerdict } from "@/schemas/attestation";
import type { AttestationTally, AttestationView } from "@/schemas/attestation-view";

/** What of a report is counted. */
type Counted = Pick<AttestationReport, "attester_key" | "organisation" | "verdict"> & {
  /** Why the log revoked the key, null when it did not. As compromised, nobody knows whose reports these are. */
  readonly keyRevokedAs: AttestationView["keyRevokedAs"];
};

/** A report that is shown, as it is counted. */
export const countedReport = ({
  key,
  organisation,
  verdict,
  keyRevokedAs,
}: Pick<AttestationView, "key" | "organisation" | "verdict" | "keyRevokedAs">): Counted => ({
  attester_key: key,
  organisation,
  verdict,
  keyRevokedAs,
});

/** Two spellings of one name are one organisation: NFKC, case and runs of white space make no difference. */
const folded = (name: string): string =>
  // Upper case first: `ß` and `SS` are one, which lower case alone would keep apart.
  name.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC").trim().replace(/\s+/gu, " ");

/** Whether two spellings name one organisation, as attestations are counted. */
export const isSameOrganisation = (a: string, b: string): boolean => folded(a) === folded(b);

/**
 * Counts what organisations say of one comparison. The last report of a key counts; an organisation
 * counts once, and as inconclusive when its keys disagree. A report by a key that somebody else may have had
 * does not count, whenever it was signed; one by a key that was otherwise revoked counts until its organisation
 * reports again with a key that is not.
 *
 * @param reports about one comparison, in the log's order.
 */
export function countAttestations(reports: readonly Counted[]): AttestationTally {
  const counting = reports.filter(({ keyRevokedAs }) => keyRevokedAs !== "compromised");
  const groups = new Map<string, Counted[]>();
  for (const report of lastOfKeys(counting)) {
    const name = folded(report.organisation);
    groups.set(name, [...(groups.get(name) ?? []), report]);
  }
  const organisations = [...groups]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, group]) => notReplaced(group))
    .map((group) => ({ name: nameOf(group), ...sayingOf(group) }));
  const count = (wanted: AttestationVerdict) =>
    organisations.filter(({ verdict }) => verdict === wanted).length;
  return {
    confirm: count("confirm"),
    contest: count("contest"),
    inconclusive: count("inconclusive"),
    organisations,
  };
}

/** The last report of each key, still in the log's order. */
function lastOfKeys(reports: readonly Counted[]): readonly Counted[] {
  const last = new Map<string, Counted>();
  for (const report of reports) {
    // Anew: a map keeps the place of what it had.
    last.delete(report.attester_key);
    last.set(report.attester_key, report);
  }
  return [...last.values()];
}

/** Of what one organisation said: without what revoked keys said before a key that it still has. */
function notReplaced(group: readonly Counted[]): readonly Counted[] {
  const newest = group.findLastIndex(({ keyRevokedAs }) => keyRevokedAs === null);
  return group.filter(({ keyRevokedAs }, place) => keyRevokedAs === null || place > newest);
}

/** By code units: the same order in every place, whatever its language. */
const compareText = (a: string, b: string): number => Number(a > b) - Number(a < b);

/** Of several spellings the first in order, so that it does not depend on who came when. */
const nameOf = (group: readonly Counted[]): string =>
  group.map(({ organisation }) => organisation).sort(compareText)[0] ?? "";

function sayingOf(group: readonly Counted[]): {
  readonly verdict: AttestationVerdict;
  readonly isDivided: boolean;
} {
  const [first, ...others] = new Set(group.map(({ verdict }) => verdict));
  return first === undefined || others.length > 0
    ? { verdict: "inconclusive", isDivided: true }
    : { verdict: first, isDivided: false };
}
