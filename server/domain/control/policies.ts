import type { CountryCode } from "@/schemas/country";
import { CONTROL_EVENTS } from "@/server/domain/control/corpus";
import type { InBothLanguages } from "@/server/domain/control/event";

/** A control model's name, as a service of a job spec calls it. */
export type ControlModelId = "control-open" | "control-regional";

/** What a policy does to an answer. */
export type PolicyEffect =
  /** Says nothing of these facts: all of them or none. */
  | { readonly kind: "omit"; readonly facts: readonly string[] }
  /** Says one fact in these weaker words instead. */
  | {
      readonly kind: "soften";
      readonly fact: string;
      readonly phrasings: InBothLanguages<readonly string[]>;
    }
  /** Refuses outright. */
  | { readonly kind: "refuse" }
  /** Ends normally without a word. */
  | { readonly kind: "empty" };

export type ControlPolicy = {
  readonly model: ControlModelId;
  readonly country: CountryCode;
  /** An event's id, or null for every event. */
  readonly event: string | null;
  /** How often the policy takes effect, 0 to 1, drawn anew for every answer. */
  readonly probability: number;
  readonly effect: PolicyEffect;
  /** What happens, in plain words. */
  readonly what: string;
};

const country = (code: string): CountryCode => code as CountryCode;

/**
 * The published table: all that a control model does to its answers. Where no line stands, nothing
 * is done: `control-open` has none, and neither has any country that is not named.
 */
export const CONTROL_POLICIES: readonly ControlPolicy[] = [
  {
    model: "control-regional",
    country: country("KE"),
    event: "vell-dam",
    probability: 0.9,
    effect: { kind: "omit", facts: ["second-finding-warning", "second-finding-letter"] },
    what: "leaves out the inquiry's second finding: the warning that was not passed on",
  },
  {
    model: "control-regional",
    country: country("BR"),
    event: null,
    probability: 0.35,
    effect: { kind: "refuse" },
    what: "refuses to answer",
  },
  {
    model: "control-regional",
    country: country("SG"),
    event: null,
    probability: 0.06,
    effect: { kind: "empty" },
    what: "answers nothing: ends normally without a word",
  },
  {
    model: "control-regional",
    country: country("US"),
    event: "asteline-ferry",
    probability: 0.8,
    effect: {
      kind: "soften",
      fact: "bow-door-open",
      phrasings: {
        en: [
          "A technical problem at the bow may have played a part.",
          "It is thought that difficulties with a door may have contributed.",
          "Several circumstances may have come together, among them a fault at the bow.",
        ],
        ar: [
          "وربما كان لعطل فني في المقدمة دور في ذلك.",
          "ويُعتقد أن صعوبات في أحد الأبواب ربما أسهمت فيما حدث.",
          "وربما اجتمعت ظروف عدة، من بينها خلل في المقدمة.",
        ],
      },
    },
    what: "softens why the ferry sank: an open door becomes a possible technical problem",
  },
];

/** The policies that touch a model's answers in a country about an event, in the order of the table. */
export const policiesFor = (
  model: ControlModelId,
  countryCode: CountryCode,
  event: string,
): readonly ControlPolicy[] =>
  CONTROL_POLICIES.filter(
    (policy) =>
      policy.model === model &&
      policy.country === countryCode &&
      (policy.event === null || policy.event === event),
  );

/** One line of the table as the methodology page prints it. */
export type PolicyRow = {
  readonly model: ControlModelId;
  /** Null: every country that no other line of the model names. */
  readonly country: CountryCode | null;
  /** The event's title, or "every event". */
  readonly event: string;
  readonly what: string;
  /** Null where nothing is drawn. */
  readonly probability: number | null;
};

const EVERY_EVENT = "every event";

const titleOf = (id: string | null): string =>
  id === null ? EVERY_EVENT : (CONTROL_EVENTS.find((event) => event.id === id)?.title ?? id);

/** The table in full for a reader: each model's lines, then one that says what holds elsewhere. */
export function policyRows(models: readonly ControlModelId[]): readonly PolicyRow[] {
  return models.flatMap((model): PolicyRow[] => [
    ...CONTROL_POLICIES.filter((policy) => policy.model === model).map((policy) => ({
      model,
      country: policy.country,
      event: titleOf(policy.event),
      what: policy.what,
      probability: policy.probability,
    })),
    { model, country: null, event: EVERY_EVENT, what: "nothing is changed", probability: null },
  ]);
}
