/** What a comparison does not show: sentences that follow from its data (`server/domain/eval/not-shown.ts`). */
export function NotShown({ sentences }: { sentences: readonly string[] }) {
  return (
    <aside aria-label="What this does not show">
      <h2 className="text-base">What this does not show</h2>
      <ul className="mt-2 grid list-disc gap-1.5 ps-4 text-[13.5px] leading-normal text-muted marker:text-line-strong">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </aside>
  );
}
