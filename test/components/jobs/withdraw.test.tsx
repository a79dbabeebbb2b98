import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { AppRouterContext } from "next/dist/shared/lib/app-router-context.shared-runtime";
import type { ReactNode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { LiveJob } from "@/components/jobs/live-job";
import { WithdrawButton } from "@/components/jobs/withdraw-button";
import type { JobSnapshot } from "@/schemas/snapshot";
import { aCompleteness, aJobSnapshot } from "@/test/components/jobs/a-job-snapshot";
import { aPortal } from "@/test/components/jobs/a-portal";
import { aTimeline } from "@/test/components/jobs/a-timeline";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const running = aJobSnapshot();
const stopping = aJobSnapshot({ status: "WITHDRAWN" });
const stopped = aJobSnapshot({
  status: "WITHDRAWN",
  counts: { announced: 8, queued: 0, running: 0, succeeded: 3, failed: 0, withdrawn: 5 },
});

/** Shows `page` as the app does. @returns how often the page was fetched anew. */
function show(page: ReactNode): { readonly refreshed: () => number } {
  let refreshes = 0;
  const nothing = () => {};
  const router = {
    refresh: () => void refreshes++,
    push: nothing,
    replace: nothing,
    back: nothing,
    forward: nothing,
    prefetch: nothing,
    bfcacheId: "0",
  };
  render(<AppRouterContext.Provider value={router}>{page}</AppRouterContext.Provider>);
  return { refreshed: () => refreshes };
}
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));

describe("stopping a job", () => {
  it("is asked for twice, and says what it does", async () => {
    const portal = aPortal({ "jobs.withdraw": () => ({ withdrawn: true }) });
    const page = show(<WithdrawButton jobId={running.id} />);
    press("Stop and withdraw…");
    const said = screen.getByText(/within seconds/).textContent;
    expect(said).toContain("settled with");
    expect(said).toContain("every open task closes as withdrawn");
    expect(portal.calls).toEqual([]);
    press("Stop and withdraw");
    await expect.poll(page.refreshed).toBe(1);
    expect(portal.calls).toEqual([{ procedure: "jobs.withdraw", input: { jobId: running.id } }]);
  });

  it("can be thought better of", () => {
    const portal = aPortal({});
    show(<WithdrawButton jobId={running.id} />);
    press("Stop and withdraw…");
    press("Keep running");
    expect(screen.getByRole("button", { name: "Stop and withdraw…" })).toBeTruthy();
    expect(portal.calls).toEqual([]);
  });

  it("is seen by whoever follows the job, up to the last task", async () => {
    let now: JobSnapshot = running;
    const portal = aPortal({
      "jobs.byId": () => now,
      "jobs.completeness": () => aCompleteness(),
      "jobs.timeline": () => aTimeline(),
    });
    const page = show(
      <LiveJob initial={running} completeness={aCompleteness()} timeline={aTimeline()} />,
    );
    await screen.findByText("Live: this page follows the job.");
    expect(screen.queryByText(/This job was withdrawn/)).toBeNull();
    const changed = { kind: "job.changed", jobId: running.id };
    now = stopping;
    act(() => portal.tell(changed));
    expect(
      await screen.findByText(/tasks that are still open are closing as withdrawn/),
    ).toBeTruthy();
    now = stopped;
    act(() => portal.tell(changed));
    expect(await screen.findByText(/5 of its 8 announced tasks closed as withdrawn/)).toBeTruthy();
    now = { ...stopped, comparedAt: stopped.createdAt };
    act(() => portal.tell(changed));
    await expect.poll(page.refreshed).toBe(1);
  });
});
