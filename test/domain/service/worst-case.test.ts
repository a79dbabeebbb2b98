import { describe, expect, it } from "vitest";
import { CountryCode } from "@/schemas/country";
import type { ServiceRef } from "@/schemas/job-spec";
import { utf8 } from "@/server/domain/bytes";
import { unitsOf } from "@/server/domain/job/amount";
import { costAtMost } from "@/server/domain/service/cost";
import type { Price } from "@/server/domain/service/prices";
import { type Charge, dollarsAtMost } from "@/server/domain/service/worst-case";

const price = (usd: string): Price => ({
  inputUsd: usd,
  inputAtMostUsd: usd,
  outputUsd: usd,
  source: "a test",
  date: "2026-11-22",
});
const paid: ServiceRef = {
  id: "paid",
  door: "exit",
  model: "m",
  api: { connection: "vendor", dialect: "openai", base_url: "https://api.vendor.example/v1" },
};
const control: ServiceRef = { id: "control-open", door: "model", model: "control-open" };
const LONGEST = "Who decided to close the Vell dam?";
const spec = {
  system_prompt: "Be brief.",
  prompts: [
    { id: "a", language: "en", text: "Why?" },
    { id: "b", language: "en", text: LONGEST },
  ],
  services: [paid, control],
  countries: [CountryCode.parse("DE"), CountryCode.parse("KE")],
  home: true as const,
  repeats: 3,
  sampling: { temperature: 1, top_p: 1, max_output_tokens: 400, seed_base: 1 },
};
const charging =
  (charge: Charge) =>
  ({ door }: ServiceRef): Charge =>
    door === "model" ? "in-glm" : charge;

describe("the worst case in dollars", () => {
  it("is what is put aside for one question, for every task of what is paid for", () => {
    const worst = dollarsAtMost(spec, charging(price("2")));
    const bytes = utf8("Be brief.").length + utf8(LONGEST).length;
    const one = unitsOf(costAtMost(bytes, 400, price("2")));
    const tasks = 2n * 3n * 3n; // prompts, repeats, and two countries with home
    expect(worst).toMatchObject({ kind: "known" });
    expect(worst.kind === "known" && unitsOf(worst.usd)).toBe(one * tasks);
  });

  it("is nothing where nothing is paid in dollars", () => {
    expect(dollarsAtMost(spec, () => "in-glm")).toEqual({ kind: "known", usd: "0" });
    expect(dollarsAtMost(spec, charging(price("0")))).toEqual({ kind: "known", usd: "0" });
  });

  it("is not known when one price is not, and says whose", () => {
    expect(dollarsAtMost(spec, charging(null))).toEqual({ kind: "unknown", services: ["paid"] });
  });

  it("does not claim an amount that an amount cannot say", () => {
    const dear = { ...spec, repeats: 50, sampling: { ...spec.sampling, max_output_tokens: 8_192 } };
    expect(dollarsAtMost(dear, charging(price("999999999")))).toEqual({ kind: "beyond" });
  });
});
