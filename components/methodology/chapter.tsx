import type { ReactNode } from "react";

/** One chapter: its heading on the left, what it says on the right, and an address of its own. */
export function Chapter({
  id,
  title,
  children,
}: {
  id: string;
  title: string;
  children: ReactNode;
}) {
  return (
    <section
      aria-labelledby={id}
      className="grid gap-x-12 gap-y-4 border-t border-line py-10 *:min-w-0 md:grid-cols-[15rem_1fr]"
    >
      <h2 id={id} className="text-[1.45rem]">
        {title}
      </h2>
      <div className="grid gap-4 [&>p]:max-w-[66ch] [&>ul]:max-w-[66ch] [&>ul]:list-disc [&>ul]:ps-5 [&>ul>li]:mb-1.5">
        {children}
      </div>
    </section>
  );
}
