import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { appRouter } from "@/server/api/root";
import { METRICS_DOC, metricsDoc } from "@/server/cli/metrics-doc";
import { createMetrics, wordLists } from "@/server/meters";
import { type MetricPlan, seriesOf } from "@/server/telemetry/meter";
import { metricPlans } from "@/server/telemetry/metrics";
import { promtool, runPromtool } from "@/test/support/promtool";
import { ROOT } from "@/test/support/run-tool";
import { skipBecause } from "@/test/support/skip";

const BUILD = { version: "1.2.3", commit: "0123456789ab", node: process.version };
const procedures = Object.keys(appRouter._def.procedures);
const plans: readonly MetricPlan[] = Object.values(metricPlans(wordLists(procedures, BUILD)));
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** More series than one process of ours may ever have. Prometheus bears some millions. */
const MOST_SERIES = 50_000;

describe("every metric", () => {
  it("is named beacon_<noun>_<unit>, a counter with _total at its end and nothing else", () => {
    expect(plans.length).toBeGreaterThan(40);
    for (const { name, kind } of plans) {
      expect(name).toMatch(/^beacon_[a-z]+(?:_[a-z]+)*$/);
      expect(name.endsWith("_total"), name).toBe(kind === "counter");
      if (/_(?:duration|age|wait)(?:_|$)/.test(name)) expect(name).toMatch(/_seconds$/);
    }
    expect(new Set(plans.map(({ name }) => name)).size).toBe(plans.length);
  });

  it("says in a sentence what it means", () => {
    for (const { name, help } of plans) {
      expect(help, name).toMatch(/^[A-Z0-9].{10,}\.$/);
      expect(help, name).not.toContain("\n");
    }
    expect(new Set(plans.map(({ help }) => help)).size).toBe(plans.length);
  });

  it("has labels of closed sets that are not empty, of words and not of ids", () => {
    for (const { name, labels } of plans)
      for (const [label, values] of Object.entries(labels)) {
        expect(label, name).toMatch(/^[a-z]+$/);
        expect(values.length, `${name} ${label}`).toBeGreaterThan(0);
        expect(new Set(values).size, `${name} ${label}`).toBe(values.length);
        for (const value of values)
          expect(value, `${name} ${label}`).toMatch(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/);
      }
  });

  it("has buckets that rise", () => {
    for (const plan of plans)
      if (plan.kind === "histogram")
        expect(
          [...plan.buckets].sort((a, b) => a - b),
          plan.name,
        ).toEqual(plan.buckets);
  });

  it(`is one of so few that a process has fewer than ${MOST_SERIES} series, whatever happens`, () => {
    const most = plans.reduce((sum, plan) => sum + seriesOf(plan), 0);
    expect(most).toBeLessThan(MOST_SERIES);
    expect(most).toBeGreaterThan(1_000);
  });

  it("is in docs/metrics.md as it is now (npm run beacon -- metrics-doc)", async () => {
    const text = read(METRICS_DOC);
    expect(text).toBe(await metricsDoc(text));
    for (const { name } of plans) expect(text).toContain(`\`${name}\``);
  });

  it("that an alert or a page of the docs names is one of them", async () => {
    const text = await createMetrics(BUILD).render();
    const measured = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name);
    const known = new Set([...plans.map(({ name }) => name), ...measured]);
    for (const path of ["docs/prometheus/alerts.yml", "docs/operating.md"]) {
      const named = [...read(path).matchAll(/\bbeacon_[a-z0-9_]+/g)].map(([name]) => name);
      expect(named.length, path).toBeGreaterThan(0);
      for (const name of named) {
        const metric = name.replace(/_(?:bucket|count|sum)$/, "");
        expect(known.has(name) || known.has(metric), `${name} in ${path}`).toBe(true);
      }
    }
  });
});

describe("Prometheus's own checker", () => {
  /** Every metric with one value of each kind of label, and some that are no values. */
  async function everything(): Promise<string> {
    const metrics = createMetrics(BUILD);
    metrics.nameProcedures(procedures);
    const instruments = metrics.of as unknown as Record<string, Record<string, Touch>>;
    for (const [key, plan] of Object.entries(metricPlans(wordLists(procedures, BUILD)))) {
      const labels = Object.fromEntries(
        Object.entries(plan.labels).map(([label, values]) => [label, String(values.at(-1))]),
      );
      const { add, set, observe } = instruments[key] ?? {};
      for (const touch of [add, set, observe]) touch?.(labels, 1);
      add?.({ ...labels, anything: 'a "quoted" \\ word' }, 1);
    }
    return metrics.render();
  }
  type Touch = (labels: object, value: number) => void;

  it("accepts all metrics, and refuses one that is named badly", async (context) => {
    const tool = await promtool();
    if ("missing" in tool) skipBecause(context, tool.missing);
    const text = await everything();
    for (const { name } of plans) expect(text).toContain(`# TYPE ${name} `);
    expect(await runPromtool(tool, ["check", "metrics"], { input: text })).toEqual({
      code: 0,
      said: "",
    });
    const wrong = text.replaceAll("beacon_log_halted", "beacon_log_halted_total");
    const refused = await runPromtool(tool, ["check", "metrics"], { input: wrong });
    expect(refused.code).not.toBe(0);
    expect(refused.said).toContain("beacon_log_halted_total");
  }, 180_000);

  it("accepts the rules and the configuration of docs/prometheus", async (context) => {
    const tool = await promtool();
    if ("missing" in tool) skipBecause(context, tool.missing);
    const folder = mkdtempSync(join(tmpdir(), "beacon-prometheus-"));
    try {
      for (const file of ["prometheus.yml", "alerts.yml"])
        writeFileSync(join(folder, file), read(`docs/prometheus/${file}`));
      mkdirSync(join(folder, ".beacon"));
      writeFileSync(
        join(folder, ".beacon", "prometheus-targets.json"),
        '[{"targets":["127.0.0.1:20001"],"labels":{"process":"portal"}}]',
      );
      const config = await runPromtool(tool, ["check", "config", "prometheus.yml"], {
        cwd: folder,
      });
      expect(config.said).not.toMatch(/WARNING|FAILED/);
      expect(config.code).toBe(0);
      const rules = await runPromtool(tool, ["check", "rules", "alerts.yml"], { cwd: folder });
      expect(rules.said).toMatch(/SUCCESS: \d+ rules found/);
      expect(rules.code).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 180_000);
});
