import { RunTimesList } from "@/components/jobs/run-times";
import { LanePicture, type LaneScale } from "@/components/jobs/time-line-lane";
import { looksInTimeline, Textures, TimelineLegend } from "@/components/jobs/time-line-looks";
import { TimelineTable } from "@/components/jobs/time-line-table";
import { ProviderName } from "@/components/providers/provider-name";
import { Card, CardHead } from "@/components/ui/card";
import { counted } from "@/components/ui/count";
import { Country } from "@/components/ui/country";
import { Empty } from "@/components/ui/states";
import type { TimelineLane, TimelineView } from "@/schemas/timeline";
import { type TimeAxis, timeAxis } from "@/server/domain/job/time-axis";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** A mark's label in UTC: as much of the clock as its distance to the next one needs. */
function tickLabel(at: Date, tickMs: number): string {
  const text = at.toISOString();
  if (tickMs >= DAY_MS) return text.slice(5, 10);
  return tickMs >= MINUTE_MS ? text.slice(11, 16) : text.slice(11, 19);
}

/** With six marks, the second and the last but one have no room beside the ends' on a phone. */
const CROWDED = 6;

/** The marks of the axis with their times. The first and the last stand within it, not across its ends. */
function AxisLabels({ axis, zero }: { axis: TimeAxis; zero: number }) {
  const last = axis.ticksMs.length - 1;
  const anchorOf = (n: number) => {
    if (n === 0) return "";
    return n === last ? "-translate-x-full" : "-translate-x-1/2";
  };
  const isSpared = (n: number) => last === CROWDED - 1 && (n === 1 || n === last - 1);
  return (
    <div aria-hidden="true" className="relative h-5 text-[11.5px] text-muted tabular-nums">
      {axis.ticksMs.map((ms, n) => (
        <span
          key={ms}
          className={`absolute whitespace-nowrap ${anchorOf(n)} ${isSpared(n) ? "hidden sm:block" : ""}`}
          style={{ left: `${(100 * (ms - axis.fromMs)) / (axis.toMs - axis.fromMs)}%` }}
        >
          {tickLabel(new Date(zero + ms), axis.tickMs)}
        </span>
      ))}
    </div>
  );
}

function scaleOf(lanes: readonly TimelineLane[]): LaneScale {
  const sum = (counts: object) => Object.values(counts).reduce((all: number, n) => all + n, 0);
  const waiting = lanes.flatMap((lane) => lane.waiting.map(({ queued, held }) => queued + held));
  const underWay = lanes.flatMap((lane) =>
    lane.underWay.map(({ running, closed }) => running + sum(closed)),
  );
  return { waiting: Math.max(1, ...waiting), underWay: Math.max(1, ...underWay) };
}

/** Who asked from a place, as far as is known: at home nobody is rented. */
function Providers({ sessions }: Pick<TimelineLane, "sessions">) {
  const names = [...new Set(sessions.flatMap(({ providerName }) => providerName ?? []))];
  return names.map((name, n) => (
    <span key={name} className="text-[13px] text-muted">
      <ProviderName name={name} />
      {n < names.length - 1 && ","}
    </span>
  ));
}

function Picture({ view, zero, nowMs }: { view: TimelineView; zero: number; nowMs: number }) {
  const axis = timeAxis(new Date(zero), nowMs);
  const scale = scaleOf(view.lanes);
  return (
    <figure aria-label="Time line" className="grid gap-4">
      <Textures looks={looksInTimeline(view)} />
      <div className="grid gap-3">
        {view.lanes.map((lane) => (
          <div key={lane.place} className="grid gap-x-4 md:grid-cols-[11rem_1fr]">
            <p className="flex flex-wrap content-center items-center gap-x-2 text-sm">
              <Country code={lane.place} />
              <Providers sessions={lane.sessions} />
            </p>
            <LanePicture axis={axis} lane={lane} nowMs={nowMs} scale={scale} />
          </div>
        ))}
        <div className="grid gap-x-4 md:grid-cols-[11rem_1fr]">
          <p className="text-[11.5px] text-muted">
            {axis.tickMs >= DAY_MS ? "Month and day, UTC" : "UTC"}
          </p>
          <AxisLabels axis={axis} zero={zero} />
        </div>
      </div>
      <figcaption className="grid gap-2">
        <TimelineLegend view={view} />
        <p className="max-w-[80ch] text-[13px] text-muted">
          The strip above each line is as high as tasks waited, up to{" "}
          {counted(scale.waiting, "task")}
          {view.form === "bars"
            ? "; below it, one bar a task."
            : `; below it, as high as tasks were under way at some time of each stretch, up to ${counted(scale.underWay, "task")}.`}
        </p>
      </figcaption>
    </figure>
  );
}

/**
 * When the tasks of a job waited and ran.
 *
 * @param beyondMs how much time has passed since the view was made: what goes on is drawn up to there.
 */
export function TimeLine({ view, beyondMs = 0 }: { view: TimelineView; beyondMs?: number }) {
  return (
    <Card>
      <CardHead title="Queue time and run time" id="times">
        A slow service and a long queue are two things, and are measured apart.
      </CardHead>
      {view.dispatchedAt === null ? (
        <Empty title="Nothing has been asked yet." />
      ) : (
        <div className="grid gap-6 *:min-w-0">
          <RunTimesList times={view.times} />
          <Picture
            view={view}
            zero={Date.parse(view.dispatchedAt)}
            nowMs={
              Date.parse(view.closedAt ?? view.asOf) -
              Date.parse(view.dispatchedAt) +
              (view.closedAt === null ? beyondMs : 0)
            }
          />
          <TimelineTable view={view} />
        </div>
      )}
    </Card>
  );
}
