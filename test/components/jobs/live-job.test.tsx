import { act, cleanup, render, screen } from "@testing-library/react";
import { AppRouterContext } from "next/dist/shared/lib/app-router-context.shared-runtime";
import { afterEach, describe, expect, it, vi } from "vitest";
import { FollowSessions } from "@/components/jobs/follow-sessions";
import { LiveJob } from "@/components/jobs/live-job";
import type { JobSnapshot } from "@/schemas/snapshot";
import { aCompleteness, aJobSnapshot } from "@/test/components/jobs/a-job-snapshot";
import { aPortal } from "@/test/components/jobs/a-portal";
import { aRunningTask, aTaskId, aTimeline } from "@/test/components/jobs/a-timeline";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const job = aJobSnapshot();
const nothing = () => {};
const router = {
  refresh: nothing,
  push: nothing,
  replace: nothing,
  back: nothing,
  forward: nothing,
  prefetch: nothing,
  bfcacheId: "0",
};

/** A portal on which `state` is what the job looks like, and the page that follows it. */
function watching(page: React.ReactNode, refresh = nothing) {
  const state: { job: JobSnapshot; timeline: ReturnType<typeof aTimeline> } = {
    job,
    timeline: aTimeline(),
  };
  const portal = aPortal({
    "jobs.byId": () => state.job,
    "jobs.completeness": () => aCompleteness(),
    "jobs.timeline": () => state.timeline,
  });
  const value = { ...router, refresh };
  render(<AppRouterContext.Provider value={value}>{page}</AppRouterContext.Provider>);
  return { ...portal, state };
}
const live = () => (
  <LiveJob initial={job} completeness={aCompleteness()} timeline={aTimeline({ lanes: [] })} />
);
const changed = { kind: "job.changed", jobId: job.id };

describe("a job that is watched live", () => {
  it("shows what changed without being loaded again: cells, times, money", async () => {
    const portal = watching(live());
    await screen.findByText("Live: this page follows the job.");
    portal.state.job = aJobSnapshot({
      money: [{ currency: "USD", cap: "2", reserved: "0.5", spent: "0.25", remaining: "1.25" }],
    });
    portal.state.timeline = aTimeline({ running: [aRunningTask()] });
    act(() => portal.tell(changed));
    expect(await screen.findByText("Taken by a session right now: 1 task")).toBeTruthy();
    expect(await screen.findByText(/at most for paid services/)).toBeTruthy();
    expect(screen.getByText("0.25")).toBeTruthy();
    expect(screen.getByRole("img", { name: /^Germany: 1 task waiting/ })).toBeTruthy();
  });

  it("is fetched once more when the connection stands: what came before it is in no event", async () => {
    const portal = watching(live());
    await expect
      .poll(() => portal.calls.map(({ procedure }) => procedure).sort())
      .toEqual(["jobs.byId", "jobs.completeness", "jobs.timeline"]);
  });

  it("passes over what happens to other jobs", async () => {
    const portal = watching(live());
    await expect.poll(() => portal.calls.length).toBe(3);
    act(() => portal.tell({ kind: "job.changed", jobId: `job-${"b".repeat(26)}` }));
    act(() => portal.tell({ kind: "log.published", size: 9 }));
    act(() => portal.tell({ ...changed, kind: "comparison.filed" }));
    await expect.poll(() => portal.calls.length).toBe(6);
  });

  it("says that the connection is lost, tries again, and catches up", async () => {
    const portal = watching(live());
    await screen.findByText("Live: this page follows the job.");
    await expect.poll(() => portal.calls.length).toBe(3);
    portal.state.timeline = aTimeline({
      running: [aRunningTask(), aRunningTask({ id: aTaskId(3) })],
    });
    act(() => portal.cut());
    expect(await screen.findByText(/^Connection lost, trying again\./)).toBeTruthy();
    // It comes back without being asked to, and no event says what happened meanwhile.
    expect(await screen.findByText("Live: this page follows the job.")).toBeTruthy();
    expect(await screen.findByText("Taken by a session right now: 2 tasks")).toBeTruthy();
    portal.state.timeline = aTimeline({ running: [aRunningTask()] });
    act(() => portal.tell(changed));
    expect(await screen.findByText("Taken by a session right now: 1 task")).toBeTruthy();
  });
});

describe("a compared job whose providers are still being paid", () => {
  it("loads its page again when something changed, and says when it cannot be told", async () => {
    const refresh = vi.fn();
    const portal = watching(<FollowSessions jobId={job.id} />, refresh);
    await screen.findByText(/This page follows until they are\./);
    await expect.poll(() => refresh.mock.calls.length).toBe(1);
    act(() => portal.tell(changed));
    await expect.poll(() => refresh.mock.calls.length).toBe(2);
    act(() => portal.cut());
    expect(await screen.findByText(/Connection lost, trying again\./)).toBeTruthy();
  });
});
