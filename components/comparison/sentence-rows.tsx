import type { ReactNode } from "react";
import { DiffText } from "@/components/comparison/diff-text";
import { directionOf, UNTRUSTED, UntrustedParts } from "@/components/ui/untrusted-text";
import type { SentenceRow } from "@/server/domain/eval/sentence-diff";

type Sides = {
  readonly language: string;
  readonly names: readonly [string, string];
  readonly directions: readonly ["ltr" | "rtl", "ltr" | "rtl"];
};

/** What a row is, by a sign and in words. */
const LOOKS = {
  same: { sign: "=", words: "in both" },
  changed: { sign: "~", words: "in other words" },
  removed: { sign: "−", words: "only here" },
  added: { sign: "+", words: "only here" },
} as const satisfies Record<SentenceRow["kind"], { sign: string; words: string }>;

function Label({ row }: { row: SentenceRow }) {
  const { sign, words } = LOOKS[row.kind];
  const moved = "isMoved" in row && row.isMoved;
  return (
    <p className="text-[12.5px] leading-snug text-muted">
      <span aria-hidden="true" className="me-1.5 font-semibold text-ink">
        {moved ? (row.b.at > row.a.at ? "↓" : "↑") : sign}
      </span>
      {words}
      {moved && `, moved from place ${row.a.at + 1} to ${row.b.at + 1}`}
    </p>
  );
}

function Side({ at, sides, children }: { at: 0 | 1; sides: Sides; children: ReactNode }) {
  return (
    <div className={at === 0 ? "md:col-start-2" : "md:col-start-3"}>
      <p className="text-[12.5px] text-muted md:sr-only">{sides.names[at]}</p>
      <div
        lang={sides.language}
        dir={sides.directions[at]}
        className={`font-serif text-[16.5px] leading-[1.55] ${UNTRUSTED}`}
      >
        {children}
      </div>
    </div>
  );
}

function Both({ row, sides }: { row: SentenceRow; sides: Sides }) {
  if (row.kind === "same")
    return (
      <div
        lang={sides.language}
        dir={sides.directions[0]}
        className={`font-serif text-[16.5px] leading-[1.55] text-muted md:col-span-2 md:col-start-2 ${UNTRUSTED}`}
      >
        <UntrustedParts text={row.a.text.trim()} />
      </div>
    );
  const { a, b } = row;
  const words = row.kind === "changed" ? row.words : null;
  const part = (text: string, side: "first" | "second") =>
    words === null ? (
      <UntrustedParts text={text.trim()} />
    ) : (
      <DiffText segments={words.segments} side={side} />
    );
  return (
    <>
      {a !== null && (
        <Side at={0} sides={sides}>
          {row.kind === "removed" ? (
            <del className="only-first">
              <UntrustedParts text={a.text.trim()} />
            </del>
          ) : (
            part(a.text, "first")
          )}
        </Side>
      )}
      {b !== null && (
        <Side at={1} sides={sides}>
          {row.kind === "added" ? (
            <ins className="only-second">
              <UntrustedParts text={b.text.trim()} />
            </ins>
          ) : (
            part(b.text, "second")
          )}
        </Side>
      )}
    </>
  );
}

/** Two answers beside each other, a row a sentence. What both have in the same words stands once. */
export function SentenceRows({
  rows,
  texts,
  language,
  names,
}: {
  rows: readonly SentenceRow[];
  texts: readonly [string, string];
  language: string;
  names: readonly [string, string];
}) {
  const directions = [directionOf(texts[0], language), directionOf(texts[1], language)] as const;
  const sides = { language, names, directions };
  return (
    <>
      <p aria-hidden="true" className={`${GRID} hidden pb-1 text-[13px] text-muted md:grid`}>
        <span className="col-start-2">{names[0]}</span>
        <span>{names[1]}</span>
      </p>
      <ol aria-label="Sentences of both answers">
        {rows.map((row) => (
          <li
            key={`${row.a?.at ?? "-"} ${row.b?.at ?? "-"}`}
            {...(row.kind === "same" && !row.isMoved
              ? {}
              : { "data-difference": "", tabIndex: -1 })}
            className={`${GRID} scroll-my-16 rounded-sm border-t border-line py-2.5 focus:outline-2 focus:outline-accent`}
          >
            <Label row={row} />
            <Both row={row} sides={sides} />
          </li>
        ))}
      </ol>
    </>
  );
}

const GRID = "grid gap-x-6 gap-y-1 *:min-w-0 md:grid-cols-[7.5rem_1fr_1fr]";

/** How many rows can be jumped to: those that are not the same sentence in the same place. */
export const jumpsIn = (rows: readonly SentenceRow[]): number =>
  rows.filter((row) => row.kind !== "same" || row.isMoved).length;
