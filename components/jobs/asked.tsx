import { Card } from "@/components/ui/card";
import { Facts } from "@/components/ui/facts";
import { languageName } from "@/components/ui/language";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { JobSpec, Prompt } from "@/schemas/job-spec";

/** One question, in the words in which it was put. */
export function Question({ prompt }: { prompt: Prompt }) {
  return (
    <div>
      <p className="eyebrow mb-2">
        {languageName(prompt.language)} <span className="code normal-case tracking-normal">{prompt.id}</span>
      </p>
      <UntrustedText
        text={prompt.text}
        language={prompt.language}
        className="max-w-[62ch] font-serif text-[21px] leading-snug"
      />
    </div>
  );
}

/** What was asked and how: the same in every cell, or the comparison refuses. */
export function Asked({ spec, prompts }: { spec: JobSpec; prompts: readonly Prompt[] }) {
  const { sampling } = spec;
  return (
    <Card label="What is asked" className="grid gap-x-12 gap-y-6 md:grid-cols-[1fr_22rem]">
      <div className="grid content-start gap-6">
        {prompts.map((prompt) => (
          <Question key={prompt.id} prompt={prompt} />
        ))}
      </div>
      <div className="grid content-start gap-4">
        <Facts
          aligned
          rows={[
            ["Temperature", String(sampling.temperature)],
            ["Top p", String(sampling.top_p)],
            ["Longest answer", `${sampling.max_output_tokens} tokens`],
            ["Seeds", `one a task, derived from ${sampling.seed_base}`],
          ]}
        />
        <div className="text-[13.5px]">
          <p className="mb-1 text-muted">System prompt</p>
          {spec.system_prompt === null ? (
            <p>none</p>
          ) : (
            <UntrustedText text={spec.system_prompt} language="en" className="font-serif text-base leading-snug" />
          )}
        </div>
      </div>
    </Card>
  );
}
