import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { WithdrawnNote } from "@/components/jobs/withdrawn-note";

afterEach(cleanup);

const counts = { announced: 20, queued: 0, running: 0, succeeded: 8, failed: 0, withdrawn: 12 };

describe("a withdrawn job", () => {
  it("says so, with how much of it closed as withdrawn", () => {
    render(<WithdrawnNote counts={counts} />);
    expect(screen.getByText(/was withdrawn: 12 of its 20 announced tasks closed/)).toBeTruthy();
  });

  it("gives no number while tasks are still closing", () => {
    render(<WithdrawnNote counts={{ ...counts, queued: 10, withdrawn: 2 }} />);
    expect(screen.getByText(/was withdrawn/).textContent).not.toMatch(/\d/);
  });
});
