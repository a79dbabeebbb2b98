import { CopyButton } from "@/components/ui/copy-button";
import { directionOf, UNTRUSTED } from "@/components/ui/untrusted-text";
import type { CitedWork } from "@/schemas/citation";
import { type QuotedAnswer, quoteOf } from "@/server/domain/cite/quote";

/** An answer with its source line, to be pasted elsewhere. Without JavaScript it is there to be selected. */
export function QuoteAnswer({ answer, work }: { answer: QuotedAnswer; work: CitedWork }) {
  const quote = quoteOf(answer, work);
  return (
    <details className="border-t border-line">
      <summary className="flex min-h-11 items-center text-sm font-medium">
        Quote with its source line
      </summary>
      <div className="pb-1">
        <p
          dir={directionOf(answer.text, "en")}
          className={`${UNTRUSTED} max-h-80 overflow-y-auto font-serif text-base leading-relaxed select-all`}
        >
          {quote}
        </p>
        <p className="mt-3">
          <CopyButton text={quote} label="Copy the answer with its source" />
        </p>
      </div>
    </details>
  );
}
