"use client";
import { useState } from "react";

/** So long it is said what became of it. */
const SAID_MS = 1_600;

/** Puts text on the clipboard, and says for a moment whether that went well. */
export function useCopy(): {
  readonly said: "copied" | "not copied" | null;
  copy(text: string): Promise<void>;
} {
  const [said, setSaid] = useState<"copied" | "not copied" | null>(null);
  const copy = async (text: string) => {
    // Without TLS a browser has no clipboard for pages.
    const ok = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    setSaid(ok === true ? "copied" : "not copied");
    setTimeout(() => setSaid(null), SAID_MS);
  };
  return { said, copy };
}
