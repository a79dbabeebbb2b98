import { fillOf, TRACK_GAP, TRACK_HEIGHT } from "@/components/jobs/time-line-looks";
import { counted, formatDuration, listed } from "@/components/ui/count";
import { placeName } from "@/components/ui/country";
import { CELL_LOOKS, type CellLook, lookOf } from "@/components/ui/response-state";
import { plainly } from "@/components/ui/untrusted-text";
import type { TimelineBar, TimelineLane, UnderWaySlice, WaitingSlice } from "@/schemas/timeline";
import type { TimeAxis } from "@/server/domain/job/time-axis";

/** What the heights of a lane stand for: the most of any lane, so that lanes can be compared. */
export type LaneScale = { readonly waiting: number; readonly underWay: number };

const WAITING_HEIGHT = 16;
const SLICES_HEIGHT = 60;
const SESSION_HEIGHT = 10;
/** A bar narrower than this is widened to it by its outline. */
const OUTLINE = 1;

type Place = { readonly x: string; readonly width: string };

/** Where a stretch of time is drawn, in percent: shapes keep their proportions on every width. */
function spanOf(axis: TimeAxis, fromMs: number, toMs: number): Place {
  const share = (ms: number) =>
    (100 * (Math.min(Math.max(ms, axis.fromMs), axis.toMs) - axis.fromMs)) /
    (axis.toMs - axis.fromMs);
  const [from, to] = [share(fromMs), share(toMs)];
  return { x: `${from.toFixed(3)}%`, width: `${Math.max(0, to - from).toFixed(3)}%` };
}

function Waiting({
  axis,
  slices,
  most,
}: {
  axis: TimeAxis;
  slices: readonly WaitingSlice[];
  most: number;
}) {
  return slices.map(({ fromMs, toMs, queued, held }) => {
    const [all, kept] = [(WAITING_HEIGHT * (queued + held)) / most, (WAITING_HEIGHT * held) / most];
    const span = spanOf(axis, fromMs, toMs);
    return (
      <g key={fromMs}>
        <rect {...span} y={WAITING_HEIGHT - all} height={all} className="fill-line" />
        <rect {...span} y={WAITING_HEIGHT - kept} height={kept} className="fill-line-strong" />
        <rect {...span} y={WAITING_HEIGHT - all} height="1" className="fill-muted" />
      </g>
    );
  });
}

/** `control-open, vell-dam, repeat 1: refused, after 412 ms`. */
const barTitle = ({ service, prompt, repeat, fromMs, toMs, ...task }: TimelineBar): string =>
  `${service}, ${prompt}, repeat ${repeat + 1}: ${CELL_LOOKS[lookOf(task)].label}${toMs === null ? "" : `, after ${formatDuration(toMs - fromMs)}`}`;

function Bars({
  axis,
  bars,
  nowMs,
}: {
  axis: TimeAxis;
  bars: readonly TimelineBar[];
  nowMs: number;
}) {
  return bars.map((bar) => (
    <rect
      key={bar.task}
      {...spanOf(axis, bar.fromMs, bar.toMs ?? nowMs)}
      y={bar.track * (TRACK_HEIGHT + TRACK_GAP)}
      height={TRACK_HEIGHT}
      fill={fillOf(lookOf(bar))}
      stroke={fillOf(lookOf(bar))}
      strokeWidth={OUTLINE}
    >
      <title>{barTitle(bar)}</title>
    </rect>
  ));
}

function UnderWay({
  axis,
  slices,
  most,
}: {
  axis: TimeAxis;
  slices: readonly UnderWaySlice[];
  most: number;
}) {
  return slices.map(({ fromMs, toMs, running, closed }) => {
    const parts = [...Object.entries(closed), ["running", running] as const];
    let y = SLICES_HEIGHT;
    return (
      <g key={fromMs}>
        <title>
          {parts.map(([look, n]) => `${n} ${CELL_LOOKS[look as CellLook].label}`).join(", ")}
        </title>
        {parts.map(([look, n]) => {
          const height = (SLICES_HEIGHT * n) / most;
          y -= height;
          return (
            <rect
              key={look}
              {...spanOf(axis, fromMs, toMs)}
              y={y}
              height={height}
              fill={fillOf(look as CellLook)}
            />
          );
        })}
      </g>
    );
  });
}

function Sessions({ axis, lane, nowMs }: { axis: TimeAxis; lane: TimelineLane; nowMs: number }) {
  return lane.sessions.map(({ id, providerName, status, fromMs, toMs }) => {
    const { x, width } = spanOf(axis, fromMs, toMs ?? nowMs);
    const end = spanOf(axis, toMs ?? nowMs, axis.toMs).x;
    return (
      <g key={id}>
        <title>{`${providerName === null ? "no provider yet" : plainly(providerName)}: ${status.toLowerCase()}`}</title>
        <rect x={x} width={width} y="4" height="2" className="fill-muted" />
        <rect x={x} width="1" y="1" height="8" className="fill-muted" />
        {status === "LOST" && (
          <svg x={end} y="1" width="8" height="8" className="overflow-visible" aria-hidden="true">
            <path d="M-4 0 4 8M4 0-4 8" className="fill-none stroke-ink" strokeWidth="1.5" />
          </svg>
        )}
      </g>
    );
  });
}

/** What a lane shows, in words, for those who do not see it. */
export function laneSentence({ place, counts, unasked, times }: TimelineLane): string {
  const closed = counts.succeeded + counts.failed + counts.withdrawn;
  const parts = [
    ...(counts.queued > 0 ? [`${counted(counts.queued, "task")} waiting`] : []),
    ...(counts.running > 0 ? [`${counts.running} held by a session`] : []),
    ...(closed > 0 ? [`${closed} closed`] : []),
    ...(unasked > 0 ? [`${unasked} of them without being asked`] : []),
  ];
  const run =
    times.run === null
      ? "run time not measured"
      : `median run time ${formatDuration(times.run.medianMs)}`;
  return `${placeName(place)}: ${listed(parts)}; ${run}.`;
}

/** Everything that was asked from one place, over time: what waited, what was under way, and which provider was held. */
export function LanePicture({
  axis,
  lane,
  nowMs,
  scale,
}: {
  axis: TimeAxis;
  lane: TimelineLane;
  /** Up to when what goes on is drawn. */
  nowMs: number;
  scale: LaneScale;
}) {
  const asked = lane.underWay.length > 0 ? SLICES_HEIGHT : lane.tracks * (TRACK_HEIGHT + TRACK_GAP);
  const height = WAITING_HEIGHT + TRACK_GAP + asked + SESSION_HEIGHT;
  return (
    <svg role="img" aria-label={laneSentence(lane)} width="100%" height={height} className="block">
      {axis.ticksMs.map((ms) => (
        <rect key={ms} x={spanOf(axis, ms, ms).x} width="1" height={height} className="fill-line" />
      ))}
      <Waiting axis={axis} slices={lane.waiting} most={scale.waiting} />
      <g transform={`translate(0 ${WAITING_HEIGHT + TRACK_GAP})`}>
        <Bars axis={axis} bars={lane.bars} nowMs={nowMs} />
        <UnderWay axis={axis} slices={lane.underWay} most={scale.underWay} />
      </g>
      <g transform={`translate(0 ${height - SESSION_HEIGHT})`}>
        <Sessions axis={axis} lane={lane} nowMs={nowMs} />
      </g>
    </svg>
  );
}
