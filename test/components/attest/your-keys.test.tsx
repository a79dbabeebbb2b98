import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { KeyPlace } from "@/components/attest/key-vault";
import { YourKeys } from "@/components/attest/your-keys";
import type { AttesterKeyView } from "@/schemas/attestation-view";
import type { Instant, KeyId } from "@/schemas/primitives";
import { enrolmentMessage } from "@/server/domain/attest/enrolment-message";
import { bytesOf } from "@/server/domain/bytes";
import { keyIdOf } from "@/server/domain/identity";
import { ed25519Verifier } from "@/server/domain/signature";
import { aKeyPlace, aShelf } from "@/test/components/attest/a-key-place";
import { aKeyView } from "@/test/components/attest/a-review";
import { aPortal, Refusal } from "@/test/components/jobs/a-portal";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const ACCOUNT = "usr-aaaaaaaaaaaaaaaaaaaaaaaaaa";
const ORIGIN = "beacon.local/0011aabb";
const CHALLENGE = "a challenge";
const REVOKED_AT = "2026-11-23T13:00:00.000Z" as Instant;

type Enrolment = { publicKey: string; label: string; challenge: string; proof: string };

/** A portal that enrols and revokes, and keeps what it was told. */
function anEnroller(known: AttesterKeyView[] = []) {
  const enrolled: Enrolment[] = [];
  const portal = aPortal({
    "attestations.myKeys": () => known,
    "attestations.challenge": () => ({ challenge: CHALLENGE, account: ACCOUNT, origin: ORIGIN }),
    "attestations.enrol": (input) => {
      const enrolment = input as Enrolment;
      enrolled.push(enrolment);
      const key = keyIdOf(bytesOf(enrolment.publicKey));
      const view = aKeyView({ key, label: enrolment.label, registrationIndex: null });
      known.push(view);
      return view;
    },
    "attestations.revokeMyKey": (input) => {
      const { key } = input as { key: KeyId };
      const at = known.findIndex((view) => view.key === key);
      const [view] = known.splice(at, 1);
      if (view !== undefined) known.push({ ...view, revokedAt: REVOKED_AT });
      return { isNew: true };
    },
  });
  return { ...portal, enrolled, known };
}

const show = (place: KeyPlace = aKeyPlace(), organisation: string | null = "Example Newsroom") =>
  render(<YourKeys account={ACCOUNT} organisation={organisation} place={place} />);
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));
const card = () => screen.getByRole("region", { name: "This browser’s key" });

async function enrolAs(label: string) {
  fireEvent.change(await screen.findByLabelText(/Where this key lives/), {
    target: { value: label },
  });
  press("Make a key and enrol it");
}

describe("an attester's keys", () => {
  it("are made in the browser, enrolled with a proof that verifies, and wait for the log", async () => {
    const portal = anEnroller();
    const shelf = aShelf();
    show(aKeyPlace({}, shelf));
    expect(await screen.findByText(/holds no key of yours yet/)).toBeTruthy();
    await enrolAs(" Laptop ");
    expect(await screen.findByText(/waiting for the log to register it/)).toBeTruthy();
    const [enrolment] = portal.enrolled;
    expect(enrolment).toMatchObject({ label: "Laptop", challenge: CHALLENGE });
    const publicKey = bytesOf(enrolment?.publicKey ?? "");
    const message = enrolmentMessage({
      origin: ORIGIN,
      account: ACCOUNT,
      publicKey,
      challenge: CHALLENGE,
    });
    const signature = bytesOf(enrolment?.proof ?? "");
    const { verify } = await ed25519Verifier();
    expect(await verify({ publicKey, message, signature })).toBe(true);
    expect(shelf.kept.map(({ id }) => id)).toEqual([keyIdOf(publicKey)]);
    expect(document.body.textContent).not.toMatch(/PRIVATE|pkcs8/i);
  });

  it("are registered as soon as the log says so, without a reload", async () => {
    const portal = anEnroller();
    show();
    await enrolAs("Laptop");
    await screen.findByText(/waiting for the log/);
    const [view] = portal.known.splice(0, 1);
    portal.known.push(aKeyView({ ...view, registrationIndex: 41 }));
    await vi.waitFor(() => {
      act(() => portal.tell({ kind: "log.published", size: 42 }));
      expect(within(card()).getByText("Registered: it can sign reports.")).toBeTruthy();
    });
    expect(within(card()).getByRole("link", { name: "entry 41" }).getAttribute("href")).toBe(
      "/log/41",
    );
    expect(screen.queryByRole("button", { name: /enrol/i })).toBeNull();
  });

  it("are made once: after a refusal the same key is enrolled, not another", async () => {
    const shelf = aShelf();
    const known: AttesterKeyView[] = [];
    let isRefused = true;
    aPortal({
      "attestations.myKeys": () => known,
      "attestations.challenge": () => ({ challenge: CHALLENGE, account: ACCOUNT, origin: ORIGIN }),
      "attestations.enrol": (input) => {
        if (isRefused)
          throw new Refusal("KEY_ENROLMENT_REFUSED", "The account has five keys already.");
        const key = keyIdOf(bytesOf((input as Enrolment).publicKey));
        known.push(aKeyView({ key, registrationIndex: null }));
        return known[0];
      },
    });
    show(aKeyPlace({}, shelf));
    await enrolAs("Laptop");
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("The account has five keys already.");
    expect(alert.textContent).toContain("KEY_ENROLMENT_REFUSED");
    expect(await screen.findByText(/a key that is not enrolled/)).toBeTruthy();
    expect((screen.getByLabelText(/Where this key lives/) as HTMLInputElement).value).toBe(
      "Laptop",
    );
    isRefused = false;
    press("Enrol it");
    await screen.findByText(/waiting for the log/);
    expect(shelf.kept).toHaveLength(1);
  });

  it("are revoked with a reason, after asking once, and another can be made", async () => {
    const portal = anEnroller();
    show();
    await enrolAs("Laptop");
    await screen.findByText(/waiting for the log/);
    press("Revoke “Laptop”…");
    expect(screen.getByText(/The log says so for good/)).toBeTruthy();
    press("Keep it");
    press("Revoke “Laptop”…");
    fireEvent.change(screen.getByLabelText("Why"), { target: { value: "compromised" } });
    press("Revoke it for good");
    expect(await screen.findByText(/nothing that it signs is taken any more/)).toBeTruthy();
    expect(portal.calls.filter(({ procedure }) => procedure.endsWith("revokeMyKey"))).toEqual([
      {
        procedure: "attestations.revokeMyKey",
        input: { key: portal.known[0]?.key, reason: "compromised" },
      },
    ]);
    expect(screen.getByRole("button", { name: "Make a key and enrol it" })).toBeTruthy();
  });

  it("can be forgotten by this browser once they sign nothing any more", async () => {
    const shelf = aShelf();
    const portal = anEnroller();
    show(aKeyPlace({}, shelf));
    await enrolAs("Laptop");
    await screen.findByText(/waiting for the log/);
    expect(screen.queryByRole("button", { name: /Forget/ })).toBeNull();
    press("Revoke “Laptop”…");
    press("Revoke it for good");
    await screen.findByText(/nothing that it signs/);
    press("Forget it in this browser");
    expect(await screen.findByText(/holds no key of yours yet/)).toBeTruthy();
    expect(shelf.kept).toEqual([]);
    expect(
      within(screen.getByRole("region", { name: "Your other keys" })).getByText("revoked"),
    ).toBeTruthy();
    expect(portal.known).toHaveLength(1);
  });

  it("of other browsers are listed, and can be revoked from here", async () => {
    const portal = anEnroller([aKeyView({ label: "Command line" })]);
    show();
    const others = await screen.findByRole("region", { name: "Your other keys" });
    expect(within(others).getByText("Command line")).toBeTruthy();
    fireEvent.click(within(others).getByRole("button", { name: "Revoke “Command line”…" }));
    press("Revoke it for good");
    await expect.poll(() => portal.known[0]?.revokedAt).toBe(REVOKED_AT);
  });

  it("are not offered to an account that speaks for nobody, and it says who changes that", async () => {
    anEnroller();
    show(aKeyPlace(), null);
    expect(await screen.findByText(/An admin of this portal sets for whom you speak/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /enrol/i })).toBeNull();
  });

  it("are looked up with a word for waiting, and one for a portal that does not answer", async () => {
    aPortal({
      "attestations.myKeys": () => {
        throw new Refusal("LOG_STORE_UNAVAILABLE", "The log cannot be read now.");
      },
    });
    show();
    expect(screen.getByRole("status").textContent).toContain("Loading your keys");
    const alert = await screen.findByRole("alert", {}, { timeout: 10_000 });
    expect(alert.textContent).toContain("The log cannot be read now.");
    expect(screen.getByRole("button", { name: "Try again" })).toBeTruthy();
  }, 15_000);
});

describe("a browser that can hold no key", () => {
  it("says which way is left, and still lists and revokes the keys of others", async () => {
    anEnroller([aKeyView({ label: "Command line" })]);
    show(aKeyPlace({ subtle: undefined }));
    expect(await screen.findByText(/did not come over a secure connection/)).toBeTruthy();
    expect(screen.getByText("npm run beacon -- attest")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /enrol/i })).toBeNull();
    expect(screen.getByRole("button", { name: "Revoke “Command line”…" })).toBeTruthy();
  });

  it("is told apart: without Ed25519, and without storage", async () => {
    const refuse = async () => Promise.reject(new DOMException("no", "NotSupportedError"));
    anEnroller();
    const { subtle } = aKeyPlace();
    show(aKeyPlace({ subtle: { ...(subtle as SubtleCrypto), generateKey: refuse } }));
    expect(await screen.findByText(/cannot make Ed25519 keys/)).toBeTruthy();
    cleanup();
    show(aKeyPlace({ openShelf: refuse }));
    expect(await screen.findByText(/keeps nothing for this page/)).toBeTruthy();
  });
});
