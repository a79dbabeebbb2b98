const STEPS = [
  {
    name: "Announced before it ran",
    text: "The questions, the countries, the number of repeats and what will be compared stand in the log before the first answer. Of a run that was announced, nothing can be left out unseen.",
  },
  {
    name: "Asked from a rented exit",
    text: "A provider in the country carries the question. Where it really came out is looked up before and after, in more than one database, and doubts are shown, not settled.",
  },
  {
    name: "Checked by you",
    text: "Press “Verify in this browser” on any answer, or download one file and check it offline with tools that we did not have to write.",
  },
] as const;

/** What the evidence rests on, in three sentences. */
export function ThreeSteps() {
  return (
    <ol className="mt-2 grid gap-8 border-t border-ink pt-10 md:grid-cols-3">
      {STEPS.map(({ name, text }, i) => (
        <li key={name}>
          <span className="eyebrow">{i + 1}</span>
          <h2 className="mt-1.5 mb-2 text-[19px]">{name}</h2>
          <p className="text-muted">{text}</p>
        </li>
      ))}
    </ol>
  );
}
