import { Mark } from "@/components/composer/mark";
import type { ComposerPlace } from "@/components/composer/place";
import { controlId, type Problem } from "@/components/composer/problems";
import { StepLink } from "@/components/composer/step-list";
import { STEPS } from "@/components/composer/steps";
import { DOOR_WORDS } from "@/components/jobs/door-words";
import { counted, listed } from "@/components/ui/count";
import { placeName } from "@/components/ui/country";
import { Facts } from "@/components/ui/facts";
import { languageName } from "@/components/ui/language";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { JobSpec } from "@/schemas/job-spec";
import { allPlacesOf } from "@/server/domain/job/places";

/** What is to be mended first, each a way to where it stands. */
function ProblemList({
  problems,
  place,
  onGo,
}: {
  problems: readonly Problem[];
  place: ComposerPlace;
  onGo: (problem: Pick<Problem, "step" | "field">) => void;
}) {
  if (problems.length === 0)
    return (
      <p className="flex items-center gap-2 text-sm">
        <span className="text-ok">
          <Mark of="done" />
        </span>
        Nothing is in the way of announcing it.
      </p>
    );
  return (
    <div className="rounded-lg border border-bad bg-bad-soft px-5 py-4">
      <p className="font-semibold text-bad">
        {counted(problems.length, "thing")} to mend before it can be announced:
      </p>
      <ul className="mt-2 grid gap-1">
        {problems.map((problem) => {
          const { step, field, message } = problem;
          const at = STEPS.findIndex((one) => one.step === step);
          return (
            <li key={`${field} ${message}`} className="text-sm text-bad">
              <StepLink
                place={{ ...place, step }}
                onGo={() => onGo(problem)}
                className="link inline-flex min-h-11 flex-wrap items-center gap-x-2 sm:min-h-0"
              >
                <span className="font-semibold">
                  Step {at + 1}, {STEPS[at]?.name}:
                </span>
                {promptOf(field)}
                {message}
              </StepLink>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** Which of several prompts is meant. */
const promptOf = (field: string): string => {
  const at = /^prompt-(\d+)-/.exec(field)?.[1];
  return at === undefined ? "" : `Prompt ${Number(at) + 1}: `;
};

const OUTCOME_WORDS = {
  "refusal-rate": "how often it refuses",
  similarity: "how alike the answers are",
} as const;

const contrastInWords = ({ outcome, baseline, against }: JobSpec["contrasts"][number]): string =>
  `${OUTCOME_WORDS[outcome]}: ${listed(against.map(placeName))}, compared with ${placeName(baseline)}`;

const minutesInWords = (seconds: number): string =>
  Number.isNaN(seconds) ? "not set" : `${Number((seconds / 60).toFixed(2))} minutes`;

/** So many prompts are read over here; all of them are in the specification. */
const SHOWN_PROMPTS = 20;

function rowsOf(spec: JobSpec): readonly (readonly [string, React.ReactNode])[] {
  const languages = [...new Set(spec.prompts.map(({ language }) => language))];
  const { glm, usd } = spec.budget;
  return [
    [
      "Title",
      spec.title === "" ? (
        "none"
      ) : (
        <UntrustedText key="title" as="span" text={spec.title} language="en" />
      ),
    ],
    [
      "Prompts",
      `${counted(spec.prompts.length, "prompt")}, ${listed(languages.map(languageName))}`,
    ],
    [
      "Services",
      spec.services.length === 0
        ? "none"
        : spec.services.map(({ id, door }) => `${id}, ${DOOR_WORDS[door].way}`).join("; "),
    ],
    ["Asked from", listed(allPlacesOf(spec).map(placeName)) || "nowhere"],
    [
      "Contrasts",
      spec.contrasts.length === 0
        ? "none: exploratory"
        : spec.contrasts.map(contrastInWords).join("; "),
    ],
    [
      "Controls",
      spec.controls.length === 0
        ? "none"
        : spec.controls.map(({ service, kind }) => `${service}, ${kind}`).join("; "),
    ],
    ["Budget", `at most ${glm} GLM and ${usd} US dollars`],
    ["Deadline", minutesInWords(spec.deadline_s)],
    ...(spec.simulation === undefined
      ? []
      : [
          [
            "Faults made on purpose",
            counted(spec.simulation.providers.length + spec.simulation.yagna.length, "fault"),
          ] as const,
        ]),
  ];
}

/** What will be announced, in words, and what is in its way. */
export function ReviewStep({
  spec,
  problems,
  place,
  onGo,
}: {
  spec: JobSpec;
  problems: readonly Problem[];
  place: ComposerPlace;
  onGo: (problem: Pick<Problem, "step" | "field">) => void;
}) {
  return (
    <>
      <div id={controlId("spec")} tabIndex={-1} className="outline-none">
        <ProblemList problems={problems} place={place} onGo={onGo} />
      </div>
      <Facts rows={rowsOf(spec)} />
      <ol className="grid gap-3 border-t border-line pt-5">
        {spec.prompts.slice(0, SHOWN_PROMPTS).map(({ id, text, language }, i) => (
          <li key={id} className="text-sm">
            <span className="text-[13px] text-muted">
              Prompt {i + 1}, {languageName(language)}
            </span>
            <UntrustedText
              text={text === "" ? "(empty)" : text}
              language={language}
              className="font-serif text-[17px] leading-snug"
            />
          </li>
        ))}
      </ol>
      {spec.prompts.length > SHOWN_PROMPTS && (
        <p className="text-sm text-muted">
          And {counted(spec.prompts.length - SHOWN_PROMPTS, "prompt")} more: all of them are in the
          specification below.
        </p>
      )}
    </>
  );
}
