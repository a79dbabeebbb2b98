"use client";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import type { RatePoint } from "@/components/comparison/rate-chart";
import { chartHeight } from "@/components/comparison/rate-chart-size";

/** Recharts weighs more than the rest of the page: it comes when the chart is about to be seen. */
const RateChart = lazy(async () => ({
  default: (await import("@/components/comparison/rate-chart")).RateChart,
}));

/** How far below the window the chart may still be when it is asked for. */
const MARGIN = "300px";

/**
 * The place of the chart. It keeps the chart's height free, loads it when it comes near the window, and
 * draws it as wide as the place is. Without scripts there is no place: the table has every figure.
 */
export function RateChartSlot({
  points,
  tone,
  label,
}: {
  points: readonly RatePoint[];
  tone: string;
  label: string;
}) {
  const place = useRef<HTMLDivElement>(null);
  const [isNear, setIsNear] = useState(false);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const near = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setIsNear(true);
      },
      { rootMargin: MARGIN },
    );
    const size = new ResizeObserver(([entry]) =>
      setWidth(Math.floor(entry?.contentRect.width ?? 0)),
    );
    near.observe(element);
    size.observe(element);
    return () => {
      near.disconnect();
      size.disconnect();
    };
  }, []);
  return (
    <div
      ref={place}
      className="needs-scripts min-w-0 overflow-hidden"
      style={{ minHeight: chartHeight(points.length) }}
    >
      {isNear && width > 0 && (
        <Suspense fallback={<p className="text-[13px] text-muted">Loading the chart…</p>}>
          <RateChart points={points} tone={tone} width={width} label={label} />
        </Suspense>
      )}
    </div>
  );
}
