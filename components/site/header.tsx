import Link from "next/link";
import { SignOutButton } from "@/components/session/sign-out-button";
import { Brand } from "@/components/site/brand";
import { Nav } from "@/components/site/nav";
import type { Theme } from "@/components/site/theme";
import { ThemeSwitch } from "@/components/site/theme-switch";
import { ButtonLink } from "@/components/ui/button";
import type { Viewer } from "@/schemas/snapshot";

const link = "inline-flex h-11 items-center text-[13px] text-muted hover:text-ink";

/** Who is signed in, and what there is for them alone. */
function Person({ viewer }: { viewer: Viewer }) {
  return (
    <>
      {viewer.role === "admin" && (
        <Link href="/users" className={`${link} max-sm:hidden`}>
          Users
        </Link>
      )}
      {viewer.role === "attester" && (
        <Link href="/attester" className={link}>
          Attester
        </Link>
      )}
      <Link href="/account" className={link} title="Your account">
        <span className="max-w-40 truncate max-sm:hidden">
          {viewer.name} · {viewer.role}
        </span>
        <span className="sm:hidden">Account</span>
      </Link>
      <SignOutButton />
    </>
  );
}

/** Name, places, theme, and who is signed in. */
export function Header({ viewer, theme }: { viewer: Viewer | null; theme: Theme | null }) {
  return (
    <header className="no-print border-b border-line">
      <div className="wrap flex flex-wrap items-center gap-x-5 max-md:pt-2">
        <Brand />
        <Nav />
        <div className="ms-auto flex items-center gap-x-3 gap-y-2">
          <ThemeSwitch initial={theme} />
          {viewer === null ? (
            <ButtonLink href="/sign-in">Sign in</ButtonLink>
          ) : (
            <Person viewer={viewer} />
          )}
        </div>
      </div>
    </header>
  );
}
