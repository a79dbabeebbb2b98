"use client";
import { Button } from "@/components/ui/button";
import { useCopy } from "@/components/ui/use-copy";

/** Copies a text that stands beside it. Without JavaScript, when it could do nothing, it is not there. */
export function CopyButton({ text, label, of }: { text: string; label: string; of?: string }) {
  const { said, copy } = useCopy();
  return (
    <span className="no-print needs-scripts inline-flex items-center gap-2">
      <Button
        {...(of === undefined ? {} : { "aria-label": `${label}: ${of}` })}
        onClick={() => void copy(text)}
      >
        {label}
      </Button>
      <span aria-live="polite" className="text-xs text-ok">
        {said}
      </span>
    </span>
  );
}
