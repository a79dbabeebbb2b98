"use client";
import { CartesianGrid, ErrorBar, Scatter, ScatterChart, XAxis, YAxis } from "recharts";
import { AXIS_HEIGHT, chartHeight } from "@/components/comparison/rate-chart-size";
import type { ShareInterval } from "@/server/domain/eval/statistics";

/** One row of the chart. `interval` null: nothing came back, and nothing is drawn. */
export type RatePoint = {
  readonly name: string;
  readonly responses: number;
  readonly share: number | null;
  readonly interval: ShareInterval | null;
};

const NAME_WIDTH = 116;
/** Longer names are broken between words: a label is never cut. */
const LINE_LENGTH = 17;

function linesOf(name: string): readonly string[] {
  const lines: string[] = [];
  for (const word of name.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= LINE_LENGTH)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function RowLabel({
  x = 0,
  y = 0,
  point,
}: {
  x?: number;
  y?: number;
  point: RatePoint | undefined;
}) {
  if (point === undefined) return null;
  const lines = linesOf(point.name);
  const n = point.responses === 0 ? "not measured" : `n = ${point.responses}`;
  return (
    <text x={x} y={Number(y) - lines.length * 7 + 3} textAnchor="end" fontSize={13}>
      {lines.map((line, i) => (
        <tspan key={line} x={x} dy={i === 0 ? 0 : 14} fill="var(--ink)">
          {line}
        </tspan>
      ))}
      <tspan x={x} dy={15} fontSize={12} fill="var(--muted)">
        {n}
      </tspan>
    </text>
  );
}

const isExact = ({ interval }: RatePoint): boolean => interval?.method === "exact-bound";

/** The points of one kind of interval, where they stand, with how far the interval reaches both ways. */
const placed = (points: readonly RatePoint[], exact: boolean) =>
  points.flatMap((point, row) =>
    point.share === null || point.interval === null || isExact(point) !== exact
      ? []
      : [
          {
            row,
            percent: point.share * 100,
            reach: [
              (point.share - point.interval.low) * 100,
              (point.interval.high - point.share) * 100,
            ],
          },
        ],
  );

function Dot({
  cx,
  cy,
  tone,
  isHollow,
}: {
  cx: number | undefined;
  cy: number | undefined;
  tone: string;
  isHollow: boolean;
}) {
  if (cx === undefined || cy === undefined) return null;
  return (
    <circle
      cx={cx}
      cy={cy}
      r={5}
      stroke={tone}
      strokeWidth={2}
      fill={isHollow ? "var(--sheet)" : tone}
    />
  );
}

/**
 * Shares as dots with their 95 % intervals, a row a country. A filled dot on a solid line has Wilson's
 * interval; a hollow one on a dashed line the one-sided exact bound. The table beside it says the same.
 */
export function RateChart({
  points,
  tone,
  width,
  label,
}: {
  points: readonly RatePoint[];
  /** The colour, as a custom property of the theme. */
  tone: string;
  /** In CSS pixels. */
  width: number;
  label: string;
}) {
  const series = [false, true].map((exact) => ({ exact, data: placed(points, exact) }));
  return (
    <div role="img" aria-label={label} className="[&_svg]:h-auto [&_svg]:max-w-full">
      <ScatterChart
        width={width}
        height={chartHeight(points.length)}
        margin={{ top: 4, right: 22, bottom: 0, left: 0 }}
        accessibilityLayer={false}
      >
        <CartesianGrid horizontal={false} stroke="var(--line)" />
        <XAxis
          type="number"
          dataKey="percent"
          domain={[0, 100]}
          ticks={width < 380 ? [0, 50, 100] : [0, 25, 50, 75, 100]}
          tickFormatter={(percent: number) => `${percent} %`}
          tick={{ fill: "var(--muted)", fontSize: 12 }}
          stroke="var(--line-strong)"
          height={AXIS_HEIGHT - 4}
        />
        <YAxis
          type="number"
          dataKey="row"
          reversed
          domain={[-0.5, points.length - 0.5]}
          ticks={points.map((_, row) => row)}
          interval={0}
          width={NAME_WIDTH}
          axisLine={false}
          tickLine={false}
          tick={({ x, y, payload }) => (
            <RowLabel x={Number(x)} y={Number(y)} point={points[Number(payload.value)]} />
          )}
        />
        {series.map(({ exact, data }) => (
          <Scatter
            key={String(exact)}
            data={data}
            isAnimationActive={false}
            shape={(point: { cx?: number | undefined; cy?: number | undefined }) => (
              <Dot cx={point.cx} cy={point.cy} tone={tone} isHollow={exact} />
            )}
          >
            <ErrorBar
              dataKey="reach"
              direction="x"
              width={5}
              stroke={tone}
              strokeWidth={2}
              isAnimationActive={false}
              {...(exact ? { strokeDasharray: "4 3" } : {})}
            />
          </Scatter>
        ))}
      </ScatterChart>
    </div>
  );
}
