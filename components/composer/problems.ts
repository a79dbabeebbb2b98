import { placeName } from "@/components/ui/country";
import { ComposerStep, type SpecDraft } from "@/schemas/draft";
import { type JobSpec, MAX_PROMPT_LENGTH } from "@/schemas/job-spec";
import type { ErrorCode } from "@/server/domain/errors";
import { unitsOf } from "@/server/domain/job/amount";
import type { Catalog } from "@/server/domain/job/catalog";
import { refusalsOf } from "@/server/domain/job/parse-spec";
import type { Refusal } from "@/server/domain/job/spec-rules";

/** Where in the composer something stands: in which step, at which control. */
export type ProblemPlace = { readonly step: ComposerStep; readonly field: string };

/** What is to be mended before a job can be announced, where, in one sentence. */
export type Problem = ProblemPlace & { readonly code: ErrorCode; readonly message: string };

/** The id of a control in the page. */
export const controlId = (field: string): string => `at-${field}`;

/**
 * All that keeps a draft from being announced, in the order of its steps: the server's own rules in the words of the
 * form, and what the specification does not show any more, such as a service that is gone.
 */
export function problemsOf(draft: SpecDraft, spec: JobSpec, catalog: Catalog): readonly Problem[] {
  const found = [
    ...serviceProblems(draft, catalog),
    ...unfinishedContrasts(draft),
    ...dollarProblems(spec, catalog),
    ...simulationProblems(spec, catalog),
    ...refusalsOf(spec, catalog.limits).map((refusal) => problemFrom(refusal, draft, catalog)),
  ];
  return ComposerStep.options.flatMap((step) => found.filter((problem) => problem.step === step));
}

function serviceProblems(draft: SpecDraft, { services }: Catalog): readonly Problem[] {
  const at = { step: "services", field: "services" } as const;
  return draft.services.flatMap((id): readonly Problem[] => {
    const known = services.find(({ ref }) => ref.id === id);
    if (known === undefined)
      return [
        {
          ...at,
          code: "JOB_SPEC_SERVICE_UNKNOWN",
          message: `${id} is not known here any more; take it out.`,
        },
      ];
    const { obstacle, charge } = known;
    if (obstacle !== null)
      return [
        { ...at, code: obstacle.code, message: `${id} cannot be asked now. ${obstacle.message}` },
      ];
    return charge === null
      ? [
          {
            ...at,
            code: "SERVICE_PRICE_UNKNOWN",
            message: `Nobody here knows what ${id} costs; enter its price with the service.`,
          },
        ]
      : [];
  });
}

const unfinishedContrasts = ({ contrasts }: SpecDraft): readonly Problem[] =>
  contrasts.flatMap(({ baseline }, i) =>
    baseline === ""
      ? [
          {
            step: "contrasts",
            field: `contrast-${i}`,
            code: "JOB_SPEC_INVALID",
            message: "Choose what it compares with.",
          },
        ]
      : [],
  );

/** A budget as it is typed may be no amount yet; then that is what is wrong. */
const AMOUNT = /^\d{1,9}(\.\d{1,18})?$/;

function dollarProblems(spec: JobSpec, { services }: Catalog): readonly Problem[] {
  const paid = spec.services.find(({ id }) => {
    const charge = services.find(({ ref }) => ref.id === id)?.charge ?? null;
    return charge !== null && charge !== "in-glm" && !isFree(charge);
  });
  if (paid === undefined || !AMOUNT.test(spec.budget.usd) || unitsOf(spec.budget.usd) > 0n)
    return [];
  return [
    {
      step: "budget",
      field: "budgetUsd",
      code: "JOB_SPEC_BUDGET_MISSING",
      message: `${paid.id} is paid for; say how many dollars may be spent.`,
    },
  ];
}

const isFree = ({
  inputUsd,
  outputUsd,
}: {
  readonly inputUsd: string;
  readonly outputUsd: string;
}) => unitsOf(inputUsd) === 0n && unitsOf(outputUsd) === 0n;

const simulationProblems = (spec: JobSpec, { simulated }: Catalog): readonly Problem[] =>
  spec.simulation === undefined || simulated
    ? []
    : [
        {
          step: "budget",
          field: "simulation",
          code: "JOB_SPEC_SIMULATION_REFUSED",
          message: "Only a simulated network makes faults on purpose; take them out.",
        },
      ];

/** A refusal of the server's rules, at its control and in the words of the form. */
export function problemFrom(refusal: Refusal, draft: SpecDraft, catalog: Catalog): Problem {
  const { code, path, message } = refusal;
  const place = placeOfPath(path, draft);
  return { ...place, code, message: inWords(refusal, place, draft, catalog) ?? message };
}

/** Where the composer holds what a job spec has at `path`. */
export function placeOfPath(path: string, draft: SpecDraft): ProblemPlace {
  const [, head = "", index, rest = ""] = /^(\w+)(?:\[(\d+)\])?(.*)$/.exec(path) ?? [];
  const i = Number(index);
  const part = rest.replace(/^\.(\w+).*$/, "$1");
  switch (head) {
    case "title":
      return { step: "questions", field: "title" };
    case "system_prompt":
      return { step: "questions", field: "systemPrompt" };
    case "prompts":
      return {
        step: "questions",
        field:
          index === undefined
            ? "prompts"
            : `prompt-${i}-${part === "language" ? "language" : "text"}`,
      };
    case "services":
    case "images":
      return { step: "services", field: "services" };
    case "countries":
    case "home":
      return { step: "countries", field: "countries" };
    case "repeats":
      return { step: "sampling", field: "repeats" };
    case "sampling":
      return { step: "sampling", field: SAMPLING_FIELDS[part] ?? "repeats" };
    case "contrasts":
      return { step: "contrasts", field: contrastField(i, draft) };
    case "controls":
      return { step: "contrasts", field: "controls" };
    case "budget":
      return { step: "budget", field: part === "usd" ? "budgetUsd" : "budgetGlm" };
    case "deadline_s":
      return { step: "budget", field: "deadlineMinutes" };
    case "simulation":
      return { step: "budget", field: "simulation" };
    default:
      return { step: "review", field: "spec" };
  }
}

const SAMPLING_FIELDS: Readonly<Record<string, string>> = {
  temperature: "temperature",
  top_p: "topP",
  max_output_tokens: "maxOutputTokens",
  seed_base: "seedBase",
};

/** Of the contrasts of a spec the plain ones come first, then the finished rows. */
function contrastField(i: number, { baseline, outcomes, contrasts }: SpecDraft): string {
  const plain = baseline === "" ? 0 : outcomes.length;
  if (i < plain) return "baseline";
  const finished = contrasts.flatMap((contrast, row) => (contrast.baseline === "" ? [] : [row]));
  return `contrast-${finished[i - plain] ?? 0}`;
}

/** What a number must be, by the control that holds it. */
const NUMBERS: Readonly<Record<string, string>> = {
  temperature: "Write a number from 0 to 2.",
  topP: "Write a number above 0 and up to 1.",
  maxOutputTokens: "Write a whole number from 1 to 8,192.",
  seedBase: "Write a whole number from 0 to 2,147,483,647.",
  deadlineMinutes: "Write a number of minutes from 0.5 to 1,440.",
  simulation: "A share is 0 to 100 %; seconds are 0 to 3,600 after and 0 to 600 long.",
};

/** What to do about a refusal; null: the server's own sentence says it. */
function inWords(
  { code, path, message }: Refusal,
  { field }: ProblemPlace,
  draft: SpecDraft,
  { limits }: Catalog,
): string | null {
  if (code === "JOB_SPEC_TOO_MANY_TASKS") return null;
  if (code === "JOB_SPEC_REPEATS_INVALID") return "Write a whole number from 1 to 50.";
  if (path === "title") return titleInWords(draft.title.trim());
  if (path.startsWith("prompts[")) return promptInWords(path, field, draft);
  if (path === "services")
    return draft.services.length > 0
      ? "Choose at most 20 services."
      : "Choose at least one service.";
  if (path === "countries")
    return draft.countries.length > 0 ? tooManyOr(message, draft) : "Choose at least one country.";
  if (path.startsWith("budget.")) return budgetInWords(code, path, draft, limits);
  if (path.startsWith("contrasts[")) return contrastInWords(code, path, message);
  return code === "JOB_SPEC_INVALID" ? (NUMBERS[field] ?? null) : null;
}

const titleInWords = (title: string): string =>
  title.length < 3 || title.length > 200
    ? "Write a title of 3 to 200 characters."
    : "The title holds characters that cannot be seen, or half a character; type it again.";

function promptInWords(path: string, field: string, { prompts }: SpecDraft): string | null {
  if (field.endsWith("-language"))
    return "Write the language as a BCP 47 tag, such as en, ar or pt-BR.";
  if (path.endsWith(".id")) return "Another prompt has the same name in the specification.";
  const text = prompts[Number(/\[(\d+)\]/.exec(path)?.[1])]?.text ?? "";
  if (text.trim() === "") return "Write the question.";
  return text.length > MAX_PROMPT_LENGTH
    ? `Shorten it: a prompt has at most ${MAX_PROMPT_LENGTH.toLocaleString("en")} characters.`
    : "It holds half a character or a NUL; type it again.";
}

const MAX_COUNTRIES = 50;
const tooManyOr = (message: string, { countries }: SpecDraft): string =>
  countries.length > MAX_COUNTRIES ? `Choose at most ${MAX_COUNTRIES} countries.` : message;

function budgetInWords(
  code: ErrorCode,
  path: string,
  draft: SpecDraft,
  limits: Catalog["limits"],
): string {
  const isGlm = path === "budget.glm";
  if (code === "JOB_SPEC_BUDGET_OVER_LIMIT")
    return `This portal allows at most ${isGlm ? limits.glm : limits.usd} a job.`;
  return isGlm && AMOUNT.test(draft.budgetGlm.trim())
    ? "Say how much GLM may be spent on rented providers."
    : "Write an amount, such as 2.5.";
}

function contrastInWords(code: ErrorCode, path: string, message: string): string | null {
  if (code === "JOB_SPEC_COUNTRY_UNKNOWN") {
    const place = / is (\w+),/.exec(message)?.[1];
    return place === undefined
      ? null
      : `${placeName(place as never)} is not asked from; choose another place, or add it in step 3.`;
  }
  if (path.endsWith(".id")) return "Another contrast has the same name in the specification.";
  return message.includes("twice")
    ? "A place cannot be compared with itself."
    : "Choose at least one place to compare.";
}
