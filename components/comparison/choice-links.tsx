import Link from "next/link";

/** A row of alternatives, each a link; the chosen one is marked. */
export function ChoiceLinks({
  label,
  of,
  options,
}: {
  label: string;
  /** What the choice is for, where two of a kind are on one page. */
  of?: string;
  options: readonly {
    readonly key: string;
    readonly name: string;
    readonly href: string;
    readonly isChosen: boolean;
  }[];
}) {
  if (options.length < 2) return null;
  return (
    <nav
      aria-label={of === undefined ? label : `${label}, ${of}`}
      className="no-print flex flex-wrap items-center gap-x-1 gap-y-1 text-[13px]"
    >
      <span className="me-2 text-muted">{label}</span>
      {options.map(({ key, name, href, isChosen }) => (
        <Link
          key={key}
          href={href}
          prefetch={false}
          scroll={false}
          aria-current={isChosen ? "true" : undefined}
          className="inline-flex min-h-9 min-w-9 items-center justify-center rounded border border-transparent px-2.5 text-muted hover:text-ink aria-[current=true]:border-ink aria-[current=true]:text-ink pointer-coarse:min-h-11 pointer-coarse:min-w-11"
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}
