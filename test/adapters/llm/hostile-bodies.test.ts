import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Dialect } from "@/schemas/job-spec";
import { ResponseState } from "@/schemas/task";
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
