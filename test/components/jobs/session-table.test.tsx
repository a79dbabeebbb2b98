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
});
