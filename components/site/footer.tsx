import Link from "next/link";

const LINKS = [
  { href: "/methodology", name: "How this is measured" },
  { href: "/methodology#limits", name: "What it cannot show" },
  { href: "/verify", name: "Verify a file" },
  { href: "/tlog/checkpoint", name: "Checkpoint" },
  { href: "/tlog/policy", name: "Policy file" },
] as const;

/** What the portal promises, and where its machine-readable sides are. */
export function Footer() {
  return (
    <footer className="no-print mt-auto border-t border-line">
      <div className="wrap flex flex-wrap justify-between gap-x-10 gap-y-3 py-8 text-[13px] text-muted">
        <p className="max-w-[52ch]">
          Beacon claims no more than was checked, fills in no value that was not measured, and never
          states a cause.
        </p>
        <ul className="flex flex-wrap gap-x-5">
          {LINKS.map(({ href, name }) => (
            <li key={href}>
              {href.startsWith("/tlog/") ? (
                <a href={href} className="link inline-flex min-h-11 items-center">
                  {name}
                </a>
              ) : (
                <Link href={href} className="link inline-flex min-h-11 items-center">
                  {name}
                </Link>
              )}
            </li>
          ))}
        </ul>
      </div>
    </footer>
  );
}
