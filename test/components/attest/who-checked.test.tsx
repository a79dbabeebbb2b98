import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { WhoChecked } from "@/components/attest/who-checked";
import type { AttestationTally, AttestationView } from "@/schemas/attestation-view";
import type { AttestationId } from "@/schemas/primitives";
import { countAttestations, countedReport } from "@/server/domain/attest/count-attestations";
import { aReportView, aTally } from "@/test/components/attest/a-review";

afterEach(cleanup);

const { job } = aReportView();
const idOf = (letter: string) => `att-${letter.repeat(26)}` as AttestationId;
const keyOf = (letter: string) => `key-${letter.repeat(26)}` as AttestationView["key"];

/** Shown as the portal would show these reports, with the count that the domain makes of them. */
const show = (reports: readonly AttestationView[], tally?: AttestationTally) =>
  render(
    <WhoChecked
      jobId={job}
      tally={
        tally ??
        countAttestations(reports.filter(({ leafIndex }) => leafIndex !== null).map(countedReport))
      }
      reports={reports}
    />,
  );
const rows = () => within(screen.getByRole("list", { name: "Reports" })).getAllByRole("listitem");
const text = () => screen.getByRole("region", { name: "Who checked this" }).textContent;

describe("who checked a comparison", () => {
  it("is nobody, said as it is, with the way to be the first", () => {
    show([], aTally());
    expect(text()).toContain("Nobody has attested this comparison yet.");
    expect(screen.queryByRole("list", { name: "Reports" })).toBeNull();
    expect(screen.getByRole("link", { name: "Review and sign" }).getAttribute("href")).toBe(
      `/jobs/${job}/review`,
    );
  });

  it("is counted by organisation, each report with reasons, date, leaf and its own page", () => {
    show([
      aReportView({ id: idOf("a"), key: keyOf("a"), organisation: "Alpha" }),
      aReportView({
        id: idOf("b"),
        key: keyOf("b"),
        organisation: "Beta",
        verdict: "contest",
        reasons: ["country-doubtful"],
      }),
    ]);
    expect(text()).toContain("Confirmed by 1 organisation, contested by 1.");
    const [beta, alpha] = rows();
    expect(beta?.textContent).toContain("contests");
    expect(beta?.textContent).toContain("Country doubtful.");
    expect(alpha?.textContent).toContain("Receipts checked and Answers read.");
    expect(alpha?.textContent).toContain("22 Nov 2026");
    const links = within(alpha as HTMLElement).getAllByRole("link");
    expect(links.map((link) => link.getAttribute("href"))).toEqual([
      "/log/9",
      `/attestations/${idOf("a")}`,
    ]);
  });

  it("does not count what no published checkpoint includes, and shows it all the same", () => {
    show([aReportView({ leafIndex: null })]);
    expect(text()).toContain("Nothing counts yet");
    expect(text()).not.toContain("Nobody has attested");
    expect(rows()[0]?.textContent).toContain("not in the published log yet");
  });

  it("says what an attestation does not mean", () => {
    show([aReportView()]);
    expect(text()).toContain("It does not prove a finding");
    expect(screen.getByRole("link", { name: "What an attestation is" }).getAttribute("href")).toBe(
      "/methodology#attestations",
    );
  });

  it("says that two reports of one organisation count once", () => {
    show([
      aReportView({ id: idOf("a"), key: keyOf("a"), organisation: "Alpha" }),
      aReportView({ id: idOf("b"), key: keyOf("b"), organisation: "ALPHA" }),
    ]);
    expect(text()).toContain("Confirmed by 1 organisation.");
    expect(text()).toContain("2 reports by 1 organisation: an organisation counts once");
  });

  it("says whose keys disagree", () => {
    show([
      aReportView({ id: idOf("a"), key: keyOf("a"), organisation: "Alpha" }),
      aReportView({ id: idOf("b"), key: keyOf("b"), organisation: "Alpha", verdict: "contest" }),
    ]);
    expect(text()).toContain("Left open by 1 organisation.");
    expect(text()).toContain("Alpha is divided: its keys disagree");
  });

  it("marks a superseded report and a key that was revoked since, in words", () => {
    show([
      aReportView({ id: idOf("a"), isSuperseded: true }),
      aReportView({ id: idOf("b"), keyRevokedAt: aReportView().signedAt }),
    ]);
    expect(within(rows()[1] as HTMLElement).getByText("superseded by a later report")).toBeTruthy();
    expect(within(rows()[0] as HTMLElement).getByText("key revoked since")).toBeTruthy();
  });

  it("shows a report whose key somebody else may have had, and says that it is not counted", () => {
    const revoked = { keyRevokedAt: aReportView().signedAt };
    const not = "Not counted: its key was revoked because somebody else may have had it.";
    show([
      aReportView({ id: idOf("a"), key: keyOf("a"), organisation: "Alpha" }),
      aReportView({
        id: idOf("b"),
        key: keyOf("b"),
        organisation: "Beta",
        ...revoked,
        keyRevokedAs: "compromised",
      }),
      aReportView({
        id: idOf("c"),
        key: keyOf("c"),
        organisation: "Gamma",
        ...revoked,
        keyRevokedAs: "retired",
      }),
    ]);
    expect(text()).toContain("Confirmed by 2 organisations.");
    expect(text()).not.toContain("an organisation counts once");
    expect(rows().map((row) => row.textContent?.includes(not))).toEqual([false, true, false]);
  });

  it("says when nothing counts any more", () => {
    show([aReportView({ keyRevokedAt: aReportView().signedAt, keyRevokedAs: "compromised" })]);
    expect(text()).toContain("Nothing counts any more: the keys that signed were revoked.");
    expect(text()).not.toContain("Nothing counts yet");
  });

  it("shows a name for what it is: long, right to left, or with characters that would steer it", () => {
    const long = `Verein${"x".repeat(94)}`;
    show([
      aReportView({ id: idOf("a"), key: keyOf("a"), organisation: "مرصد الصحافة" }),
      aReportView({ id: idOf("b"), key: keyOf("b"), organisation: long }),
      aReportView({ id: idOf("c"), key: keyOf("c"), organisation: "Honest\u202eReview" }),
    ]);
    const arabic = screen.getByText("مرصد الصحافة");
    expect(arabic.getAttribute("dir")).toBe("rtl");
    expect(screen.getByText(long).className).toContain("wrap-anywhere");
    expect(screen.getByText("RLO")).toBeTruthy();
    expect(document.body.textContent).not.toContain("\u202e");
  });
});
