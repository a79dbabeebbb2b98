import { SignOutButton } from "@/components/session/sign-out-button";
import { Brand } from "@/components/site/brand";
import { Nav } from "@/components/site/nav";
import type { Theme } from "@/components/site/theme";
import { ThemeSwitch } from "@/components/site/theme-switch";
import { ButtonLink } from "@/components/ui/button";
import type { Viewer } from "@/schemas/snapshot";

/** Name, places, theme, and who is signed in. */
export function Header({ viewer, theme }: { viewer: Viewer | null; theme: Theme | null }) {
  return (
    <header className="no-print border-b border-line">
      <div className="wrap flex flex-wrap items-center gap-x-5 max-md:pt-2">
        <Brand />
        <Nav />
        <div className="ms-auto flex items-center gap-2">
          <ThemeSwitch initial={theme} />
          {viewer === null ? (
            <ButtonLink href="/sign-in">Sign in</ButtonLink>
          ) : (
            <>
              {viewer.role === "attester" && (
                <ButtonLink href="/attester" tone="quiet">
                  Attester
                </ButtonLink>
              )}
              <span className="max-w-40 truncate text-[13px] text-muted max-sm:hidden">
                {viewer.name} · {viewer.role}
              </span>
              <SignOutButton />
            </>
          )}
        </div>
      </div>
    </header>
  );
}
