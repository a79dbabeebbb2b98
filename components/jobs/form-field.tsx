import { type ComponentProps, type ReactNode, useId } from "react";

/** What is wrong with what was typed or chosen, beside it. The control names it: `aria-describedby`. */
export function FieldError({ id, children }: { id: string; children: ReactNode }) {
  return (
    <p id={id} className="text-[13px] font-medium text-bad">
      {children}
    </p>
  );
}

/** How a control says that something is wrong with it. */
export const wrongness = (error: string | undefined, errorId: string) =>
  error === undefined ? {} : ({ "aria-invalid": true, "aria-describedby": errorId } as const);

/** A named input with a hint, and with what is wrong with it. */
export function Field({
  label,
  hint,
  error,
  ...input
}: { label: string; hint?: string; error?: string | undefined } & Omit<
  ComponentProps<"input">,
  "className"
>) {
  const errorId = useId();
  return (
    <div className="grid content-start gap-1.5">
      <label className="grid content-start gap-1.5 text-sm font-medium">
        {label}
        <input className="field font-normal" {...wrongness(error, errorId)} {...input} />
        {hint !== undefined && <span className="text-[13px] font-normal text-muted">{hint}</span>}
      </label>
      {error !== undefined && <FieldError id={errorId}>{error}</FieldError>}
    </div>
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
  id,
  error,
}: {
  label: string;
  value: T;
  options: readonly (readonly [value: T, name: string])[];
  onChange: (value: T) => void;
  id?: string;
  error?: string | undefined;
}) {
  const errorId = useId();
  return (
    <div className="grid content-start gap-1.5">
      <label className="grid content-start gap-1.5 text-sm font-medium">
        {label}
        <select
          className="field font-normal"
          value={value}
          {...(id === undefined ? {} : { id })}
          {...wrongness(error, errorId)}
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
      {error !== undefined && <FieldError id={errorId}>{error}</FieldError>}
    </div>
  );
}
