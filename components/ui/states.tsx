import type { ReactNode } from "react";

/** Something is on its way. */
export function Loading({ what }: { what: string }) {
  return (
    <div role="status" className="flex items-center gap-3 py-10 text-muted">
      <span aria-hidden="true" className="size-2.5 animate-pulse rounded-full bg-beacon" />
      Loading {what}…
    </div>
  );
}

/** There is nothing, and that is a fact, not a failure. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="rounded-lg border border-dashed border-line-strong px-6 py-10">
      <p className="font-serif text-xl">{title}</p>
      {children !== undefined && <div className="mt-2 max-w-[62ch] text-muted">{children}</div>}
    </div>
  );
}

/** Something failed: what, with its code where there is one, and what the reader may do. */
export function ErrorNote({
  title,
  code,
  children,
}: {
  title: string;
  code?: string | null;
  children?: ReactNode;
}) {
  return (
    <div role="alert" className="rounded-lg border border-bad bg-bad-soft px-5 py-4 text-bad">
      <p className="font-semibold">{title}</p>
      {children !== undefined && <div className="mt-1 text-sm">{children}</div>}
      {code !== undefined && code !== null && <p className="code mt-1">{code}</p>}
    </div>
  );
}

/** A value that nobody measured. Never a zero, never a dash that could be read as one. */
export function NotMeasured() {
  return <span className="text-[13px] text-muted italic">not measured</span>;
}
