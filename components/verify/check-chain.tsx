import type { ChainLink, LinkTone } from "@/components/verify/check-words";

const MARKS: Readonly<
  Record<LinkTone, { readonly path: string; readonly tone: string; readonly word: string }>
> = {
  holds: { path: "M2.6 6.4 5 8.8 9.4 3.4", tone: "bg-ok text-sheet", word: "holds" },
  fails: { path: "M3.2 3.2 8.8 8.8M8.8 3.2 3.2 8.8", tone: "bg-bad text-sheet", word: "fails" },
  weak: { path: "M6 2.8v4M6 9.2h.01", tone: "border-2 border-beacon text-beacon", word: "weak" },
  "not-applicable": {
    path: "M3.4 6h5.2",
    tone: "border-2 border-line-strong text-muted",
    word: "not applicable",
  },
};

/** How a check came out, as a sign with its word for who does not see it. `mark` is shown instead of the symbol. */
export function CheckMark({ tone, mark = null }: { tone: LinkTone; mark?: string | null }) {
  const look = MARKS[tone];
  return (
    <span
      role="img"
      aria-label={look.word}
      className={`grid size-[23px] place-items-center rounded-full text-xs font-bold ${look.tone}`}
    >
      {mark ?? (
        <svg viewBox="0 0 12 12" width="13" height="13" aria-hidden="true">
          <path
            d={look.path}
            fill="none"
            stroke="currentColor"
            strokeWidth="1.8"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </svg>
      )}
    </span>
  );
}

/** A proof as a chain: each check in plain words, its machine form beside it, a weak link shown as weak. */
export function CheckChain({ links }: { links: readonly ChainLink[] }) {
  return (
    <ol aria-label="Checks">
      {links.map(({ name, tone, title, machine, reason, caution, mark }, i) => (
        <li key={name} className="relative grid grid-cols-[30px_1fr] gap-x-3 pb-4">
          {i < links.length - 1 && (
            <span
              aria-hidden="true"
              className={`absolute start-[10.5px] top-[23px] bottom-0 w-0.5 ${tone === "holds" ? "bg-ok" : "bg-line-strong"}`}
            />
          )}
          <CheckMark tone={tone} mark={mark} />
          <div className="min-w-0">
            <p className="flex flex-wrap items-baseline justify-between gap-x-4">
              <b className={`font-semibold ${tone === "not-applicable" ? "text-muted" : ""}`}>
                {title}
                {tone === "fails" && <span className="text-bad">: fails</span>}
                {tone === "not-applicable" && <span className="font-normal">: not applicable</span>}
              </b>
              {machine !== null && <span className="code text-muted">{machine}</span>}
            </p>
            <p className={`text-[13.5px] ${tone === "fails" ? "text-bad" : "text-muted"}`}>
              {reason}
            </p>
            {caution !== null && <p className="text-[13.5px] text-beacon">{caution}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}
