import { UntrustedText } from "@/components/ui/untrusted-text";

/** So many sentences are shown; a URL can hold hundreds of mistakes. */
const SHOWN = 8;

/** What of an address was not understood, and so left out of what is shown. */
export function IgnoredNote({ problems }: { problems: readonly string[] }) {
  if (problems.length === 0) return null;
  const sentences = [...new Set(problems)];
  const rest = sentences.length - SHOWN;
  return (
    <div
      role="alert"
      className="mb-6 rounded-lg border border-beacon bg-beacon-soft px-5 py-4 text-sm"
    >
      <p className="font-semibold text-beacon">Part of this address was left out.</p>
      <ul className="mt-1 grid gap-1">
        {sentences.slice(0, SHOWN).map((problem) => (
          <li key={problem}>
            <UntrustedText text={problem} language="en" />
          </li>
        ))}
        {rest > 0 && <li>And {rest} more.</li>}
      </ul>
    </div>
  );
}
