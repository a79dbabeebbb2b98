import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { CellGrid } from "@/components/jobs/cell-grid";
import { RunTimesList } from "@/components/jobs/run-times";
import { RunningNow } from "@/components/jobs/running-now";
import { TimeLine } from "@/components/jobs/time-line";
import { TaskTimesList } from "@/components/response/task-times";
import { Instant } from "@/schemas/primitives";
import { aJobSnapshot } from "@/test/components/jobs/a-job-snapshot";
import { aLane, aRunningTask, aTaskId, aTimeline } from "@/test/components/jobs/a-timeline";
import { DE, KE } from "@/test/support/builders";

afterEach(cleanup);

const bars = (container: HTMLElement) =>
  [...container.querySelectorAll<SVGRectElement>("svg[role=img] rect[fill^=url]")].map((rect) => ({
    fill: rect.getAttribute("fill"),
    x: Number.parseFloat(rect.getAttribute("x") ?? ""),
    width: Number.parseFloat(rect.getAttribute("width") ?? ""),
    title: rect.querySelector("title")?.textContent ?? "",
  }));

describe("queue time and run time", () => {
  it("stand apart, each with the number of tasks that it was measured of", () => {
    const { container } = render(<RunTimesList times={aLane().times} />);
    const said = [...container.querySelectorAll("dl > div")].map((one) => one.textContent);
    expect(said[0]).toMatch(/^Queue time.*median 1\.0 s \(n = 3\), 90 % within 9\.0 s$/);
    expect(said[1]).toMatch(/^Held.*median 40 ms \(n = 2\)/);
    expect(said[2]).toMatch(/^Run time.*median 2\.0 s \(n = 2\), 90 % within 2\.5 s$/);
  });

  it("say where nothing was measured, for a job as for a task", () => {
    render(<RunTimesList times={{ queue: null, held: null, run: null }} />);
    expect(screen.getAllByText("not measured")).toHaveLength(3);
    cleanup();
    const { container } = render(<TaskTimesList times={{ queueMs: 0, heldMs: null, runMs: 61 }} />);
    expect(screen.getAllByText("not measured")).toHaveLength(1);
    expect(container.textContent).toMatch(/Queue time0 ms.*Heldnot measured.*Run time61 ms/);
  });
});

describe("the time line", () => {
  it("draws a bar a task, filled by how it closed, as long as it took", () => {
    const { container } = render(<TimeLine view={aTimeline()} />);
    const drawn = bars(container);
    expect(drawn.map(({ fill }) => fill)).toEqual([
      "url(#time-line-answered)",
      "url(#time-line-refused)",
      "url(#time-line-running)",
    ]);
    // From 12:01:00 to 12:01:10, which its marks hold exactly.
    expect(drawn.map(({ x, width }) => [x, width])).toEqual([
      [10, 20],
      [30, 25],
      [90, 10],
    ]);
    expect(drawn[1]?.title).toBe("control-open, p1, repeat 2: refused, after 2.5 s");
    for (const { fill } of drawn)
      expect(container.querySelector(`pattern#${fill?.slice(5, -1)}`)).not.toBeNull();
  });

  it("draws what goes on longer as time passes, and nothing else", () => {
    const { container, rerender } = render(<TimeLine view={aTimeline()} />);
    const before = bars(container);
    rerender(<TimeLine view={aTimeline()} beyondMs={5_000} />);
    const after = bars(container);
    const lengths = (of: typeof after) =>
      of.map(({ width }) => (width / (of[0]?.width ?? 1)).toFixed(2));
    expect(lengths(before)).toEqual(["1.00", "1.25", "0.50"]);
    expect(lengths(after)).toEqual(["1.00", "1.25", "3.00"]);
    const over = aTimeline({ closedAt: Instant.parse("2026-11-22T12:01:10.000Z") });
    rerender(<TimeLine view={over} beyondMs={5_000} />);
    expect(bars(container)).toEqual(before);
  });

  it("has an axis in UTC", () => {
    render(<TimeLine view={aTimeline()} />);
    for (const label of ["12:01:00", "12:01:02", "12:01:10"])
      expect(screen.getByText(label)).toBeTruthy();
    expect(screen.getByText("UTC")).toBeTruthy();
  });

  it("is said in words for who does not see it, and stands below as a table with links", () => {
    render(<TimeLine view={aTimeline()} />);
    const picture = screen.getByRole("img", { name: /^Germany:/ });
    expect(picture.getAttribute("aria-label")).toBe(
      "Germany: 1 task waiting, 1 held by a session and 2 closed; median run time 2.0 s.",
    );
    const table = screen.getByRole("region", { name: "Every bar of the time line" });
    const rows = within(table).getAllByRole("row").slice(1);
    expect(rows).toHaveLength(3);
    expect(rows[2]?.textContent).toContain("goes on");
    expect(within(table).getAllByRole("link")[0]?.getAttribute("href")).toBe(
      `/responses/${aTaskId(0)}`,
    );
  });

  it("of many tasks says how many were under way, by how they closed", () => {
    const lane = aLane({
      bars: [],
      tracks: 0,
      underWay: [
        { fromMs: 0, toMs: 5_000, running: 0, closed: { answered: 30, refused: 10 } },
        { fromMs: 5_000, toMs: 10_000, running: 20, closed: {} },
      ],
    });
    const { container } = render(<TimeLine view={aTimeline({ form: "slices", lanes: [lane] })} />);
    const parts = [...container.querySelectorAll("svg[role=img] rect[fill^=url]")];
    const heights = parts.map((rect) => [
      rect.getAttribute("fill"),
      Number(rect.getAttribute("height")),
    ]);
    expect(heights.filter(([, height]) => Number(height) > 0)).toEqual([
      ["url(#time-line-answered)", 45],
      ["url(#time-line-refused)", 15],
      ["url(#time-line-running)", 30],
    ]);
    expect(screen.getByText(/up to 40 tasks/)).toBeTruthy();
    expect(screen.queryByRole("region", { name: "Every bar of the time line" })).toBeNull();
  });

  it("shows how long a provider was held, and marks one that was lost", () => {
    const session = { id: "ses-a", providerName: "li\u202enden", fromMs: 500, toMs: 4_000 };
    const lost = aLane({ sessions: [{ ...session, status: "LOST" } as never] });
    const { container } = render(<TimeLine view={aTimeline({ lanes: [lost] })} />);
    expect(container.querySelector("svg svg path")).not.toBeNull();
    const titles = [...container.querySelectorAll("title")].map(({ textContent }) => textContent);
    expect(titles).toContain("li[RLO]nden: lost");
  });

  it("says that nothing was asked before the job is dispatched", () => {
    render(<TimeLine view={aTimeline({ dispatchedAt: null, lanes: [] })} />);
    expect(screen.getByText("Nothing has been asked yet.")).toBeTruthy();
  });
});

describe("what runs right now", () => {
  it("is named in the grid: who took it, and since when, reachable by keyboard", () => {
    const { tasks, services } = {
      ...aJobSnapshot(),
      tasks: [
        {
          id: aTaskId(2),
          prompt: "p1",
          service: "control-open",
          country: DE,
          repeat: 2,
          status: "RUNNING" as const,
          state: null,
          leafIndex: null,
        },
      ],
    };
    const running = new Map([[aTaskId(2), aRunningTask()]]);
    render(
      <CellGrid
        label="grid"
        tasks={tasks}
        running={running}
        countries={[DE, KE]}
        services={services}
      />,
    );
    const name =
      "Germany, control-open, repeat 3: being asked, taken by linden at 22 Nov 2026, 12:01:09 UTC";
    const square = screen.getByRole("img", { name });
    expect(square.closest("a")?.getAttribute("href")).toBe(`/responses/${aTaskId(2)}`);
  });

  it("is listed, eight tasks at a time, with who took them", () => {
    const many = Array.from({ length: 11 }, (_, n) => aRunningTask({ id: aTaskId(n), repeat: n }));
    render(<RunningNow running={many} />);
    const table = screen.getByRole("region", { name: "Tasks that a session holds right now" });
    expect(within(table).getAllByRole("row")).toHaveLength(9);
    expect(within(table).getAllByText("linden")).toHaveLength(8);
    expect(screen.getByText(/And 3 more\./)).toBeTruthy();
  });

  it("says where nobody knows who or since when, and nothing where nothing runs", () => {
    render(<RunningNow running={[aRunningTask({ providerName: null, since: null })]} />);
    expect(screen.getByText("not known yet")).toBeTruthy();
    expect(screen.getByText("not measured")).toBeTruthy();
    cleanup();
    expect(render(<RunningNow running={[]} />).container.textContent).toBe("");
  });
});
