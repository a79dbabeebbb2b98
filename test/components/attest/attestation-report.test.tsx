import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import {
  AttestationReport,
  ReportNotes,
  shownFields,
} from "@/components/attest/attestation-report";
import { VerifyPanel } from "@/components/verify/verify-panel";
import type { AttestationReport as Document } from "@/schemas/attestation";
import type { AttestationView } from "@/schemas/attestation-view";
import type { AttestationId, Cid } from "@/schemas/primitives";
import type { KeyView } from "@/schemas/snapshot";
import { utf8 } from "@/server/domain/bytes";
import { canonicalBytes } from "@/server/domain/digest";
import { aReportView } from "@/test/components/attest/a-review";
import { aWorld } from "@/test/components/verify/a-world";
import {
  ATTESTATION_INDEX,
  aLog,
  anAttestation,
  aReport,
  entriesOfAllKinds,
} from "@/test/domain/verify/a-log";

afterEach(cleanup);

const { signedAt } = aReportView();
const aKey = (fields: Partial<KeyView> = {}): KeyView => ({
  key: aReportView().key,
  role: "attester",
  organisation: "Example Newsroom",
  publicKey: "A".repeat(44),
  registeredAt: signedAt,
  registrationIndex: 7,
  isInUse: false,
  revocation: null,
  ...fields,
});
const show = (report: AttestationView, registered: KeyView | null = aKey()) =>
  render(<AttestationReport report={report} registered={registered} />);
const region = (name: string) => screen.getByRole("region", { name });

describe("a report, whole", () => {
  it("shows verdict, reasons with their sentences, statement, interest and checklist", () => {
    show(aReportView({ interest: "I once worked for the museum." }));
    const said = region("What it says").textContent;
    expect(said).toContain("I checked what I name below");
    expect(said).toContain("Answers read. The answers were read");
    expect(said).toContain("I read all answers from Kenya.");
    expect(said).toContain("I once worked for the museum.");
    const rows = within(region("The checklist when it was signed")).getAllByRole("listitem");
    expect(rows).toHaveLength(3);
    const signed = region("Who signed it");
    expect(signed.textContent).toContain("Example Newsroom");
    expect(within(signed).getByRole("link", { name: "entry 7" })).toBeTruthy();
    expect(signed.textContent).toContain("no entry of the log");
  });

  it("says where there is no statement and no interest, instead of leaving a gap", () => {
    show(aReportView({ statement: "" }));
    expect(screen.getByText("No statement.")).toBeTruthy();
    expect(screen.getByText("Nothing ties them to a party, they say.")).toBeTruthy();
  });

  it("reads a statement in its own direction, and makes hidden characters visible", () => {
    show(aReportView({ statement: "قرأت كل الإجابات.", interest: "a\u202eb" }));
    expect(screen.getByText("قرأت كل الإجابات.").getAttribute("dir")).toBe("rtl");
    expect(screen.getByText("RLO")).toBeTruthy();
  });

  it("shows markup in a statement as the text that it is", () => {
    show(aReportView({ statement: "<b>bold</b> <script>alert(1)</script>" }));
    expect(screen.getByText("<b>bold</b> <script>alert(1)</script>")).toBeTruthy();
  });

  it("says what is not in the log yet", () => {
    show(aReportView({ leafIndex: null }), null);
    const signed = region("Who signed it").textContent;
    expect(signed).toContain("not in the published log yet");
    expect(signed).toContain("no published state of the log yet");
  });

  it("says when its key was revoked, and in which entry", () => {
    const revocation = { index: 31, at: signedAt, reason: "retired", replacedBy: null } as const;
    show(aReportView({ keyRevokedAt: signedAt }), aKey({ revocation }));
    expect(within(region("Who signed it")).getByRole("link", { name: "entry 31" })).toBeTruthy();
  });
});

describe("what changed since a report was signed", () => {
  const later = aReportView({ id: `att-${"b".repeat(26)}` as AttestationId });

  it("is nothing, and then nothing is said", () => {
    const { container } = render(<ReportNotes report={aReportView()} successor={null} />);
    expect(container.innerHTML).toBe("");
  });

  it("is the later report of the same key, linked", () => {
    render(<ReportNotes report={aReportView({ isSuperseded: true })} successor={later} />);
    expect(screen.getByText(/signed a later report/)).toBeTruthy();
    expect(screen.getByRole("link").getAttribute("href")).toBe(`/attestations/${later.id}`);
  });

  it("is its key's revocation: what it had signed before still counts", () => {
    render(<ReportNotes report={aReportView({ keyRevokedAt: signedAt })} successor={null} />);
    expect(screen.getByText(/was revoked on/).textContent).toContain("still counts");
  });

  it("is that it counts no more, where somebody else may have had its key", () => {
    const report = aReportView({ keyRevokedAt: signedAt, keyRevokedAs: "compromised" });
    render(<ReportNotes report={report} successor={null} />);
    const note = screen.getByText(/was revoked on/).textContent;
    expect(note).toContain(
      "This report is not counted: its key was revoked because somebody else may have had it.",
    );
    expect(note).not.toContain("still counts");
  });
});

describe("a report's own proof", () => {
  const report = aReport();
  const entry = anAttestation();
  const log = aLog({ entries: entriesOfAllKinds() });
  const world = aWorld({
    [`/tlog/proof/${ATTESTATION_INDEX}`]: log.receiptOf(ATTESTATION_INDEX),
    "/tlog/policy": utf8(log.policyText),
    [`/ipfs/${entry.cid}?format=raw`]: canonicalBytes(report),
  });
  const viewOf = (document: Document): AttestationView =>
    aReportView({
      id: document.id,
      job: document.job,
      comparison: document.comparison,
      key: document.attester_key,
      organisation: document.organisation,
      verdict: document.verdict,
      reasons: document.reasons,
      statement: document.statement,
      interest: document.interest,
      checklist: document.checklist,
      signedAt: document.signed_at,
      cid: entry.cid as Cid,
      leafIndex: ATTESTATION_INDEX,
    });

  async function verify(view: AttestationView) {
    render(
      <VerifyPanel
        expected={{
          leafIndex: ATTESTATION_INDEX,
          taskId: null,
          text: null,
          fields: shownFields(view),
        }}
        simulated
        localWitnesses={[]}
        world={world}
      />,
    );
    fireEvent.click(screen.getByRole("button", { name: "Verify in this browser" }));
    await screen.findByRole("button", { name: "Check again" });
  }

  it("is made by the browser with the verifier of every other entry, and compared with the page", async () => {
    await verify(viewOf(report));
    expect(screen.getByRole("status").textContent).toContain("8 checks hold");
    expect(screen.getByText(/What this page shows of the report stands so/).textContent).toContain(
      "11 parts compared",
    );
  });

  it("does not believe a page that shows another verdict, statement or row than was signed", async () => {
    await verify(
      viewOf({
        ...report,
        verdict: "confirm",
        statement: "All is well.",
        checklist: report.checklist.slice(0, 1),
      }),
    );
    expect(screen.getByRole("alert").textContent).toContain(
      "(verdict, statement, checklist). Believe the document.",
    );
  });

  it("says that nothing was compared where the document cannot be had", async () => {
    const { fetchBytes } = world;
    render(
      <VerifyPanel
        expected={{
          leafIndex: ATTESTATION_INDEX,
          taskId: null,
          text: null,
          fields: shownFields(viewOf(report)),
        }}
        simulated
        localWitnesses={[]}
        world={{
          ...world,
          fetchBytes: async (path) =>
            path.startsWith("/ipfs/") ? Promise.reject(new Error("404")) : fetchBytes(path),
        }}
      />,
    );
    fireEvent.click(screen.getByRole("button", { name: "Verify in this browser" }));
    await screen.findByRole("button", { name: "Check again" });
    expect(screen.getByText(/was not compared with the document/)).toBeTruthy();
  });
});
