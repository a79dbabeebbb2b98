import type { ComponentProps, ReactNode } from "react";

/**
 * A table that, where it is wider than its room, scrolls inside its own frame with its edges faded, reachable
 * by keyboard; or is stacked there: a row becomes a block headed by its first cell, a cell a line named by its `label`.
 */
export function Table({
  label,
  isWide = false,
  isStacked = false,
  children,
}: {
  label: string;
  /** Too many columns for a phone: scrolls there instead of squeezing them. */
  isWide?: boolean;
  /** Has more text than a phone's width can hold: every cell but a row's first has a `label`. */
  isStacked?: boolean;
  children: ReactNode;
}) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
      tabIndex={0}
      className={`scroll-x edges relative -mx-1 px-1 ${isStacked ? "@container" : ""}`}
    >
      {isWide && (
        <p className="no-print sticky start-0 mb-1 text-[12.5px] text-muted md:hidden">
          Wider than this screen: scroll the table sideways.
        </p>
      )}
      <table
        className={`w-full border-collapse text-start text-sm ${isWide ? "min-w-[44rem]" : ""} ${isStacked ? "stacked" : ""}`}
      >
        {children}
      </table>
    </section>
  );
}

/** A column's or row's heading. */
export function Th({ className = "", scope = "col", ...rest }: ComponentProps<"th">) {
  return (
    <th
      scope={scope}
      className={`py-2 pe-4 align-bottom text-[13px] text-muted ${className}`}
      {...rest}
    />
  );
}

/** A cell; the hairline above it divides rows. `label` is its column's name, for a table that is stacked. */
export function Td({ className = "", label, ...rest }: ComponentProps<"td"> & { label?: string }) {
  return (
    <td
      data-label={label}
      className={`border-t border-line py-2.5 pe-4 align-top ${className}`}
      {...rest}
    />
  );
}
