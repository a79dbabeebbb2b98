"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";

const PLACES = [
  { href: "/", name: "Findings", owns: ["/"] },
  { href: "/explore", name: "Explore", owns: ["/explore", "/responses"] },
  { href: "/jobs", name: "Jobs", owns: ["/jobs"] },
  { href: "/services", name: "Services", owns: ["/services", "/providers"] },
  { href: "/log", name: "Log", owns: ["/log"] },
  { href: "/methodology", name: "Methodology", owns: ["/methodology"] },
  { href: "/verify", name: "Verify", owns: ["/verify"] },
] as const;

/** The portal’s places; the one that the page belongs to is marked. */
export function Nav() {
  const path = usePathname();
  const isHere = (owns: readonly string[]) =>
    owns.some((place) =>
      place === "/" ? path === "/" : path === place || path.startsWith(`${place}/`),
    );
  return (
    <nav aria-label="Main" className="scroll-x -mx-1 min-w-0 max-md:order-last max-md:w-full">
      <ul className="flex font-medium text-muted">
        {PLACES.map(({ href, name, owns }) => (
          <li key={href}>
            <Link
              href={href}
              aria-current={isHere(owns) ? "page" : undefined}
              className="inline-flex h-11 items-center border-b-2 border-transparent px-2.5 hover:text-ink aria-[current=page]:border-beacon aria-[current=page]:text-ink md:h-[60px]"
            >
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
