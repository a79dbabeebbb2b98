import { counted } from "@/components/ui/count";
import { UntrustedParts } from "@/components/ui/untrusted-text";
import type { Segment } from "@/server/domain/eval/word-diff";

/** What stands alone between equal runs: what one text has there, what the other has, or both. */
type Unit = { readonly isSame: boolean; readonly segments: readonly Segment[] };

/** Segments in units: a run of changes is one difference. */
function unitsOf(segments: readonly Segment[]): readonly Unit[] {
  const units: { isSame: boolean; segments: Segment[] }[] = [];
  for (const segment of segments) {
    const isSame = segment.kind === "same";
    const last = units.at(-1);
    if (last !== undefined && !isSame && !last.isSame) last.segments.push(segment);
    else units.push({ isSame, segments: [segment] });
  }
  return units;
}

/** White space alone cannot be seen to differ, so it is told in words: `2 line breaks, 1 space`. */
function whiteInWords(text: string): string {
  const breaks = text.match(/\n/g)?.length ?? 0;
  const spaces = text.replace(/[\r\n]/g, "").length;
  const parts = [
    breaks > 0 && counted(breaks, "line break"),
    spaces > 0 && counted(spaces, "space"),
  ];
  return parts.filter((part) => part !== false).join(", ");
}

function Marked({ kind, text }: Segment) {
  const content =
    text.trim() === "" ? (
      <bdi className="font-sans text-[12.5px] text-muted">{whiteInWords(text)}</bdi>
    ) : (
      <UntrustedParts text={text} />
    );
  return kind === "removed" ? (
    <del className="only-first">{content}</del>
  ) : (
    <ins className="only-second">{content}</ins>
  );
}

/**
 * Two texts in one: what the first has alone in brackets, what the second has alone underlined, both on a
 * tint. For inside an element that says language and direction. `side` shows one of the two only.
 */
export function DiffText({
  segments,
  side,
  isUnit = false,
}: {
  segments: readonly Segment[];
  side?: "first" | "second";
  /** Whether each difference in it can be jumped to. */
  isUnit?: boolean;
}) {
  const left = side === "first" ? "added" : side === "second" ? "removed" : null;
  return unitsOf(segments.filter(({ kind }) => kind !== left)).map((unit, i) => {
    const [first] = unit.segments;
    if (unit.isSame)
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of two fixed texts
      return <UntrustedParts key={i} text={first?.text ?? ""} />;
    return (
      <span
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of two fixed texts
        key={i}
        {...(isUnit ? { "data-difference": "", tabIndex: -1 } : {})}
        className="scroll-my-16 rounded-sm focus:outline-2 focus:outline-accent"
      >
        {unit.segments.map((segment) => (
          <Marked key={segment.kind} {...segment} />
        ))}
      </span>
    );
  });
}

/** What the marks mean, with an example of each. */
export function DiffLegend({ names: [a, b] }: { names: readonly [string, string] }) {
  return (
    <p className="flex flex-wrap gap-x-6 gap-y-1 text-[13px] text-muted">
      <span>
        <del className="only-first">in brackets</del>: only {a}
      </span>
      <span>
        <ins className="only-second">underlined</ins>: only {b}
      </span>
    </p>
  );
}
