import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CommandIo } from "@/server/cli/command";
import { createMetrics, wordLists } from "@/server/meters";
import type { MetricPlan } from "@/server/telemetry/meter";
import { metricPlans } from "@/server/telemetry/metrics";

/** Where the list of metrics lies, under the repository's root. */
export const METRICS_DOC = "docs/metrics.md";
/** What is between these lines is written; all else is a person's. */
const BEGIN = "<!-- begin: npm run beacon -- metrics-doc -->";
const END = "<!-- end -->";

/** A build and a procedure, to know that there are metrics of them. */
const BUILD = { version: "this build's", commit: "this build's", node: "this process's" };
const PROCEDURES = ["each of the API"];
const WORDS = wordLists(PROCEDURES, BUILD);

/** Sets that are too long to be shown, or grow with every feature, by a word for their values. */
const LONG: readonly (readonly [values: readonly string[], word: string])[] = [
  [WORDS.code, "an error code"],
  [WORDS.place, "a country, home"],
];

const valuesOf = (values: readonly string[]): string => {
  const long = LONG.find(([set]) => set.every((value) => values.includes(value)));
  if (long === undefined) return values.join(", ");
  const [set, word] = long;
  return [...values.filter((value) => !set.includes(value)), word].join(", ");
};

const labelsOf = ({ labels }: MetricPlan): string =>
  Object.entries(labels)
    .map(([label, values]) => `\`${label}\` (${valuesOf(values)})`)
    .join("; ");

/** What prom-client measures of every process, by name, with its help. */
async function processMetrics(): Promise<readonly (readonly [name: string, help: string])[]> {
  const text = await createMetrics(BUILD).render();
  const own = new Set(Object.values(metricPlans(WORDS)).map(({ name }) => name));
  return [...text.matchAll(/^# HELP (\S+) (.+)$/gm)]
    .map(([, name = "", help = ""]) => [name, help] as const)
    .filter(([name]) => !own.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The list of all metrics, as Markdown. */
async function metricsList(): Promise<string> {
  const rows = Object.values(metricPlans(WORDS)).map(
    (plan) => `| \`${plan.name}\` | ${plan.kind} | ${labelsOf(plan) || "none"} | ${plan.help} |`,
  );
  const others = (await processMetrics()).map(([name, help]) => `| \`${name}\` | ${help} |`);
  return [
    "| metric | kind | labels | what it says |",
    "|---|---|---|---|",
    ...rows,
    "",
    "And of every process, as prom-client measures them:",
    "",
    "| metric | what it says |",
    "|---|---|",
    ...others,
  ].join("\n");
}

/** The document with its list as it is now. */
export async function metricsDoc(text: string): Promise<string> {
  const [before = "", rest = ""] = text.split(BEGIN);
  const [, after = ""] = rest.split(END);
  return `${before}${BEGIN}\n\n${await metricsList()}\n\n${END}${after}`;
}

/** `beacon metrics-doc`: writes the list in docs/metrics.md anew. */
export async function metricsDocCommand(
  _args: readonly string[],
  { out }: Pick<CommandIo, "out">,
): Promise<0> {
  const file = join(process.cwd(), METRICS_DOC);
  await writeFile(file, await metricsDoc(await readFile(file, "utf8")));
  out(METRICS_DOC);
  return 0;
}
