import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { EntryFacts } from "@/components/log/entry-facts";
import { anAttestation, anAttesterKey, entriesOfAllKinds } from "@/test/domain/verify/a-log";

afterEach(cleanup);

it("says of an attestation what it says, of which comparison, and with which key", () => {
  const entry = anAttestation();
  render(<EntryFacts entry={entry} jobTitle="Museums" />);
  expect(screen.getByText("contests the comparison")).toBeDefined();
  expect(screen.getByRole("link", { name: "Museums" }).getAttribute("href")).toBe(
    `/jobs/${entry.job}`,
  );
  expect(screen.getByRole("link", { name: "entry 5" }).getAttribute("href")).toBe("/log/5");
  expect(screen.getByRole("link", { name: entry.cid }).getAttribute("href")).toBe(
    `/ipfs/${entry.cid}?format=raw`,
  );
  expect(screen.getByText("Signed with")).toBeDefined();
});

it("says for whom an attester's key is registered, as text that turns nothing around", () => {
  const organisation = "Free \u202e<b>Press</b>";
  const { container } = render(
    <EntryFacts entry={anAttesterKey({ organisation })} jobTitle={null} />,
  );
  expect(screen.getByText("attester, ed25519")).toBeDefined();
  expect(screen.getByText("RLO")).toBeDefined();
  expect(container.textContent).toContain("<b>Press</b>");
});

it("has rows for an entry of every kind", () => {
  for (const entry of entriesOfAllKinds()) {
    const { container } = render(<EntryFacts entry={entry} jobTitle={null} />);
    expect(container.querySelectorAll("dt").length).toBeGreaterThan(3);
    cleanup();
  }
});
