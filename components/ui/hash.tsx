"use client";
import { shorten } from "@/components/ui/shorten";
import { useCopy } from "@/components/ui/use-copy";

/** A hash, key or id: shortened for the eye, whole for the clipboard, the screen reader and the title. */
export function Hash({
  value,
  head,
  tail,
  label,
}: {
  value: string;
  head?: number;
  tail?: number;
  label: string;
}) {
  const { said, copy } = useCopy();
  return (
    <button
      type="button"
      title={value}
      aria-label={`Copy ${label} ${value}`}
      onClick={() => void copy(value)}
      className="code group relative -my-2 inline-flex min-h-8 max-w-full items-center gap-1.5 rounded text-start align-baseline hover:text-accent"
    >
      <span className="whitespace-nowrap print:hidden">{shorten(value, head, tail)}</span>
      <span className="hidden print:inline">{value}</span>
      <svg
        viewBox="0 0 16 16"
        width="12"
        height="12"
        aria-hidden="true"
        className="no-print shrink-0 opacity-45 group-hover:opacity-100"
      >
        <path
          d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.4"
          strokeLinejoin="round"
        />
      </svg>
      <span aria-live="polite" className="font-sans text-xs text-ok empty:-ms-1.5">
        {said}
      </span>
    </button>
  );
}
