import type { ReactNode } from "react";
import { SimulatedBanner } from "@/components/ui/simulated-banner";

/** A page's main part. `simulated` is what its data says of itself. */
export function PageBody({ simulated, children }: { simulated: boolean; children: ReactNode }) {
  return (
    <>
      {simulated && <SimulatedBanner />}
      <main id="main" className="wrap pb-16">
        {children}
      </main>
    </>
  );
}

/** A page's head: what kind of thing it is, its name, and one sentence. */
export function PageHead({
  eyebrow,
  title,
  children,
  aside,
}: {
  eyebrow: ReactNode;
  title: ReactNode;
  children?: ReactNode;
  aside?: ReactNode;
}) {
  return (
    <header className="flex flex-wrap items-end justify-between gap-x-10 gap-y-5 pt-10 pb-7">
      <div className="min-w-0 max-w-[52rem]">
        <p className="eyebrow">{eyebrow}</p>
        <h1 className="mt-2.5">{title}</h1>
        {children !== undefined && <div className="mt-4 text-muted">{children}</div>}
      </div>
      {aside !== undefined && <div className="no-print flex flex-wrap gap-2">{aside}</div>}
    </header>
  );
}
