import { languageName } from "@/components/ui/language";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { JobSpec, Prompt } from "@/schemas/job-spec";

/** One question, in the words in which it was put. */
export function Question({ prompt }: { prompt: Prompt }) {
  return (
    <div>
      <p className="eyebrow mb-2">
        {languageName(prompt.language)}{" "}
        <span className="code normal-case tracking-normal">{prompt.id}</span>
      </p>
      <UntrustedText
        text={prompt.text}
        language={prompt.language}
        className="max-w-[62ch] font-serif text-[24px] leading-snug"
      />
    </div>
  );
}

/** What was asked and how: the same in every cell, or the comparison refuses. */
export function Asked({ spec, prompts }: { spec: JobSpec; prompts: readonly Prompt[] }) {
  const { sampling } = spec;
  return (
    <section aria-label="What is asked" className="grid gap-5 pt-2 pb-4">
      {prompts.map((prompt) => (
        <Question key={prompt.id} prompt={prompt} />
      ))}
      <div className="grid max-w-[72ch] gap-1 text-[13.5px] text-muted">
        <p>
          Temperature {sampling.temperature} · top p {sampling.top_p} · at most{" "}
          {sampling.max_output_tokens} tokens · a seed for each task, derived from{" "}
          {sampling.seed_base}
        </p>
        {spec.system_prompt === null ? (
          <p>No system prompt.</p>
        ) : (
          <details>
            <summary className="flex min-h-11 items-center">
              System prompt, the same everywhere
            </summary>
            <UntrustedText
              text={spec.system_prompt}
              language="en"
              className="font-serif text-base leading-snug text-ink"
            />
          </details>
        )}
      </div>
    </section>
  );
}
