import { directionOf, UNTRUSTED, UntrustedParts } from "@/components/ui/untrusted-text";
import type { Excerpt } from "@/schemas/explore";

/** The first words of a stranger's text, what was looked for marked in it. */
export function MarkedExcerpt({ excerpt, language }: { excerpt: Excerpt; language: string }) {
  const { before, match, after, isCutBefore, isCutAfter } = excerpt;
  return (
    <p
      lang={language}
      dir={directionOf(before + match + after, language)}
      className={`${UNTRUSTED} font-serif text-[17px] leading-[1.55]`}
    >
      {isCutBefore && "… "}
      <UntrustedParts text={before} />
      {match !== "" && (
        <mark className="rounded-sm bg-beacon-soft px-0.5 text-inherit underline decoration-beacon decoration-2 underline-offset-3">
          <UntrustedParts text={match} />
        </mark>
      )}
      <UntrustedParts text={after} />
      {isCutAfter && " …"}
    </p>
  );
}
