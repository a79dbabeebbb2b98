"use client";
import { useState } from "react";

import { THEME_COOKIE, type Theme } from "@/components/site/theme";

const YEAR_S = 31_536_000;

/** Light or dark, whatever the system says. Without a choice, the system's word holds. */
export function ThemeSwitch({ initial }: { initial: Theme | null }) {
  const [chosen, setChosen] = useState(initial);
  const toggle = () => {
    const root = document.documentElement;
    const isDark =
      chosen === null ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
    const next: Theme = isDark ? "light" : "dark";
    root.dataset.theme = next;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
    document.cookie = `${THEME_COOKIE}=${next}; path=/; max-age=${YEAR_S}; samesite=lax`;
    setChosen(next);
  };
  return (
    <button
      type="button"
      onClick={toggle}
      aria-label="Switch between light and dark"
      title="Switch between light and dark"
      className="grid size-11 place-items-center rounded text-muted hover:text-ink"
    >
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
        <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />
      </svg>
    </button>
  );
}
