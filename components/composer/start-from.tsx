import Link from "next/link";
import { type ChangeEvent, useId, useMemo, useState } from "react";
import { examplesFor } from "@/components/composer/examples";
import { FieldError, wrongness } from "@/components/jobs/form-field";
import { Button } from "@/components/ui/button";
import { JobSpec } from "@/schemas/job-spec";
import { MAX_BLOCK_BYTES } from "@/server/domain/digest";
import type { Catalog } from "@/server/domain/job/catalog";
import { refusalsOf } from "@/server/domain/job/parse-spec";

/** So many things that are wrong are told at a time. */
const SHOWN = 5;

type Read = { readonly spec: JobSpec } | { readonly problems: readonly string[] };

/** A specification out of whatever somebody pasted, or what is wrong with it, each in a sentence. */
export function readSpec(text: string, limits: Catalog["limits"]): Read {
  if (text.length > MAX_BLOCK_BYTES)
    return { problems: ["It is longer than any job specification may be."] };
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    return {
      problems: [`It is not JSON: ${error instanceof Error ? error.message : "unreadable"}.`],
    };
  }
  const parsed = JobSpec.safeParse(input);
  // What breaks a rule across fields can be mended in the form, which says it there.
  if (parsed.success) return { spec: parsed.data };
  const sentences = refusalsOf(input, limits).map(({ message }) => message);
  const more = sentences.length - SHOWN;
  return { problems: more > 0 ? [...sentences.slice(0, SHOWN), `And ${more} more.`] : sentences };
}

/** A specification that is pasted, or read from a file. */
function ImportPart({
  limits,
  onTake,
}: {
  limits: Catalog["limits"];
  onTake: (spec: JobSpec) => void;
}) {
  const [text, setText] = useState("");
  const [problems, setProblems] = useState<readonly string[]>([]);
  const errorId = useId();
  const take = (from: string) => {
    const read = readSpec(from, limits);
    if ("problems" in read) return setProblems(read.problems);
    setProblems([]);
    setText("");
    onTake(read.spec);
  };
  const choose = async ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    const [file] = currentTarget.files ?? [];
    if (file === undefined) return;
    const chosen =
      file.size > MAX_BLOCK_BYTES ? " ".repeat(MAX_BLOCK_BYTES + 1) : await file.text();
    setText(chosen.trim());
    take(chosen);
  };
  const error = problems.length === 0 ? undefined : problems.join(" ");
  return (
    <section aria-label="Import a specification" className="grid gap-3">
      <label className="grid gap-1.5 text-sm font-medium">
        Paste a job specification, as JSON
        <textarea
          className="field code min-h-24 font-normal"
          rows={4}
          spellCheck={false}
          value={text}
          {...wrongness(error, errorId)}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <div className="flex flex-wrap items-center gap-3">
        <Button disabled={text.trim() === ""} onClick={() => take(text)}>
          Import it as a new draft
        </Button>
        <label className="flex min-h-11 flex-wrap items-center gap-2 text-[13.5px]">
          or from a file
          <input
            type="file"
            accept="application/json,.json"
            className="max-w-full"
            onChange={(event) => void choose(event)}
          />
        </label>
      </div>
      {problems.length > 0 && (
        <div role="alert" className="grid gap-1">
          <p className="text-sm font-semibold text-bad">Nothing was imported.</p>
          {problems.map((problem, i) => (
            <FieldError key={problem} id={i === 0 ? errorId : `${errorId}-${i}`}>
              {problem}
            </FieldError>
          ))}
        </div>
      )}
    </section>
  );
}

/** Ways to begin with something: an example, a job, a specification. Each begins a draft of its own. */
export function StartFrom({
  catalog,
  onTake,
}: {
  catalog: Catalog;
  onTake: (spec: JobSpec) => void;
}) {
  const examples = useMemo(() => examplesFor(catalog), [catalog]);
  return (
    <details className="border-y border-line">
      <summary className="flex min-h-11 items-center text-sm font-medium">
        Start from an example, a job or a specification
      </summary>
      <div className="grid gap-6 pt-1 pb-5">
        <p className="text-[13px] text-muted">
          Each begins a draft of its own; what is composed here now stays a draft.
        </p>
        {examples.length > 0 && (
          <section aria-label="Examples">
            <ul className="flex flex-wrap gap-2">
              {examples.map((spec) => (
                <li key={spec.title}>
                  <Button onClick={() => onTake(spec)}>{spec.title}</Button>
                </li>
              ))}
            </ul>
          </section>
        )}
        <p className="text-sm">
          From a job: open one of{" "}
          <Link href="/jobs" className="link">
            the jobs
          </Link>{" "}
          and choose “Compose a new job from this one”.
        </p>
        <ImportPart limits={catalog.limits} onTake={onTake} />
      </div>
    </details>
  );
}
