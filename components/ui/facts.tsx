import { Fragment, type ReactNode } from "react";

/** What is known of a thing, name and value. `aligned` sets the values to the end, as in a meter. */
export function Facts({
  rows,
  aligned = false,
}: {
  rows: readonly (readonly [name: string, value: ReactNode])[];
  aligned?: boolean;
}) {
  return (
    <dl
      className={
        aligned
          ? "grid grid-cols-[auto_1fr] gap-x-4 gap-y-2 text-[13.5px] [&_time]:whitespace-normal"
          : "grid grid-cols-1 gap-x-5 gap-y-0.5 text-[13.5px] sm:grid-cols-[150px_1fr] sm:gap-y-2.5"
      }
    >
      {rows.map(([name, value]) => (
        <Fragment key={name}>
          <dt className="text-muted">{name}</dt>
          <dd className={`min-w-0 wrap-anywhere ${aligned ? "text-end" : "mb-2 sm:mb-0"}`}>
            {value}
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}
