import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { SessionTable } from "@/components/jobs/session-table";
import type { SessionSnapshot } from "@/schemas/snapshot";

afterEach(cleanup);

const session = (fields: Partial<SessionSnapshot> = {}): SessionSnapshot => ({
  id: "ses-a" as SessionSnapshot["id"],
  country: "DE" as SessionSnapshot["country"],
  status: "OPEN",
  providerId: null,
  providerName: null,
  agreementId: null,
  verdict: "verified",
  startedAt: "2026-11-22T12:00:00.000Z" as SessionSnapshot["startedAt"],
  endedAt: null,
  costGlm: null,
  endReason: null,
  ...fields,
});
const cells = () => screen.getAllByRole("cell").map((cell) => cell.textContent);

describe("the table of rented providers", () => {
  it("says that an open session is at work while there is something to ask", () => {
    render(<SessionTable sessions={[session()]} areTasksClosed={false} />);
    expect(cells()).toEqual(expect.arrayContaining(["at work", "not settled yet"]));
  });

  it("says that it is settling once every task has closed", () => {
    render(<SessionTable sessions={[session()]} areTasksClosed />);
    expect(cells()).toContain("settling");
    expect(cells()).not.toContain("at work");
  });

  it("leaves how a session ended as it is", () => {
    const endedAt = "2026-11-22T12:05:00.000Z" as SessionSnapshot["endedAt"];
    render(<SessionTable sessions={[session({ status: "LOST", endedAt })]} areTasksClosed />);
    expect(cells()).toEqual(expect.arrayContaining(["lost", "not settled"]));
  });

  it("leads from a provider's name, shown as text, to how renting from it went", () => {
    const providerId = `0x${"ab".repeat(20)}`;
    const providerName = "<b>bold</b>\u202ename";
    render(<SessionTable sessions={[session({ providerId, providerName })]} areTasksClosed />);
    const link = screen.getByRole("link");
    expect(link.getAttribute("href")).toBe(`/providers#${providerId}`);
    expect(link.textContent).toBe("<b>bold</b>RLOname");
  });

  it("says of home that nobody is rented, judged or paid there", () => {
    render(
      <SessionTable sessions={[session({ country: "home", verdict: null })]} areTasksClosed />,
    );
    expect(cells()).toEqual([
      expect.stringContaining("Home"),
      "nobody",
      "none",
      "no country",
      "at work",
      "nobody to pay",
    ]);
  });
});
