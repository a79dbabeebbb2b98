import { useId } from "react";
import { controlId } from "@/components/composer/problems";
import { type StepProps, typedIn } from "@/components/composer/step-props";
import { Field, FieldError, wrongness } from "@/components/jobs/form-field";
import { Button } from "@/components/ui/button";
import { directionOfLanguage } from "@/components/ui/untrusted-text";
import type { PromptDraft } from "@/schemas/draft";
import { MAX_PROMPTS } from "@/schemas/job-spec";
import { nextKey } from "@/server/domain/draft/empty-draft";

/** Beyond what a spec takes, so that what is too long can be seen and shortened. */
const TYPED_LENGTH = 100_000;

function PromptRow({
  prompt,
  number,
  wrong,
  onChange,
  onRemove,
}: Pick<StepProps, "wrong"> & {
  prompt: PromptDraft;
  number: number;
  onChange: (part: Partial<PromptDraft>) => void;
  onRemove: (() => void) | null;
}) {
  const errorId = useId();
  const field = `prompt-${number - 1}-text`;
  const { text, language } = prompt;
  const error = wrong(field);
  return (
    <li className="grid gap-3 sm:grid-cols-[1fr_7rem] sm:items-start">
      <div className="grid gap-1.5">
        <label className="grid gap-1.5 text-sm font-medium">
          Prompt {number}
          <textarea
            id={controlId(field)}
            className="field min-h-24 font-serif text-[17px] leading-snug font-normal"
            maxLength={TYPED_LENGTH}
            rows={3}
            lang={language}
            dir={directionOfLanguage(language)}
            value={text}
            {...wrongness(error, errorId)}
            onChange={(event) => onChange({ text: event.currentTarget.value })}
          />
        </label>
        {error !== undefined && <FieldError id={errorId}>{error}</FieldError>}
      </div>
      <div className="grid gap-2">
        <Field
          label="Language"
          id={controlId(`prompt-${number - 1}-language`)}
          maxLength={50}
          autoComplete="off"
          spellCheck={false}
          value={language}
          error={wrong(`prompt-${number - 1}-language`)}
          onChange={(event) => onChange({ language: event.currentTarget.value })}
        />
        {onRemove !== null && (
          <Button tone="quiet" aria-label={`Remove prompt ${number}`} onClick={onRemove}>
            Remove
          </Button>
        )}
      </div>
    </li>
  );
}

/** What is asked, in which words. */
export function QuestionsStep({
  draft,
  onChange,
  wrong,
}: Pick<StepProps, "draft" | "onChange" | "wrong">) {
  const { prompts } = draft;
  const typed = typedIn(draft, onChange);
  const change = (key: number, part: Partial<PromptDraft>) =>
    onChange({
      prompts: prompts.map((prompt) => (prompt.key === key ? { ...prompt, ...part } : prompt)),
    });
  const add = () =>
    onChange({
      prompts: [
        ...prompts,
        { key: nextKey(prompts), id: "", text: "", language: prompts.at(-1)?.language ?? "en" },
      ],
    });
  const tooMany = wrong("prompts");
  return (
    <>
      <Field
        label="Title"
        id={controlId("title")}
        maxLength={400}
        autoComplete="off"
        error={wrong("title")}
        {...typed("title")}
      />
      <ol className="grid gap-5">
        {prompts.map((prompt, i) => (
          <PromptRow
            key={prompt.key}
            prompt={prompt}
            number={i + 1}
            wrong={wrong}
            onChange={(part) => change(prompt.key, part)}
            onRemove={
              prompts.length > 1
                ? () => onChange({ prompts: prompts.filter(({ key }) => key !== prompt.key) })
                : null
            }
          />
        ))}
      </ol>
      <div className="grid gap-1.5">
        <div>
          <Button id={controlId("prompts")} disabled={prompts.length >= MAX_PROMPTS} onClick={add}>
            Add a prompt
          </Button>
        </div>
        {tooMany !== undefined && <FieldError id="wrong-prompts">{tooMany}</FieldError>}
      </div>
      <SystemPrompt {...typed("systemPrompt")} error={wrong("systemPrompt")} />
    </>
  );
}

function SystemPrompt({
  error,
  ...typed
}: {
  value: string;
  onChange: (event: { currentTarget: { value: string } }) => void;
  error: string | undefined;
}) {
  const errorId = useId();
  return (
    <div className="grid gap-1.5">
      <label className="grid gap-1.5 text-sm font-medium">
        System prompt, the same in every cell
        <textarea
          id={controlId("systemPrompt")}
          className="field min-h-20 font-normal"
          maxLength={TYPED_LENGTH}
          rows={2}
          {...wrongness(error, errorId)}
          {...typed}
        />
        <span className="text-[13px] font-normal text-muted">
          Left empty, none is sent. A place named in it would be a difference of its own.
        </span>
      </label>
      {error !== undefined && <FieldError id={errorId}>{error}</FieldError>}
    </div>
  );
}
