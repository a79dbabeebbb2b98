import type { SpecDraft } from "@/schemas/draft";
import type { JobSpec, ServiceRef } from "@/schemas/job-spec";
import { emptyDraft } from "@/server/domain/draft/empty-draft";
import { type Choices, simpleContrasts } from "@/server/domain/draft/spec-from-draft";
import type { Catalog } from "@/server/domain/job/catalog";
import { allPlacesOf } from "@/server/domain/job/places";

/** A specification as the composer can hold it, and in sentences what of it had to be changed. */
export type TakenOver = { readonly spec: SpecDraft; readonly notes: readonly string[] };

/**
 * Takes a job spec over into the composer. Services are looked up in this installation's catalogue by door,
 * connection and model; the images that this installation runs are pinned; what cannot be asked here is
 * left out, and said.
 */
export function draftFromSpec(
  spec: JobSpec,
  catalog: Choices & Pick<Catalog, "simulated">,
): TakenOver {
  const found = spec.services.map((service) => ({ service, here: knownHere(service, catalog) }));
  const nameHere = new Map(found.map(({ service, here }) => [service.id, here?.ref.id]));
  const isSimulationKept = spec.simulation !== undefined && catalog.simulated;
  return {
    spec: {
      title: spec.title,
      systemPrompt: spec.system_prompt ?? "",
      prompts: spec.prompts.map(({ id, text, language }, key) => ({ key, id, text, language })),
      services: found.flatMap(({ here }) => here?.ref.id ?? []),
      countries: spec.countries,
      home: spec.home === true,
      repeats: String(spec.repeats),
      temperature: String(spec.sampling.temperature),
      topP: String(spec.sampling.top_p),
      maxOutputTokens: String(spec.sampling.max_output_tokens),
      seedBase: String(spec.sampling.seed_base),
      budgetGlm: spec.budget.glm,
      budgetUsd: spec.budget.usd,
      deadlineMinutes: String(spec.deadline_s / 60),
      ...contrastsFrom(spec),
      controls: spec.controls.flatMap(({ service, kind }) => {
        const id = nameHere.get(service);
        return id === undefined ? [] : [{ service: id, kind }];
      }),
      ...(isSimulationKept ? faultsFrom(spec) : { providerFaults: [], yagnaFaults: [] }),
    },
    notes: [
      ...found.flatMap(({ service, here }) => noteOf(service, here)),
      ...(isPinnedOtherwise(spec, catalog)
        ? ["The images that this installation runs are pinned, not those of the specification."]
        : []),
      ...(spec.simulation !== undefined && !isSimulationKept
        ? ["Faults made on purpose were left out: only a simulated network makes them."]
        : []),
    ],
  };
}

type Known = Choices["services"][number] | undefined;

const connectionOf = (service: ServiceRef): string | null =>
  service.door === "model" ? null : service.api.connection;

const knownHere = (service: ServiceRef, { services }: Choices): Known =>
  services.find(
    ({ ref }) =>
      ref.door === service.door &&
      ref.model === service.model &&
      connectionOf(ref) === connectionOf(service),
  );

function noteOf(service: ServiceRef, here: Known): string[] {
  if (here === undefined)
    return [`${service.id}, which asks for ${service.model}, is not known here and was left out.`];
  const { ref } = here;
  const isElsewhere =
    service.door !== "model" &&
    ref.door !== "model" &&
    (service.api.base_url !== ref.api.base_url || service.api.dialect !== ref.api.dialect);
  return [
    ...(ref.id === service.id ? [] : [`${service.id} is called ${ref.id} here.`]),
    ...(isElsewhere ? [`${ref.id} is reached at another address here.`] : []),
  ];
}

const isPinnedOtherwise = ({ images }: JobSpec, { images: here }: Choices): boolean =>
  images !== undefined &&
  (["model", "exit"] as const).some(
    (door) => images[door] !== undefined && images[door].sha3_224 !== here?.[door]?.sha3_224,
  );

/** The plain form, every place against one, where the spec has exactly that; else row by row. */
function contrastsFrom(spec: JobSpec): Pick<SpecDraft, "baseline" | "outcomes" | "contrasts"> {
  const [first] = spec.contrasts;
  const { outcomes } = emptyDraft();
  if (first === undefined) return { baseline: "", outcomes, contrasts: [] };
  const plain = {
    baseline: first.baseline,
    outcomes: spec.contrasts.map(({ outcome }) => outcome),
  };
  const isPlain =
    JSON.stringify(simpleContrasts(plain, allPlacesOf(spec)).map(inOrder)) ===
    JSON.stringify(spec.contrasts.map(inOrder));
  if (isPlain) return { ...plain, contrasts: [] };
  return {
    baseline: "",
    outcomes,
    contrasts: spec.contrasts.map(({ id, outcome, baseline, against }, key) => ({
      key,
      id,
      outcome,
      baseline,
      against,
    })),
  };
}

const inOrder = ({ id, outcome, baseline, against }: JobSpec["contrasts"][number]) => [
  id,
  outcome,
  baseline,
  against,
];

/** Digits that a share in percent keeps: what a double adds behind them was never typed. */
const SHARE_DIGITS = 12;

const faultsFrom = ({
  simulation,
}: JobSpec): Pick<SpecDraft, "providerFaults" | "yagnaFaults"> => ({
  providerFaults: (simulation?.providers ?? []).map(({ fault, moment, countries, share }, key) => ({
    key,
    fault,
    moment,
    countries,
    share: String(Number((share * 100).toPrecision(SHARE_DIGITS))),
  })),
  yagnaFaults: (simulation?.yagna ?? []).map(({ fault, after_s, for_s }, key) => ({
    key,
    fault,
    afterS: String(after_s),
    forS: String(for_s),
  })),
});
