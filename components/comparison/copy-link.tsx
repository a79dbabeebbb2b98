"use client";
import { Button } from "@/components/ui/button";
import { useCopy } from "@/components/ui/use-copy";

/** Puts the whole address of a path of this portal on the clipboard, and says whether it is there. */
export function CopyLink({ path, children }: { path: string; children: string }) {
  const { said, copy } = useCopy();
  return (
    <span className="no-print needs-scripts inline-flex flex-wrap items-center gap-x-3">
      <Button onClick={() => void copy(new URL(path, window.location.href).toString())}>
        {children}
      </Button>
      <span aria-live="polite" className="text-[13px] text-muted">
        {said}
      </span>
    </span>
  );
}
