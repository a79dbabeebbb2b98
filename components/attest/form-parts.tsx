import { type ReactNode, useId } from "react";
import { formatCount } from "@/components/ui/count";

/** Brings the eye and the screen reader to what has just appeared. The same function always: React calls it once. */
export const focusWhenShown = (element: HTMLElement | null): void => element?.focus();

/** A question with its inputs; what is wrong with the answer stands at it. */
export function Group({
  title,
  hint,
  problem,
  children,
}: {
  title: string;
  hint?: string;
  problem: string | undefined;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <fieldset className="min-w-0" aria-describedby={problem === undefined ? undefined : id}>
      <legend className="font-serif text-xl font-medium">{title}</legend>
      {hint !== undefined && <p className="mt-1 text-[13px] text-muted">{hint}</p>}
      {problem !== undefined && (
        <p id={id} className="mt-1 text-[13.5px] font-semibold text-bad">
          {problem}
        </p>
      )}
      <div className="mt-3 grid gap-2">{children}</div>
    </fieldset>
  );
}

/** One of a few answers that exclude each other, as a card that is a target as a whole. */
export function RadioCard({
  name,
  title,
  children,
  ...input
}: {
  name: string;
  title: string;
  children: ReactNode;
  checked: boolean;
  disabled?: boolean;
  onChange: () => void;
}) {
  return (
    <label className="flex min-h-11 items-start gap-3 rounded border border-line-strong px-4 py-3 text-sm has-checked:border-ink has-checked:bg-accent-soft has-disabled:border-dashed">
      <input
        type="radio"
        name={name}
        className="mt-0.5 size-[18px] shrink-0 accent-accent"
        {...input}
      />
      <span>
        <span className="font-semibold">{title}</span>
        <span className="block text-[13px] text-muted">{children}</span>
      </span>
    </label>
  );
}

/** Some lines of the attester's own, with how many characters there are. */
export function Lines({
  label,
  hint,
  value,
  limit,
  rows,
  onChange,
}: {
  label: string;
  hint: string;
  value: string;
  limit: number;
  rows: number;
  onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="grid gap-1.5 text-sm">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <textarea
        id={id}
        dir="auto"
        rows={rows}
        maxLength={limit}
        className="field"
        aria-describedby={`${id}-hint`}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <p
        id={`${id}-hint`}
        className="flex flex-wrap justify-between gap-x-4 text-[13px] text-muted"
      >
        <span>{hint}</span>
        <span className="tabular-nums">
          {formatCount(value.length)} of {formatCount(limit)} characters
        </span>
      </p>
    </div>
  );
}
