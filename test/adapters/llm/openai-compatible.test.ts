import { describe, expect, it } from "vitest";
import type { Door } from "@/server/adapters/golem/door";
import type { ChatRequest } from "@/server/adapters/llm/model";
import { openAiCompatible } from "@/server/adapters/llm/openai-compatible";
import { BeaconError, type ErrorCode } from "@/server/domain/errors";
import { aChat as aServiceChat, aDoor as aServiceDoor } from "@/test/adapters/llm/a-door";

const aChat = (over: Partial<ChatRequest> = {}): ChatRequest =>
  aServiceChat({ way: "model", api: null, key: null, model: "control-open", ...over });

const aDoor = (status: number, body: unknown) => aServiceDoor({ status, body }, "http://door");

const saying = (content: string | null, finish = "stop") => ({
  model: "control-open-2026",
  choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: finish }],
  usage: { prompt_tokens: 7, completion_tokens: 9, total_tokens: 16 },
});

const ask = (door: Door, chat = aChat()) =>
  openAiCompatible().complete(door, chat, { signal: new AbortController().signal, maxBytes: 1e6 });

describe("openAiCompatible", () => {
  it("asks with all parameters and never asks for a stream", async () => {
    const door = aDoor(200, saying("Yes."));
    await ask(door, aChat({ systemPrompt: "Be brief." }));
    const [{ method, path, body } = {}] = door.asked;
    expect([method, path]).toEqual(["POST", "/v1/chat/completions"]);
    expect(JSON.parse(new TextDecoder().decode(body ?? new Uint8Array()))).toEqual({
      model: "control-open",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "What happened there?" },
      ],
      temperature: 0.7,
      top_p: 0.9,
      max_tokens: 256,
      seed: 42,
      stream: false,
    });
  });

  it("asks the same question with the same bytes", async () => {
    const door = aDoor(200, saying("Yes."));
    await ask(door);
    await ask(door);
    expect(door.asked[0]?.body).toEqual(door.asked[1]?.body);
  });

  it("asks with exactly these bytes, and says so", async () => {
    const outcome = await ask(aDoor(200, saying("Yes.")));
    expect(outcome).toMatchObject({
      tryAgainAfterMs: null,
      exchange: {
        request: {
          method: "POST",
          url: "http://door/v1/chat/completions",
          headers: [
            ["content-type", "application/json"],
            ["accept", "application/json"],
          ],
          body: '{"model":"control-open","messages":[{"role":"user","content":"What happened there?"}],"temperature":0.7,"top_p":0.9,"max_tokens":256,"seed":42,"stream":false}',
        },
        status: 200,
        peer: null,
        firstByteMs: 12,
      },
    });
  });

  it("keeps the bytes as they came, whatever they say", async () => {
    const outcome = await ask(aDoor(500, "<h1>broken</h1>"));
    expect(outcome).toMatchObject({ kind: "response", state: "harness-error", httpStatus: 500 });
    if (outcome.kind === "response")
      expect(new TextDecoder().decode(outcome.bytes)).toBe("<h1>broken</h1>");
  });

  it("reads text, model and usage of an answer, and lets unknown fields pass", async () => {
    expect(await ask(aDoor(200, { ...saying("It rained."), surprise: true }))).toMatchObject({
      state: "answered",
      code: null,
      text: "It rained.",
      finishReason: "stop",
      modelReported: "control-open-2026",
      usage: { promptTokens: 7, completionTokens: 9 },
    });
  });

  it("measures nothing that the server did not say", async () => {
    const bare = { choices: [{ message: { content: "It rained." } }] };
    expect(await ask(aDoor(200, bare))).toMatchObject({
      state: "answered",
      finishReason: null,
      modelReported: null,
      usage: { promptTokens: null, completionTokens: null },
    });
  });

  it.each([
    ["refused", 200, saying("I'm sorry, but I can't help with that.")],
    ["refused", 200, { choices: [{ message: { content: null, refusal: "No." } }] }],
    ["empty", 200, saying("")],
    ["empty", 200, saying(" \n")],
    ["empty", 200, saying(null)],
    ["truncated", 200, saying("It rai", "length")],
    ["host-filtered", 200, saying("", "content_filter")],
    ["geoblocked", 451, { error: { message: "not in your country" } }],
    ["harness-error", 404, { error: { message: "no model" } }],
    ["harness-error", 200, { error: { message: "overloaded" } }],
  ])("tells %s from status %i", async (state, status, body) => {
    expect(await ask(aDoor(status, body))).toMatchObject({ kind: "response", state });
  });

  it("says why a whole answer is no completion", async () => {
    expect(await ask(aDoor(200, "hello"))).toMatchObject({ code: "MODEL_RESPONSE_NOT_JSON" });
    expect(await ask(aDoor(429, {}))).toMatchObject({ code: "MODEL_RATE_LIMITED" });
  });

  it.each<[ErrorCode, object]>([
    ["MODEL_UNREACHABLE", { state: "harness-error", fault: "network", beforeFirstByte: true }],
    [
      "MODEL_RESPONSE_CUT_SHORT",
      { state: "harness-error", fault: "provider", beforeFirstByte: false },
    ],
    [
      "MODEL_RESPONSE_TOO_LARGE",
      { state: "harness-error", fault: "model", beforeFirstByte: false },
    ],
    ["MODEL_TIMED_OUT", { state: "timed-out", fault: "model", beforeFirstByte: false }],
    ["MODEL_UNREACHABLE", { wasSent: true, tryAgainAfterMs: null }],
  ])("turns %s into a failure with its fault", async (code, expected) => {
    expect(await ask(aServiceDoor(new BeaconError(code, "no")))).toMatchObject({
      kind: "failure",
      code,
      ...expected,
    });
  });

  it("says when no byte of the question left", async () => {
    const error = new BeaconError("MODEL_UNREACHABLE", "no", { details: { sent: false } });
    expect(await ask(aServiceDoor(error))).toMatchObject({ wasSent: false });
  });

  it("keeps a 429: no account is named inside a provider's machine", async () => {
    expect(await ask(aDoor(429, {}))).toMatchObject({ kind: "response", httpStatus: 429 });
  });
});
