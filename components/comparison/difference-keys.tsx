"use client";
import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { formatCount } from "@/components/ui/count";

const FORWARD = new Set(["n", "j"]);
const BACK = new Set(["k", "p"]);

/**
 * What differs, with ways to go from one difference to the next: two buttons, and the keys n and k while
 * the focus is inside (WCAG 2.1.4). Without scripts the differences are there and the buttons are not.
 */
export function DifferenceKeys({
  count,
  label,
  children,
}: {
  /** How many elements in it are marked `data-difference`. */
  count: number;
  label: string;
  children: ReactNode;
}) {
  const frame = useRef<HTMLElement>(null);
  const [at, setAt] = useState(-1);
  const go = (step: 1 | -1) => {
    const units = frame.current?.querySelectorAll<HTMLElement>("[data-difference]") ?? [];
    if (units.length === 0) return;
    const next =
      at < 0 ? (step === 1 ? 0 : units.length - 1) : (at + step + units.length) % units.length;
    setAt(next);
    units[next]?.focus({ preventScroll: true });
    units[next]?.scrollIntoView({ block: "center" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = FORWARD.has(event.key) ? 1 : BACK.has(event.key) ? -1 : null;
    if (step === null) return;
    event.preventDefault();
    go(step);
  };
  return (
    <section
      ref={frame}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys work while the focus is in here
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      {count > 0 && (
        <div className="no-print needs-scripts mb-4 flex flex-wrap items-center gap-2">
          <Button onClick={() => go(-1)}>Previous difference</Button>
          <Button onClick={() => go(1)}>Next difference</Button>
          <span aria-live="polite" className="text-[13px] text-muted">
            {at < 0
              ? `${formatCount(count)} in all`
              : `${formatCount(at + 1)} of ${formatCount(count)}`}
            <span className="hidden sm:inline"> · keys n and k in here</span>
          </span>
        </div>
      )}
      {children}
    </section>
  );
}
