import type { ComponentProps, ReactNode } from "react";

/** A named input with a hint. */
export function Field({
  label,
  hint,
  ...input
}: { label: string; hint?: string } & Omit<ComponentProps<"input">, "className">) {
  return (
    <label className="grid content-start gap-1.5 text-sm font-medium">
      {label}
      <input className="field font-normal" {...input} />
      {hint !== undefined && <span className="text-[13px] font-normal text-muted">{hint}</span>}
    </label>
  );
}

/** A part of a form: its name and its sentence on the left, its inputs on the right. */
export function Part({
  title,
  children,
  hint,
}: {
  title: string;
  hint: string;
  children: ReactNode;
}) {
  return (
    <fieldset className="grid min-w-0 gap-x-12 gap-y-4 border-t border-line py-8 md:grid-cols-[15rem_1fr]">
      <legend className="contents">
        <span className="block">
          <span className="block font-serif text-xl font-medium">{title}</span>
          <span className="mt-1 block text-[13px] text-muted">{hint}</span>
        </span>
      </legend>
      <div className="grid min-w-0 gap-4">{children}</div>
    </fieldset>
  );
}

/** A box to tick, its label beside it, the whole line a target. */
export function Tick({
  label,
  children,
  ...input
}: { label: ReactNode; children?: ReactNode } & Omit<
  ComponentProps<"input">,
  "className" | "type"
>) {
  return (
    <label className="flex min-h-11 items-start gap-3 py-2.5 text-sm">
      <input type="checkbox" className="mt-0.5 size-[18px] shrink-0 accent-accent" {...input} />
      <span>
        <span className="font-medium">{label}</span>
        {children !== undefined && <span className="block text-[13px] text-muted">{children}</span>}
      </span>
    </label>
  );
}

/** One of a closed set of choices. */
export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: readonly (readonly [value: T, name: string])[];
  onChange: (value: T) => void;
}) {
  return (
    <label className="grid content-start gap-1.5 text-sm font-medium">
      {label}
      <select
        className="field font-normal"
        value={value}
        onChange={(event) => {
          const chosen = options.find(([one]) => one === event.currentTarget.value);
          if (chosen !== undefined) onChange(chosen[0]);
        }}
      >
        {options.map(([one, name]) => (
          <option key={one} value={one}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
