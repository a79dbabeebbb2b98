import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What each label of a metric may say: closed sets, so that nobody's text and no id becomes a series. */
export type LabelSets = { readonly [label: string]: readonly string[] };

type Plan<Kind extends string, Sets extends LabelSets> = {
  readonly kind: Kind;
  readonly name: string;
  readonly help: string;
  readonly labels: Sets;
};
export type CounterPlan<Sets extends LabelSets = LabelSets> = Plan<"counter", Sets>;
export type GaugePlan<Sets extends LabelSets = LabelSets> = Plan<"gauge", Sets>;
export type HistogramPlan<Sets extends LabelSets = LabelSets> = Plan<"histogram", Sets> & {
  /** Upper bounds of its buckets, rising. */
  readonly buckets: readonly number[];
};
/** A metric before anything is measured. */
export type MetricPlan = CounterPlan | GaugePlan | HistogramPlan;
export type MetricPlans = { readonly [key: string]: MetricPlan };

/** What is counted: it only rises. */
export const counter = <const Sets extends LabelSets>(
  name: string,
  help: string,
  labels: Sets,
): CounterPlan<Sets> => ({ kind: "counter", name, help, labels });

/** What rises and falls. */
export const gauge = <const Sets extends LabelSets>(
  name: string,
  help: string,
  labels: Sets,
): GaugePlan<Sets> => ({ kind: "gauge", name, help, labels });

/** How measured values are spread. */
export const histogram = <const Sets extends LabelSets>(
  name: string,
  help: string,
  labels: Sets,
  buckets: readonly number[],
): HistogramPlan<Sets> => ({ kind: "histogram", name, help, labels, buckets });

/** A value for every label of a metric. */
export type Labels<Sets extends LabelSets> = {
  readonly [L in keyof Sets]: Sets[L][number] | typeof OTHER;
};

export type CounterOf<Sets extends LabelSets> = {
  /** Counts one, or `n`; 0 says that nothing has been counted yet. */
  add(labels: Labels<Sets>, n?: number): void;
  /** For what somebody else counts: the sum that they have come to. */
  total(labels: Labels<Sets>, sum: number): void;
};
export type GaugeOf<Sets extends LabelSets> = {
  set(labels: Labels<Sets>, value: number): void;
  /** Forgets all values: what was not measured is not shown. */
  clear(): void;
};
export type HistogramOf<Sets extends LabelSets> = {
  observe(labels: Labels<Sets>, value: number): void;
};

type InstrumentOf<P extends MetricPlan> =
  P extends CounterPlan<infer Sets>
    ? CounterOf<Sets>
    : P extends HistogramPlan<infer Sets>
      ? HistogramOf<Sets>
      : P extends GaugePlan<infer Sets>
        ? GaugeOf<Sets>
        : never;
/** What measures, by the keys of its plans. */
export type Instruments<P extends MetricPlans> = { readonly [K in keyof P]: InstrumentOf<P[K]> };

export type Meter<P extends MetricPlans> = {
  readonly of: Instruments<P>;
  /** Measures once more before every rendering, within the time that whoever asks may wait. Returns how to stop. */
  beforeRendering(measure: () => Promise<void>): () => void;
  /** Everything measured so far, in Prometheus's text format. */
  render(): Promise<string>;
};

/** The type of what `render` answers. */
export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** What a label says whose value is in no set: one series, whatever it was. */
export const OTHER = "other";

/** In front of what prom-client measures of the process by itself. */
const PREFIX = "beacon_";
/** Gauges of prom-client's that are named like counters; the same numbers are in `beacon_nodejs_active_…` by type. */
const MISNAMED = ["handles", "requests", "resources"].map(
  (what) => `${PREFIX}nodejs_active_${what}_total`,
);

/**
 * Metrics of one process. A metric appears once something was measured: nobody reads a 0 that nobody
 * counted.
 *
 * @param options.measuresProcess whether memory, processor time, the event loop and the like are measured too.
 */
export function createMeter<P extends MetricPlans>(
  plans: P,
  options: { readonly measuresProcess: boolean },
): Meter<P> {
  const registry = new Registry();
  if (options.measuresProcess) {
    collectDefaultMetrics({ register: registry, prefix: PREFIX });
    for (const name of MISNAMED) registry.removeSingleMetric(name);
  }
  const measures = new Set<() => Promise<void>>();
  const instruments = Object.entries(plans).map(([key, plan]) => [key, instrument(plan, registry)]);
  return {
    // Each was made from the plan of the same key.
    of: Object.fromEntries(instruments) as Instruments<P>,
    beforeRendering(measure) {
      measures.add(measure);
      return () => measures.delete(measure);
    },
    async render() {
      await Promise.all([...measures].map((measure) => measure()));
      return registry.metrics();
    },
  };
}

type Anything = { readonly [label: string]: string };
type Made = CounterOf<LabelSets> | GaugeOf<LabelSets> | HistogramOf<LabelSets>;

function instrument(plan: MetricPlan, registry: Registry): Made {
  const { name, help, labels } = plan;
  const asked = { name, help, labelNames: Object.keys(labels), registers: [registry] };
  const known = (given: Anything): Anything =>
    Object.fromEntries(
      Object.entries(labels).map(([label, values]) => {
        const value = given[label] ?? OTHER;
        return [label, values.includes(value) ? value : OTHER];
      }),
    );
  if (plan.kind === "histogram") {
    const made = once(() => new Histogram({ ...asked, buckets: [...plan.buckets] }));
    return { observe: (given, value) => made().observe(known(given), value) };
  }
  if (plan.kind === "gauge") {
    let made: Gauge | null = null;
    return {
      set(given, value) {
        made ??= new Gauge(asked);
        made.set(known(given), value);
      },
      // Not `reset`, which says 0 where there are no labels.
      clear() {
        registry.removeSingleMetric(name);
        made = null;
      },
    };
  }
  const made = once(() => new Counter(asked));
  return {
    add: (given, n = 1) => made().inc(known(given), n),
    total(given, sum) {
      made().remove(known(given));
      made().inc(known(given), sum);
    },
  };
}

/** `make`, called at the first use. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** How many series a metric can have at most, whatever is measured: the values of each label, and `other`. */
export function seriesOf(plan: MetricPlan): number {
  const combinations = Object.values(plan.labels).reduce(
    (all, { length }) => all * (length + 1),
    1,
  );
  // A histogram's: one a bucket, the one without bound, the sum and the count.
  return plan.kind === "histogram" ? combinations * (plan.buckets.length + 3) : combinations;
}
