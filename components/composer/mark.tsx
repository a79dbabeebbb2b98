const PATHS = {
  done: "M2.6 6.4 5 8.8 9.4 3.4",
  "needs attention": "M6 2.4v4.6M6 9.6h.01",
  "not yet": "M3.4 6h5.2",
  add: "M6 2.6v6.8M2.6 6h6.8",
} as const;

/** A small sign that says again what the word beside it says. */
export function Mark({ of }: { of: keyof typeof PATHS }) {
  return (
    <svg viewBox="0 0 12 12" width="11" height="11" aria-hidden="true" className="inline shrink-0">
      <path
        d={PATHS[of]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
