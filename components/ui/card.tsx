import type { ReactNode } from "react";

/** An instrument on the page: a sheet with a hairline. Text flows outside of cards. */
export function Card({
  children,
  className = "",
  label,
}: {
  children: ReactNode;
  className?: string;
  label?: string;
}) {
  return (
    <section
      {...(label === undefined ? {} : { "aria-label": label })}
      className={`min-w-0 rounded-lg border border-line bg-sheet px-5 py-5 [--ground:var(--sheet)] sm:px-6 ${className}`}
    >
      {children}
    </section>
  );
}

/** A heading with the sentence that says what one is looking at. */
export function CardHead({
  title,
  children,
  id,
}: {
  title: string;
  children?: ReactNode;
  id?: string;
}) {
  return (
    <header className="mb-4">
      <h2 className="minor" {...(id === undefined ? {} : { id })}>
        {title}
      </h2>
      {children !== undefined && (
        <p className="mt-1 max-w-[70ch] text-[13px] leading-relaxed text-muted">{children}</p>
      )}
    </header>
  );
}
