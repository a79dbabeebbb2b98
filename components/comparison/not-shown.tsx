/** What a comparison does not show: sentences that follow from its data (`server/domain/eval/not-shown.ts`). */
export function NotShown({ sentences }: { sentences: readonly string[] }) {
  return (
    <div className="mt-5 border-t border-line pt-4">
      <h2 className="text-base">What this does not show</h2>
      <ul className="mt-2 list-disc gap-x-12 ps-4 text-[13.5px] leading-normal text-muted marker:text-line-strong md:columns-2">
        {sentences.map((sentence) => (
          <li key={sentence} className="mb-1.5 break-inside-avoid">
            {sentence}
          </li>
        ))}
      </ul>
    </div>
  );
}
