import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { ForeignBytes } from "@/components/log/foreign-bytes";
import { KeyList } from "@/components/log/key-list";
import { VerifierList } from "@/components/verify/verifier-list";
import type { Instant, KeyId } from "@/schemas/primitives";
import type { KeyView, LeafSnapshot } from "@/schemas/snapshot";
import { base64, utf8 } from "@/server/domain/bytes";

afterEach(cleanup);

const at = "2026-11-22T12:00:00.000Z" as Instant;
const key = (id: string, fields: Partial<KeyView> = {}): KeyView => ({
  key: id as KeyId,
  role: "runner",
  organisation: null,
  publicKey: "p".repeat(43).concat("="),
  registeredAt: at,
  registrationIndex: 0,
  isInUse: false,
  revocation: null,
  ...fields,
});
const revocation = {
  index: 41,
  at,
  reason: "compromised",
  replacedBy: "key-new" as KeyId,
} as const;

it("shows from where to where a key's signatures count, the newest key first", () => {
  render(
    <KeyList
      logVerifierKey="beacon.local/x+00000000+AAAA"
      keys={[key("key-old", { revocation }), key("key-new", { isInUse: true })]}
    />,
  );
  const cards = screen.getAllByRole("region", { name: /^Key / });
  expect(cards.map((card) => card.getAttribute("aria-label"))).toEqual([
    "Key key-new",
    "Key key-old",
  ]);
  const [current, old] = cards as [HTMLElement, HTMLElement];
  expect(within(current).getByText("signs now")).toBeDefined();
  expect(within(current).queryByText("revoked")).toBeNull();
  expect(within(old).getByText("revoked")).toBeDefined();
  expect(within(old).getByText("somebody else may have had it")).toBeDefined();
  expect(
    within(old).getByText("What it signed between entry 0 and entry 41, and nothing after."),
  ).toBeDefined();
});

it("says for whom an attester speaks, a name that cannot turn the text around it", () => {
  render(
    <KeyList
      logVerifierKey="k"
      keys={[key("key-a", { role: "attester", organisation: "Free \u202ePress" })]}
    />,
  );
  expect(screen.getByText(/^attester: signs reports about comparisons/)).toBeDefined();
  expect(screen.getByText("RLO")).toBeDefined();
});

it("says when no key is registered", () => {
  render(<KeyList logVerifierKey="k" keys={[]} />);
  expect(screen.getByText("The log has registered no key yet.")).toBeDefined();
});

const leaf = (bytes: Uint8Array): LeafSnapshot => ({
  index: 7,
  type: "raw",
  at,
  simulated: null,
  jobId: null,
  jobTitle: null,
  taskId: null,
  country: null,
  entry: null,
  bytes: base64(bytes),
  leafHash: "00".repeat(32),
  dsse: null,
  signerKey: null,
  size: 8,
  proof: [],
});

it("shows the bytes of third parties as text, never as markup, and says what is not text", () => {
  const { rerender, container } = render(
    <ForeignBytes leaf={leaf(utf8("<b>look \u202e here</b>"))} />,
  );
  expect(container.querySelector("article b, pre b, p b")).toBeNull();
  expect(container.textContent).toContain("<b>look");
  expect(container.textContent).toContain("RLO");
  rerender(<ForeignBytes leaf={leaf(Uint8Array.of(0xff, 0xfe))} />);
  expect(screen.getByText("They are not text.")).toBeDefined();
});

it("lists the programs with the entry that commits to each", () => {
  const { rerender } = render(<VerifierList verifiers={[]} />);
  expect(screen.getByText("The log commits to no program yet.")).toBeDefined();
  rerender(
    <VerifierList
      verifiers={[{ file: "verify.py", sha256: "ab".repeat(32), sizeBytes: 9, at, leafIndex: 2 }]}
    />,
  );
  expect(screen.getByRole("link", { name: "verify.py" }).getAttribute("href")).toBe(
    "/verify/verify.py",
  );
  expect(screen.getByRole("link", { name: "entry 2" }).getAttribute("href")).toBe("/log/2");
});
