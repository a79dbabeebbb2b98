import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Amount } from "@/schemas/primitives";
import { compareAmounts } from "@/server/domain/job/amount";
import {
  listPrices,
  type OwnPrice,
  type PricedModel,
  priceOf,
} from "@/server/domain/service/prices";

const aModel = (over: Partial<PricedModel> = {}): PricedModel => ({
  dialect: "openai",
  baseUrl: "https://api.openai.com/v1",
  model: "gpt-6-sol",
  day: "2026-11-22",
  ...over,
});
const OWN: ReadonlyMap<string, OwnPrice> = new Map([
  ["gpt-6-sol", { inputUsd: "7", outputUsd: "8", source: "our contract", date: "2026-11-01" }],
  ["llama3.2", { inputUsd: "0", outputUsd: "0", source: "our own machine", date: "2026-11-01" }],
]);
const NONE: ReadonlyMap<string, OwnPrice> = new Map();

describe("priceOf", () => {
  it("says where a price comes from, and of which day", () => {
    expect(priceOf(aModel(), NONE)).toEqual({
      inputUsd: "2",
      inputAtMostUsd: "2.5",
      outputUsd: "10",
      source: "OpenAI API pricing, https://developers.openai.com/api/docs/pricing",
      date: "2026-09-30",
    });
  });

  it("takes the installation's own word first", () => {
    expect(priceOf(aModel(), OWN)).toMatchObject({
      inputUsd: "7",
      outputUsd: "8",
      source: "our contract",
    });
  });

  it("knows no price of a model that is not listed under exactly its name", () => {
    expect(priceOf(aModel({ model: "gpt-6-sol-2026-09-30" }), NONE)).toBeNull();
    expect(priceOf(aModel({ model: "__proto__" }), NONE)).toBeNull();
  });

  it("knows no price of a host that is not the vendor's", () => {
    expect(priceOf(aModel({ baseUrl: "https://eu.api.openai.com/v1" }), NONE)).toBeNull();
    expect(priceOf(aModel({ dialect: "openai-compatible" }), NONE)).toBeNull();
  });

  it("gives nothing away: an endpoint at home is free only when the installation says so", () => {
    const home = aModel({ dialect: "openai-compatible", baseUrl: "http://127.0.0.1:11434/v1" });
    expect(priceOf({ ...home, model: "qwen3" }, OWN)).toBeNull();
    expect(priceOf({ ...home, model: "llama3.2" }, OWN)).toMatchObject({
      inputAtMostUsd: "0",
      outputUsd: "0",
      source: "our own machine",
    });
  });

  it("ends a price on the last day that was announced for it", () => {
    const gemini = aModel({
      dialect: "google",
      baseUrl: "https://generativelanguage.googleapis.com/v1beta",
      model: "gemini-3.8-flash",
    });
    expect(priceOf({ ...gemini, day: "2026-12-31" }, NONE)).toMatchObject({ outputUsd: "3.75" });
    expect(priceOf({ ...gemini, day: "2027-01-01" }, NONE)).toMatchObject({ outputUsd: "7.5" });
  });
});

describe("the built-in prices", () => {
  it.each(listPrices())("are amounts with a source and a day: $dialect $model", (price) => {
    for (const usd of [price.inputUsd, price.inputAtMostUsd, price.outputUsd])
      expect(Amount.safeParse(usd).success).toBe(true);
    expect(z.iso.date().safeParse(price.date).success).toBe(true);
    expect(price.source).toMatch(/^.{3,140}, https:\/\/\S+$/);
    expect(compareAmounts(price.inputAtMostUsd, price.inputUsd)).not.toBe(-1);
  });

  it("name a model once for a day", () => {
    const names = listPrices().map(
      ({ dialect, model, lastDay }) => `${dialect} ${model} ${lastDay}`,
    );
    expect(new Set(names).size).toBe(names.length);
  });
});
