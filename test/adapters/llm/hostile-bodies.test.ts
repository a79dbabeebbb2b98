import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Dialect } from "@/schemas/job-spec";
import { ResponseState } from "@/schemas/task";
import { firstOf } from "@/server/adapters/llm/read-answer";
import { canonicalBytes } from "@/server/domain/digest";
import { aChat, aDoor, anApi, ask } from "@/test/adapters/llm/a-door";

const DEEP = "[".repeat(100_000) + "]".repeat(100_000);
const CUT = '{"choices":[{"message":{"content":"';

describe.each(Dialect.options)("a hostile body in the place of an answer of %s", (dialect) => {
  const chat = aChat({ api: anApi({ dialect }) });
  const said = async (status: number, body: unknown) => {
    const outcome = await ask(aDoor({ status, body }), chat);
    if (outcome.kind !== "response") return null;
    const { finishReason, modelReported, text, exchange } = outcome;
    // What is signed and stored can be: no NUL, no half of a pair, bounded labels.
    canonicalBytes({ finishReason, modelReported, text, headers: exchange.headers });
    expect(`${text}${finishReason}${modelReported}`).not.toContain("\0");
    expect(finishReason?.length ?? 0).toBeLessThanOrEqual(200);
    expect(ResponseState.options).toContain(outcome.state);
    return outcome;
  };

  it.each([
    ["no UTF-8", Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d)],
    ["nested without end", DEEP],
    ["broken off", CUT],
    ["a number", "1e400"],
    ["null", "null"],
    ["an empty list", "[]"],
    ["a prototype", '{"__proto__":{"choices":[]},"constructor":1}'],
    ["wrong types", '{"choices":{"0":1},"content":7,"candidates":"x"}'],
  ])("is no answer: %s", async (_, body) => {
    expect(await said(200, body)).toMatchObject({
      state: "harness-error",
      code: "MODEL_RESPONSE_NOT_JSON",
    });
  });

  it("closes, whatever bytes it is", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(200, 400, 403, 429, 500),
        fc.uint8Array({ maxLength: 300 }),
        async (status, body) => {
          await said(status, body);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("closes, whatever JSON it is", async () => {
    const wild = fc.jsonValue({ maxDepth: 3 });
    const shaped = fc.record(
      {
        choices: fc.array(
          fc.record({
            message: fc.record({ content: wild, refusal: wild }),
            finish_reason: wild,
          }),
        ),
        content: fc.array(fc.record({ type: fc.constantFrom("text", "x"), text: wild })),
        candidates: fc.array(fc.record({ content: wild, finishReason: wild })),
        promptFeedback: wild,
        stop_reason: wild,
        usage: wild,
        usageMetadata: wild,
        model: wild,
        error: fc.oneof(
          wild,
          fc.record({ code: wild, message: wild, details: wild, metadata: wild, innererror: wild }),
        ),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(200, 400, 403, 429), shaped, async (status, body) => {
        await said(status, body);
      }),
      { numRuns: 120 },
    );
  });
});

describe("what a service says of itself", () => {
  const saying = async (over: object) => {
    const body = { choices: [{ message: { content: "Yes." }, finish_reason: "stop" }], ...over };
    const outcome = await ask(aDoor({ body }), aChat());
    if (outcome.kind !== "response") throw new Error(outcome.code);
    return outcome;
  };

  it.each([1e300, -1, 1.5, "7", 2 ** 31, null, {}])("counts nothing by %j", async (count) => {
    const { usage } = await saying({ usage: { prompt_tokens: count, completion_tokens: 3 } });
    expect(usage).toEqual({ promptTokens: null, completionTokens: 3 });
  });

  it("is kept without what no database and no signature takes", async () => {
    const { text, modelReported } = await saying({
      model: "m\0\ud800".padEnd(400, "x"),
      choices: [{ message: { content: "a\0b\udc00c" } }],
    });
    expect(text).toBe("a\ufffdb\ufffdc");
    expect(modelReported).toBe("m\ufffd\ufffd".padEnd(200, "x"));
  });
});

describe("a list without end", () => {
  const PARTS = 1_000;
  const list = (count: number, item: unknown) => Array.from({ length: count }, () => item);
  /** As many items as are read, and one that ruins the form, or adds to it, should it be looked at. */
  const beyond = (count: number, item: unknown) => [...list(count, item), 7];
  const x = { text: "x" };
  const typed = { ...x, type: "text" };
  const inChoice = (content: unknown) => ({ message: { content } });
  const ofParts = (parts: unknown) => ({ candidates: [{ content: { parts } }] });
  const read = async (dialect: Dialect, body: unknown, status = 200) => {
    const outcome = await ask(aDoor({ status, body }), aChat({ api: anApi({ dialect }) }));
    if (outcome.kind !== "response") throw new Error(outcome.code);
    const { state, code, text, tryAgainAfterMs } = outcome;
    return { state, code, text, tryAgainAfterMs };
  };

  it.each<[string, Dialect, number, (items: readonly unknown[]) => unknown, unknown]>([
    ["choices", "openai", 1, (choices) => ({ choices }), inChoice("x")],
    ["parts of a message", "openai", PARTS, (items) => ({ choices: [inChoice(items)] }), x],
    ["blocks", "anthropic", PARTS, (content) => ({ content }), typed],
    ["candidates", "google", 1, (candidates) => ({ candidates }), { content: { parts: [x] } }],
    ["parts of a candidate", "google", PARTS, ofParts, x],
  ])("is checked no further than it is read: %s", async (_, dialect, most, bodyOf, item) => {
    const whole = await read(dialect, bodyOf(list(most, item)));
    expect(whole).toMatchObject({ state: "answered", text: "x".repeat(most) });
    expect(await read(dialect, bodyOf(beyond(most, item)))).toEqual(whole);
    expect(await read(dialect, bodyOf(list(500_000, item)))).toEqual(whole);
    // The one before is looked at: the bound is where it is said to be.
    expect(await read(dialect, bodyOf(beyond(most - 1, item)))).toMatchObject({
      code: "MODEL_RESPONSE_NOT_JSON",
    });
  });

  it.each<[string, (items: readonly unknown[]) => object, unknown]>([
    ["details", (details) => ({ details }), { reason: "content_filter" }],
    ["reasons", (reasons) => ({ metadata: { reasons } }), "violence"],
  ])("of an error is read as a short one: %s", async (_, over, item) => {
    const error = (items: readonly unknown[]) => ({ error: { message: "no", ...over(items) } });
    const short = await read("google", error([item]), 400);
    expect(short).toMatchObject({ state: "host-filtered" });
    expect(await read("google", error(list(500_000, item)), 400)).toEqual(short);
  });

  it("of an error's details is looked at as far as the twentieth", async () => {
    const at = (place: number) => ({
      error: { message: "no", details: [...list(place - 1, {}), { reason: "content_filter" }] },
    });
    expect(await read("google", at(20), 400)).toMatchObject({ state: "host-filtered" });
    expect(await read("google", at(21), 400)).toMatchObject({ state: "harness-error" });
  });

  it("of errors is none", async () => {
    const item = { error: { message: "no", code: "content_filter" } };
    expect(await read("google", [item], 400)).toMatchObject({ state: "host-filtered" });
    for (const count of [2, 300_000])
      expect(await read("google", list(count, item), 400)).toMatchObject({
        code: "MODEL_REFUSED_REQUEST",
      });
  });

  it.each([0, 1, 3, 500_000])("of %i items costs no more checks than are allowed", (count) => {
    let checks = 0;
    const item = z.unknown().refine(() => {
      checks++;
      return true;
    });
    expect(firstOf(3, item).parse(list(count, {}))).toHaveLength(Math.min(3, count));
    expect(checks).toBe(Math.min(3, count));
  });
});
