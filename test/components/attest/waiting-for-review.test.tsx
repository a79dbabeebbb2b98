import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { RunningNow } from "@/components/attest/running-now";
import { type Reviewable, WaitingForReview } from "@/components/attest/waiting-for-review";
import type { JobId } from "@/schemas/primitives";
import { aTally } from "@/test/components/attest/a-review";
import { aJobSnapshot } from "@/test/components/jobs/a-job-snapshot";

afterEach(cleanup);

const idOf = (letter: string) => `job-${letter.repeat(26)}` as JobId;
const aComparison = (letter: string, attestedBy: readonly string[]): Reviewable => ({
  job: aJobSnapshot({ id: idOf(letter), title: `Job ${letter}` }),
  tally: aTally({
    confirm: attestedBy.length,
    organisations: attestedBy.map((name) => ({ name, verdict: "confirm", isDivided: false })),
  }),
});
const reviewed = () =>
  screen.queryAllByRole("link", { name: /^Review: Job / }).map((link) => link.getAttribute("href"));

describe("what waits for an attester's review", () => {
  const comparisons = [
    aComparison("a", []),
    aComparison("b", ["Other", "example  NEWSROOM"]),
    aComparison("c", ["Other"]),
  ];

  it("is what their organisation has not attested, however it spells its name", () => {
    render(<WaitingForReview organisation="Example Newsroom" comparisons={comparisons} />);
    expect(reviewed()).toEqual([`/jobs/${idOf("a")}/review`, `/jobs/${idOf("c")}/review`]);
    expect(document.body.textContent).toContain("Nobody has attested it yet.");
    expect(document.body.textContent).toContain("Confirmed by 1 organisation.");
    expect(document.body.textContent).toContain("Looked at: 3 comparisons.");
  });

  it("is all of it for who speaks for nobody, and that is said", () => {
    render(<WaitingForReview organisation={null} comparisons={comparisons} />);
    expect(reviewed()).toHaveLength(3);
    expect(document.body.textContent).toContain("You speak for no organisation yet");
  });

  it("tells nothing to do from nothing there", () => {
    render(<WaitingForReview organisation="Other" comparisons={comparisons.slice(1)} />);
    expect(screen.getByText("Your organisation has attested all of them.")).toBeTruthy();
    cleanup();
    render(<WaitingForReview organisation="Other" comparisons={[]} />);
    expect(screen.getByText("Nothing has been compared yet.")).toBeTruthy();
  });
});

describe("what runs now", () => {
  it("is every job that is not compared yet, with the way to its live board", () => {
    const open = aJobSnapshot({ title: "Under way" });
    const done = aJobSnapshot({ title: "Done", status: "COMPLETED", comparedAt: open.createdAt });
    render(<RunningNow jobs={[done, open]} />);
    expect(screen.getByRole("link", { name: "Under way" }).getAttribute("href")).toBe(
      `/jobs/${open.id}`,
    );
    expect(screen.queryByText("Done")).toBeNull();
  });

  it("is nothing, said as it is", () => {
    render(<RunningNow jobs={[]} />);
    expect(screen.getByText("Nothing runs now.")).toBeTruthy();
  });
});
