"use client";
import { useState } from "react";
import { Button } from "@/components/ui/button";

const SAID_MS = 1_600;

/** Puts the address of a path of this portal on the clipboard, and says whether it is there. */
export function CopyLink({ path, children }: { path: string; children: string }) {
  const [said, setSaid] = useState<string | null>(null);
  const copy = async () => {
    const address = new URL(path, window.location.href).toString();
    const isThere = await navigator.clipboard?.writeText(address).then(
      () => true,
      () => false,
    );
    setSaid(isThere === true ? "Copied." : `Not copied: ${address}`);
    if (isThere === true) setTimeout(() => setSaid(null), SAID_MS);
  };
  return (
    <span className="no-print needs-scripts inline-flex flex-wrap items-center gap-x-3">
      <Button onClick={() => void copy()}>{children}</Button>
      <span aria-live="polite" className="text-[13px] text-muted wrap-anywhere">
        {said}
      </span>
    </span>
  );
}
