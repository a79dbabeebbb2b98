import type { ComponentProps, ReactNode } from "react";

/** A table that scrolls inside its own frame on narrow screens, reachable by keyboard. */
export function Table({
  label,
  isWide = false,
  children,
}: {
  label: string;
  /** Too many columns for a phone: scrolls there instead of squeezing them. */
  isWide?: boolean;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section aria-label={label} tabIndex={0} className="scroll-x relative -mx-1 px-1">
      <table
        className={`w-full border-collapse text-start text-sm ${isWide ? "min-w-[44rem]" : ""}`}
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

/** A cell; the hairline above it divides rows. */
export function Td({ className = "", ...rest }: ComponentProps<"td">) {
  return <td className={`border-t border-line py-2.5 pe-4 align-top ${className}`} {...rest} />;
}
