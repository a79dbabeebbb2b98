import { describe, expect, it } from "vitest";
import { unsupportedSampling } from "@/server/domain/service/unsupported-sampling";

const SAMPLING = { temperature: 0.7, max_output_tokens: 256 };
const left = (...args: Parameters<typeof unsupportedSampling>) =>
  unsupportedSampling(...args).map(({ parameter }) => parameter);

describe("unsupportedSampling", () => {
  it.each([
    ["openai", "gpt-4.1", []],
    ["openai", "gpt-5-chat-latest", []],
    ["openai", "gpt-5", ["temperature", "top_p"]],
    ["openai", "gpt-6.1-sol", ["temperature", "top_p"]],
    ["openai", "o4-mini", ["temperature", "top_p"]],
    ["openai", "omni-1", []],
    ["anthropic", "claude-sonnet-4-5", ["seed", "top_p"]],
    ["anthropic", "claude-opus-5-5", ["seed", "temperature", "top_p"]],
    ["google", "gemini-2.5-pro", []],
    ["openai-compatible", "gpt-5", []],
  ] as const)("leaves out for %s %s: %j", (dialect, model, expected) => {
    expect(left(dialect, model, SAMPLING)).toEqual(expected);
  });

  it("does not turn a temperature that Anthropic does not have into another", () => {
    expect(left("anthropic", "claude-sonnet-4-5", { ...SAMPLING, temperature: 1.2 })).toEqual([
      "seed",
      "temperature",
    ]);
  });

  it("says that a short model answers shorter", () => {
    const long = { ...SAMPLING, max_output_tokens: 8_192 };
    expect(left("anthropic", "claude-3-haiku-20240307", long)).toContain("max_output_tokens");
    expect(left("anthropic", "claude-3-haiku-20240307", SAMPLING)).not.toContain(
      "max_output_tokens",
    );
  });

  it("says why, each time", () => {
    for (const { why } of unsupportedSampling("anthropic", "claude-opus-5-5", SAMPLING))
      expect(why.length).toBeGreaterThan(10);
  });
});
