import type { PromptDraft } from "@/components/jobs/spec-draft";
import { Button } from "@/components/ui/button";
import { directionOfLanguage } from "@/components/ui/untrusted-text";

/** The prompts of a job, one row each: its text and its language. */
export function PromptRows({
  prompts,
  onChange,
}: {
  prompts: readonly PromptDraft[];
  onChange: (prompts: readonly PromptDraft[]) => void;
}) {
  const change = (key: number, part: Partial<PromptDraft>) =>
    onChange(prompts.map((prompt) => (prompt.key === key ? { ...prompt, ...part } : prompt)));
  const add = () => {
    const key = Math.max(...prompts.map((prompt) => prompt.key)) + 1;
    onChange([...prompts, { key, text: "", language: prompts.at(-1)?.language ?? "en" }]);
  };
  return (
    <>
      <ol className="grid gap-4">
        {prompts.map(({ key, text, language }, i) => (
          <li key={key} className="grid gap-3 sm:grid-cols-[1fr_7rem_auto] sm:items-start">
            <label className="grid gap-1.5 text-sm font-medium">
              Prompt {i + 1}
              <textarea
                className="field min-h-24 font-serif text-[17px] leading-snug font-normal"
                required
                maxLength={20_000}
                rows={3}
                lang={language}
                dir={directionOfLanguage(language)}
                value={text}
                onChange={(event) => change(key, { text: event.currentTarget.value })}
              />
            </label>
            <label className="grid gap-1.5 text-sm font-medium">
              Language
              <input
                className="field font-normal"
                required
                pattern="[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}"
                title="A BCP 47 tag, such as en, ar or pt-BR"
                value={language}
                onChange={(event) => change(key, { language: event.currentTarget.value })}
              />
            </label>
            {prompts.length > 1 && (
              <Button
                tone="quiet"
                className="sm:mt-[27px]"
                aria-label={`Remove prompt ${i + 1}`}
                onClick={() => onChange(prompts.filter((prompt) => prompt.key !== key))}
              >
                Remove
              </Button>
            )}
          </li>
        ))}
      </ol>
      <div>
        <Button onClick={add}>Add a prompt</Button>
      </div>
    </>
  );
}
