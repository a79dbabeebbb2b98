import { act, cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openKeyVault } from "@/components/attest/key-vault";
import { ReviewDesk, type ReviewSurroundings } from "@/components/attest/review-desk";
import { AttestationReport } from "@/schemas/attestation";
import type { AttestationView, AttesterKeyView } from "@/schemas/attestation-view";
import type { AttestationId } from "@/schemas/primitives";
import type { Viewer } from "@/schemas/snapshot";
import type { SealedAttestation } from "@/server/domain/attest/draft-attestation";
import { base64, bytesOf, fromUtf8 } from "@/server/domain/bytes";
import { canonicalBytes, cidOf } from "@/server/domain/digest";
import { paeOf, STATEMENT_TYPE, statementBytes } from "@/server/domain/log/receipt";
import { ed25519Verifier } from "@/server/domain/signature";
import { aKeyPlace, aShelf } from "@/test/components/attest/a-key-place";
import {
  aKeyView,
  anAttester,
  aReportView,
  aReviewView,
  aReviewWorld,
  document as block,
  COMPARISON_INDEX,
  comparison,
} from "@/test/components/attest/a-review";
import { aPortal, Refusal } from "@/test/components/jobs/a-portal";
import { aMemory } from "@/test/components/verify/a-world";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const BLOCK = `/ipfs/${comparison.cid}?format=raw`;
const changedBlock = block.map((byte, i) => (i === 4 ? byte ^ 1 : byte));

const aTab = () => {
  const memory = aMemory();
  return { ...memory, removeItem: (key: string) => void memory.entries.delete(key) };
};

type Options = {
  readonly viewer?: Viewer | null;
  /** How the key of this browser stands; null: there is none. */
  readonly enrolled?: Partial<AttesterKeyView> | "not-enrolled" | null;
  readonly reports?: readonly AttestationView[];
  readonly world?: ReviewSurroundings["world"];
  /** What of the browser outlives a reload. */
  readonly tab?: ReturnType<typeof aTab>;
  readonly shelf?: ReturnType<typeof aShelf>;
  readonly file?: (sealed: SealedAttestation) => unknown;
};

/** The review page of an attester whose browser holds a real key, registered as entry 7. */
async function show(options: Options = {}) {
  const { viewer = anAttester(), enrolled = {}, reports = [], world = aReviewWorld() } = options;
  const place = aKeyPlace({}, options.shelf ?? aShelf());
  const vault = await openKeyVault(anAttester().id, place);
  if (typeof vault === "string") throw new Error(vault);
  const [held] = await vault.list();
  const key = enrolled === null ? null : (held ?? (await vault.make()));
  const mine =
    key === null || enrolled === null || enrolled === "not-enrolled"
      ? []
      : [aKeyView({ key: key.id, ...enrolled })];
  const known = reports.map((report) =>
    report.key === aReportView().key && key !== null ? { ...report, key: key.id } : report,
  );
  let leafIndex: number | null = null;
  const filed: SealedAttestation[] = [];
  const portal = aPortal({
    "attestations.myKeys": () => mine,
    "attestations.ofJob": () => ({ tally: null, reports: known }),
    "attestations.file": (input) => {
      const sealed = input as SealedAttestation;
      filed.push(sealed);
      return options.file?.(sealed) ?? { id: sealed.report.id, isNew: true };
    },
    "attestations.byId": (input) =>
      aReportView({ id: (input as { id: AttestationId }).id, leafIndex }),
  });
  const tab = options.tab ?? aTab();
  let drawn = 0;
  render(
    <ReviewDesk
      view={aReviewView()}
      viewer={viewer}
      reports={known}
      surroundings={{
        world,
        place,
        memory: tab,
        random16: () => new Uint8Array(16).fill(++drawn),
      }}
    />,
  );
  return {
    ...portal,
    key,
    filed,
    tab,
    publish: (index: number) => {
      leafIndex = index;
      act(() => portal.tell({ kind: "log.published", size: index + 1 }));
    },
  };
}

const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));
const radio = (name: RegExp) => screen.getByRole("radio", { name }) as HTMLInputElement;
const statement = () => screen.getByLabelText("Statement") as HTMLTextAreaElement;
const receiptRow = () =>
  within(screen.getByRole("list", { name: "Checklist" })).getAllByRole("listitem")[0]?.textContent;
const isChecked = () => waitFor(() => expect(receiptRow()).toContain("8 checks hold"));

async function fillIn(text = "I read all answers from Kenya.") {
  await isChecked();
  fireEvent.click(await screen.findByRole("radio", { name: /^Confirm/ }));
  fireEvent.click(screen.getByRole("checkbox", { name: /^Answers read/ }));
  fireEvent.change(statement(), { target: { value: text } });
  fireEvent.click(radio(/^Nothing ties me/));
}

describe("the review page", () => {
  it("computes the receipt's row in the browser, and shows the portal's rows beside it", async () => {
    await show({ viewer: null });
    expect(receiptRow()).toContain("being checked");
    await isChecked();
    const rows = screen.getByRole("list", { name: "Checklist" });
    const [, closed, countries, simulated] = within(rows).getAllByRole("listitem");
    expect(closed?.textContent).toContain("Every announced task closed");
    expect(countries?.textContent).toContain("not applicable");
    expect(simulated?.textContent).toContain("fails");
    expect(within(rows).getByRole("img", { name: "fails" })).toBeTruthy();
  });

  it("says that the receipt could not be checked, and checks it again when asked", async () => {
    let isDown = true;
    const world = aReviewWorld();
    const { fetchBytes } = world;
    await show({
      viewer: null,
      world: {
        ...world,
        fetchBytes: async (path) => {
          if (isDown) throw new TypeError("Failed to fetch");
          return fetchBytes(path);
        },
      },
    });
    await waitFor(() => expect(receiptRow()).toContain("could not be checked"));
    isDown = false;
    press("Check the receipt again");
    await isChecked();
  });

  it("is for everyone to read; to sign it, one signs in first and comes back", async () => {
    await show({ viewer: null });
    const link = screen.getByRole("link", { name: "Sign in to sign a report" });
    expect(link.getAttribute("href")).toBe(`/sign-in?next=/jobs/${comparison.job}/review`);
    expect(screen.queryByRole("radio")).toBeNull();
  });

  it("offers no form to an admin, nor to a reader, and says why", async () => {
    await show({ viewer: anAttester({ role: "admin" }) });
    expect(screen.getByText(/Who runs a portal does not vouch/)).toBeTruthy();
    cleanup();
    await show({ viewer: anAttester({ role: "reader" }) });
    expect(screen.getByText(/Only attesters sign reports/)).toBeTruthy();
    expect(screen.queryByRole("radio")).toBeNull();
  });

  it("offers no form without a registered key in this browser, and says what is missing", async () => {
    for (const [enrolled, said] of [
      [null, /holds no key of yours/],
      ["not-enrolled", /not enrolled yet/],
      [{ registrationIndex: null }, /waits for the log/],
      [{ revokedAt: aReportView().signedAt }, /was revoked/],
    ] as const) {
      await show({ enrolled });
      expect(await screen.findByText(said)).toBeTruthy();
      expect(screen.getByRole("link", { name: "Your keys" })).toBeTruthy();
      expect(screen.queryByRole("radio")).toBeNull();
      cleanup();
    }
  });
});

describe("the form", () => {
  it("says all at once what is missing, at the field too, and moves there", async () => {
    await show();
    await isChecked();
    await screen.findByRole("radio", { name: /^Confirm/ });
    press("Show what will be signed");
    const alert = screen.getByRole("alert");
    expect(alert.textContent).toContain("Choose a verdict.");
    expect(alert.textContent).toContain("Say whether anything ties you to a party.");
    expect(document.activeElement).toBe(alert);
    screen.getByRole("button", { name: "Show what will be signed" }).focus();
    press("Show what will be signed");
    expect(document.activeElement).toBe(screen.getByRole("alert"));
    const verdicts = screen.getByRole("group", { name: "Your verdict" });
    const described = verdicts.getAttribute("aria-describedby") ?? "";
    expect(document.getElementById(described)?.textContent).toBe("Choose a verdict.");
    fireEvent.click(radio(/^Contest/));
    expect(screen.queryByRole("alert")).toBeNull();
    press("Show what will be signed");
    expect(screen.getByRole("alert").textContent).toContain("Tick at least one reason.");
    fireEvent.click(radio(/^Something ties me/));
    press("Show what will be signed");
    expect(screen.getByRole("alert").textContent).toContain("Say what ties you");
  });

  it("offers the reasons of the chosen verdict and no others", async () => {
    await show();
    fireEvent.click(await screen.findByRole("radio", { name: /^Leave it open/ }));
    const group = screen.getByRole("group", { name: "What was missing" });
    expect(within(group).getAllByRole("checkbox")).toHaveLength(4);
    expect(screen.queryByRole("checkbox", { name: /^Answers read/ })).toBeNull();
  });

  it("counts the statement's characters and lets no more in than may be signed", async () => {
    await show();
    await screen.findByRole("radio", { name: /^Confirm/ });
    fireEvent.change(statement(), { target: { value: "x".repeat(1_500) } });
    expect(screen.getByText("1,500 of 2,000 characters")).toBeTruthy();
    expect(statement().maxLength).toBe(2_000);
  });

  it("does not offer to confirm what does not verify, with the reason; contesting is open", async () => {
    await show({ world: aReviewWorld({ [BLOCK]: changedBlock }) });
    await waitFor(() => expect(receiptRow()).toContain("1 check fails"));
    const confirm = await screen.findByRole("radio", { name: /^Confirm.*does not verify/ });
    expect((confirm as HTMLInputElement).disabled).toBe(true);
    fireEvent.click(radio(/^Contest/));
    fireEvent.click(screen.getByRole("checkbox", { name: /^Evidence incomplete/ }));
    fireEvent.click(radio(/^Nothing ties me/));
    press("Show what will be signed");
    expect(screen.getByText("This is what you sign")).toBeTruthy();
  });

  it("refuses a confirmation that was begun before the receipt failed", async () => {
    const before = { tab: aTab(), shelf: aShelf() };
    await show(before);
    await fillIn();
    cleanup();
    await show({ ...before, world: aReviewWorld({ [BLOCK]: changedBlock }) });
    await waitFor(() => expect(receiptRow()).toContain("1 check fails"));
    await screen.findByRole("radio", { name: /^Confirm/ });
    expect(radio(/^Confirm/).checked).toBe(true);
    press("Show what will be signed");
    expect(screen.getByRole("alert").textContent).toContain("does not verify in this browser");
    expect(screen.queryByText("This is what you sign")).toBeNull();
  });

  it("waits for the receipt before anything is shown for signing", async () => {
    const never = new Promise<Uint8Array>(() => {});
    await show({ world: { ...aReviewWorld(), fetchBytes: () => never } });
    fireEvent.click(await screen.findByRole("radio", { name: /^Contest/ }));
    fireEvent.click(screen.getByRole("checkbox", { name: /^Not reproduced/ }));
    fireEvent.click(radio(/^Nothing ties me/));
    press("Show what will be signed");
    expect(screen.getByRole("alert").textContent).toContain("still being checked");
  });

  it("keeps what was typed through a reload", async () => {
    const before = { tab: aTab(), shelf: aShelf() };
    await show(before);
    await fillIn("A long thought.");
    cleanup();
    await show(before);
    await screen.findByRole("radio", { name: /^Confirm/ });
    expect(statement().value).toBe("A long thought.");
    expect(radio(/^Confirm/).checked).toBe(true);
    expect(radio(/^Nothing ties me/).checked).toBe(true);
  });
});

describe("signing", () => {
  it("shows the very bytes first, then files them with a signature that verifies", async () => {
    const page = await show();
    await fillIn();
    press("Show what will be signed");
    const heading = screen.getByRole("heading", { name: "This is what you sign" });
    expect(document.activeElement).toBe(heading);
    expect(screen.getByText("Confirmed by 1 organisation.")).toBeTruthy();
    const shownCid = screen.getByTestId("cid").textContent;
    const bytes = screen.getByText(/^Its bytes, as they are hashed/).closest("details");
    const shownBytes = bytes?.querySelector("pre")?.textContent;
    expect(page.filed).toEqual([]);
    press("Sign and file");
    const result = await screen.findByRole("heading", { name: "Signed and filed" });
    expect(document.activeElement).toBe(result);

    const [sealed] = page.filed;
    if (sealed === undefined || page.key === null) throw new Error("nothing was filed");
    const { report, entry, dsse } = sealed;
    expect(AttestationReport.parse(report)).toEqual(report);
    expect(report).toMatchObject({
      verdict: "confirm",
      reasons: ["answers-read"],
      statement: "I read all answers from Kenya.",
      interest: null,
      attester_key: page.key.id,
      organisation: "Example Newsroom",
      comparison_cid: comparison.cid,
      comparison_index: COMPARISON_INDEX,
    });
    expect(report.checklist.map(({ check }) => check)).toEqual([
      "receipt-verifies",
      "every-task-closed",
      "countries-verified",
      "not-simulated",
    ]);
    expect(entry.cid).toBe(cidOf(canonicalBytes(report)));
    expect(shownBytes).toBe(fromUtf8(canonicalBytes(report)));
    expect(shownCid).toBe(entry.cid);
    const payload = statementBytes(entry, report.log);
    expect(dsse.payload).toBe(base64(payload));
    const { verify } = await ed25519Verifier();
    expect(
      await verify({
        publicKey: page.key.publicKey,
        message: paeOf(STATEMENT_TYPE, payload),
        signature: bytesOf(dsse.signatures[0]?.sig ?? ""),
      }),
    ).toBe(true);
  });

  it("says when the report is in the published log, and leads to it", async () => {
    const page = await show();
    await fillIn();
    press("Show what will be signed");
    press("Sign and file");
    expect(await screen.findByText(/not in a published state of the log yet/)).toBeTruthy();
    await vi.waitFor(() => {
      page.publish(12);
      expect(screen.getByRole("link", { name: "entry 12" }).getAttribute("href")).toBe("/log/12");
    });
    const id = page.filed[0]?.report.id;
    expect(
      screen.getByRole("link", { name: "The report and its proof" }).getAttribute("href"),
    ).toBe(`/attestations/${id}`);
    expect(page.tab.entries.size).toBe(0);
  });

  it("loses nothing when it is refused, and files the same report on the next try", async () => {
    let isRefused = true;
    const page = await show({
      file: () => {
        if (isRefused) throw new Refusal("KEY_NOT_READY", "not yet");
      },
    });
    await fillIn("Typed with care.");
    press("Show what will be signed");
    press("Sign and file");
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("KEY_NOT_READY");
    expect(alert.textContent).toContain("Try again in a few seconds");
    isRefused = false;
    press("Sign and file");
    await screen.findByRole("heading", { name: "Signed and filed" });
    expect(page.filed).toHaveLength(2);
    expect(page.filed[1]).toEqual(page.filed[0]);
  });

  it("says in one sentence that the portal did not answer", async () => {
    await show({
      file: () => {
        throw new TypeError("Failed to fetch");
      },
    });
    await fillIn();
    press("Show what will be signed");
    press("Sign and file");
    expect((await screen.findByRole("alert")).textContent).toContain("The portal did not answer");
  });

  it("can be thought better of: back in the form, everything stands as it was typed", async () => {
    const page = await show();
    await fillIn("First thought.");
    press("Show what will be signed");
    press("Change something");
    expect(statement().value).toBe("First thought.");
    fireEvent.change(statement(), { target: { value: "Second thought." } });
    press("Show what will be signed");
    press("Sign and file");
    await screen.findByRole("heading", { name: "Signed and filed" });
    expect(page.filed.map(({ report }) => report.statement)).toEqual(["Second thought."]);
  });

  it("says beforehand that a second report replaces the first in the count", async () => {
    await show({ reports: [aReportView({ verdict: "contest" })] });
    await fillIn();
    press("Show what will be signed");
    const preview = screen.getByRole("region", { name: "This is what you sign" });
    expect(preview.textContent).toContain("it contests it");
    expect(preview.textContent).toContain("will replace it in the count");
    expect(preview.textContent).toContain("Confirmed by 1 organisation.");
  });

  it("says beforehand what the count becomes when a colleague's key says otherwise", async () => {
    const key = `key-${"c".repeat(26)}` as AttestationView["key"];
    const organisation = "EXAMPLE  newsroom";
    await show({ reports: [aReportView({ verdict: "contest", key, organisation })] });
    await fillIn();
    press("Show what will be signed");
    const preview = screen.getByRole("region", { name: "This is what you sign" });
    expect(preview.textContent).not.toContain("will replace it");
    expect(preview.textContent).toContain("Left open by 1 organisation.");
  });
});
