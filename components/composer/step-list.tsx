import type { MouseEvent } from "react";
import { Mark } from "@/components/composer/mark";
import { type ComposerPlace, placeHref } from "@/components/composer/place";
import { STEPS, type StepState } from "@/components/composer/steps";
import type { ComposerStep } from "@/schemas/draft";

const LOOKS: Readonly<Record<StepState, string>> = {
  done: "text-ok",
  "needs attention": "text-bad",
  "not yet": "text-muted",
};

/** A click that the browser would answer with another tab or window is left to it. */
const isPlain = (event: MouseEvent) =>
  event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);

/** A link to a step, taken without asking the server. */
export function StepLink({
  place,
  onGo,
  className,
  isCurrent = false,
  children,
}: {
  place: ComposerPlace;
  onGo: (step: ComposerStep) => void;
  className: string;
  isCurrent?: boolean;
  children: React.ReactNode;
}) {
  return (
    <a
      href={placeHref(place)}
      className={className}
      aria-current={isCurrent ? "step" : undefined}
      onClick={(event) => {
        if (!isPlain(event)) return;
        event.preventDefault();
        onGo(place.step);
      }}
    >
      {children}
    </a>
  );
}

/** The steps, each a link, with how it stands. They may be taken in any order. */
export function StepList({
  place,
  stateOf,
  onGo,
}: {
  place: ComposerPlace;
  stateOf: (step: ComposerStep) => StepState;
  onGo: (step: ComposerStep) => void;
}) {
  return (
    <nav aria-label="Steps" className="no-print">
      <ol className="grid grid-cols-2 gap-x-3 gap-y-1 sm:grid-cols-4 lg:grid-cols-7">
        {STEPS.map(({ step, name }, i) => {
          const state = stateOf(step);
          return (
            <li key={step}>
              <StepLink
                place={{ ...place, step }}
                onGo={onGo}
                isCurrent={step === place.step}
                className="grid min-h-11 content-center border-t-2 border-line-strong py-1.5 text-sm hover:border-ink aria-[current=step]:border-ink aria-[current=step]:font-semibold"
              >
                <span>
                  {i + 1} {name}
                </span>
                <span
                  className={`inline-flex items-center gap-1.5 text-[12.5px] font-normal ${LOOKS[state]}`}
                >
                  <Mark of={state} />
                  {state}
                </span>
              </StepLink>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
