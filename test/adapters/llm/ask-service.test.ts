import { describe, expect, it, vi } from "vitest";
import { ExchangeDocument } from "@/schemas/evidence";
import { Dialect } from "@/schemas/job-spec";
import type { Fault } from "@/schemas/task";
import type { ChatRequest } from "@/server/adapters/llm/model";
import { fromUtf8 } from "@/server/domain/bytes";
import { BeaconError, type ErrorCode } from "@/server/domain/errors";
import { listPrices } from "@/server/domain/service/prices";
import { unsupportedSampling } from "@/server/domain/service/unsupported-sampling";
import { aChat, aDoor, anApi, ask, bodyOf, CANARY } from "@/test/adapters/llm/a-door";

// The network is behind the door only: whatever would go out in another way fails the test.
vi.stubGlobal("fetch", () => {
  throw new Error("global fetch was called");
});

const chatOf = (dialect: Dialect, model: string, over = {}) =>
  aChat({ api: anApi({ dialect }), model, systemPrompt: "Be brief.", ...over });

describe("a question to a service", () => {
  it.each([
    [
      "openai",
      "gpt-4.1",
      "/v1/chat/completions",
      ["authorization", `Bearer ${CANARY}`],
      {
        model: "gpt-4.1",
        messages: [
          { role: "system", content: "Be brief." },
          { role: "user", content: "What happened there?" },
        ],
        temperature: 0.7,
        top_p: 0.9,
        max_tokens: 256,
        seed: 42,
      },
    ],
    [
      "openai-compatible",
      "llama3.2",
      "/v1/chat/completions",
      ["authorization", `Bearer ${CANARY}`],
      {
        model: "llama3.2",
        messages: [
          { role: "system", content: "Be brief." },
          { role: "user", content: "What happened there?" },
        ],
        temperature: 0.7,
        top_p: 0.9,
        max_tokens: 256,
        seed: 42,
      },
    ],
    [
      "anthropic",
      "claude-sonnet-4-5",
      "/v1/messages",
      ["x-api-key", CANARY],
      {
        model: "claude-sonnet-4-5",
        system: [{ type: "text", text: "Be brief." }],
        messages: [{ role: "user", content: [{ type: "text", text: "What happened there?" }] }],
        temperature: 0.7,
        max_tokens: 256,
      },
    ],
    [
      "google",
      "gemini-2.5-flash",
      "/v1/models/gemini-2.5-flash:generateContent",
      ["x-goog-api-key", CANARY],
      {
        contents: [{ role: "user", parts: [{ text: "What happened there?" }] }],
        systemInstruction: { parts: [{ text: "Be brief." }] },
        generationConfig: { temperature: 0.7, topP: 0.9, maxOutputTokens: 256, seed: 42 },
      },
    ],
  ] as const)("is put in the form of %s", async (dialect, model, path, [field, value], body) => {
    const door = aDoor({ body: {} });
    await ask(door, chatOf(dialect, model));
    expect(door.asked).toHaveLength(1);
    const [asked] = door.asked;
    expect(asked).toMatchObject({ method: "POST", path });
    expect(asked?.headers).toMatchObject({ "content-type": "application/json", [field]: value });
    expect(JSON.parse(asked ? bodyOf(asked) : "")).toEqual(body);
  });

  it.each(Dialect.options)("is the same bytes for the same question: %s", async (dialect) => {
    const door = aDoor({ body: {} });
    await ask(door, chatOf(dialect, "some-model"));
    await ask(door, chatOf(dialect, "some-model"));
    expect(door.asked[0]?.body).toEqual(door.asked[1]?.body);
    expect(door.asked[0]?.headers).toEqual(door.asked[1]?.headers);
  });

  it.each(Dialect.options)("names no runtime and no version of an SDK: %s", async (dialect) => {
    const door = aDoor({ body: {} });
    await ask(door, chatOf(dialect, "some-model"));
    expect(door.asked[0]?.headers["user-agent"]).toBe("beacon");
    expect(JSON.stringify(door.asked[0]?.headers)).not.toMatch(/ai-sdk|node/i);
  });

  it("is put once, also where the SDK would go on asking", async () => {
    const more = { finishReason: "CONTINUATION", continuationToken: "t", content: { parts: [] } };
    const door = aDoor({ body: { candidates: [more] } });
    await ask(door, chatOf("google", "gemini-4-carbon"));
    await ask(door, chatOf("google", "gemini-4-carbon"));
    expect(door.asked).toHaveLength(2);
  });

  it("is put without a key only where none is wanted", async () => {
    const door = aDoor({ body: {} });
    for (const dialect of Dialect.options) await ask(door, chatOf(dialect, "m", { key: null }));
    expect(door.asked).toHaveLength(1);
    expect(door.asked[0]?.headers).not.toHaveProperty("authorization");
    const outcome = await ask(door, chatOf("openai", "m", { key: null }));
    expect(outcome).toMatchObject({
      kind: "failure",
      code: "SERVICE_KEY_MISSING",
      fault: "beacon",
    });
  });

  it("never takes a key from the environment", async () => {
    vi.stubEnv("OPENAI_API_KEY", "sk-from-the-environment");
    vi.stubEnv("OPENAI_BASE_URL", "https://elsewhere.test");
    const door = aDoor({ body: {} });
    expect(await ask(door, chatOf("openai", "m", { key: "" }))).toMatchObject({
      code: "SERVICE_INVALID",
    });
    await ask(door, chatOf("openai", "m"));
    expect(door.asked.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${CANARY}`]);
    vi.unstubAllEnvs();
  });

  it.each(["../../admin", "models/../../../x", "m?key=1", "m#x", "é".repeat(200)])(
    "is not put to a URL that a model's name bends: %s",
    async (model) => {
      const door = aDoor({ body: {} });
      expect(await ask(door, chatOf("google", model))).toMatchObject({ code: "SERVICE_INVALID" });
      expect(door.asked).toEqual([]);
    },
  );

  it("is not put through a door to another host", async () => {
    const door = aDoor({ body: {} }, "https://elsewhere.test");
    expect(await ask(door)).toMatchObject({ code: "SERVICE_INVALID", fault: "beacon" });
    expect(door.asked).toEqual([]);
  });
});

describe("what a service cannot take", () => {
  const priced = listPrices().map(({ dialect, model }) => [dialect, model] as const);
  const others = [
    ["openai", "o3"],
    ["openai", "gpt-5-chat-latest"],
    ["openai", "gpt-5.1-chat-latest"],
    ["openai", "gpt-4o-search-preview"],
    ["openai", "gpt-5.2-pro-2025-12-11"],
    ["anthropic", "claude-3-haiku-20240307"],
    ["anthropic", "claude-opus-4-8"],
    ["anthropic", "claude-haiku-4-5-20251001"],
    ["anthropic", "MiniMax-M2"],
    ["google", "gemma-3-27b-it"],
    ["openai-compatible", "o3"],
  ] as const;
  const samplings = [
    { temperature: 0.7, top_p: 0.9, max_output_tokens: 8_192, seed_base: 1 },
    { temperature: 1.4, top_p: 0.9, max_output_tokens: 256, seed_base: 1 },
  ];
  const FIELDS = {
    temperature: /"temperature":/,
    top_p: /"top_?p":/i,
    seed: /"seed":/,
  } as const;

  it.each([...priced, ...others])(
    "is left out of the request's bytes: %s %s",
    async (dialect, model) => {
      for (const sampling of samplings) {
        const door = aDoor({ body: {} });
        await ask(door, chatOf(dialect, model, { sampling }));
        const body = door.asked[0] ? bodyOf(door.asked[0]) : "";
        const left = unsupportedSampling(dialect, model, sampling).map(
          ({ parameter }) => parameter,
        );
        for (const parameter of ["temperature", "top_p", "seed"] as const)
          expect([parameter, FIELDS[parameter].test(body)]).toEqual([
            parameter,
            !left.includes(parameter),
          ]);
        expect(body.includes(`:${sampling.max_output_tokens}`)).toBe(
          !left.includes("max_output_tokens"),
        );
        if (!left.includes("temperature"))
          expect(body).toContain(`"temperature":${sampling.temperature}`);
      }
    },
  );
});

describe("the exchange", () => {
  const peer = {
    address: "203.0.113.9",
    tls: { protocol: "TLSv1.3", certificate_sha256: "ab".repeat(32) },
  };
  const documentOf = async (headers: readonly (readonly [string, string])[]) => {
    const door = aDoor({ body: { choices: [] }, headers, peer });
    const outcome = await ask(door);
    if (outcome.kind !== "response") throw new Error(outcome.code);
    const { exchange } = outcome;
    const { headers: kept, ...rest } = ExchangeDocument.shape.response.shape;
    expect(rest).toHaveProperty("status");
    return {
      asked: door.asked[0],
      exchange,
      request: ExchangeDocument.shape.request.parse(exchange.request),
      headers: kept.parse(exchange.headers),
    };
  };

  it("holds the request's text, its URL, and the key's field without the key", async () => {
    const { asked, request, exchange } = await documentOf([["cf-ray", "8f0-FRA"]]);
    expect(request.url).toBe("https://api.vendor.test/v1/chat/completions");
    expect(request.body).toBe(fromUtf8(asked?.body ?? new Uint8Array()));
    expect(request.headers).toContainEqual(["authorization", "withheld"]);
    expect(request.headers.map(([name]) => name)).toEqual(Object.keys(asked?.headers ?? {}));
    expect(exchange.peer).toEqual(peer);
    expect(exchange.firstByteMs).toBe(12);
  });

  it("keeps header fields in their order, repeated ones too, but for the account's", async () => {
    const { headers } = await documentOf([
      ["via", "1.1 a"],
      ["cf-ray", "8f0-FRA"],
      ["via", "1.1 b"],
      ["set-cookie", "__cf_bm=secret"],
      ["openai-organization", "org-of-the-installation"],
    ]);
    expect(headers).toEqual([
      ["via", "1.1 a"],
      ["cf-ray", "8f0-FRA"],
      ["via", "1.1 b"],
      ["set-cookie", "withheld"],
      ["openai-organization", "withheld"],
    ]);
  });

  it("is bounded, whatever a service sends", async () => {
    const flood = Array.from({ length: 500 }, (_, i) => [`x-${i}`, "v".repeat(9_000)] as const);
    const { headers } = await documentOf([["n".repeat(4_000), "v"], ...flood]);
    expect(headers).toHaveLength(64);
    expect(headers[0]?.[0]).toHaveLength(128);
    expect(headers[1]?.[1]).toHaveLength(2_048);
  });
});

describe("an exchange that came to no answer", () => {
  const STALE = { problem: "CERT_HAS_EXPIRED" };
  const FOREIGN = { problem: "ERR_TLS_CERT_ALTNAME_INVALID" };
  const FORGED = { problem: "SELF_SIGNED_CERT_IN_CHAIN" };
  const harness = { state: "harness-error", beforeFirstByte: false };

  it.each<[ErrorCode, Record<string, string>, Fault, Fault, object]>([
    ["MODEL_UNREACHABLE", {}, "network", "network", { ...harness, beforeFirstByte: true }],
    ["EXIT_REFUSED", {}, "provider", "beacon", harness],
    ["EXIT_TLS_FAILED", {}, "provider", "service", harness],
    ["EXIT_TLS_FAILED", FORGED, "provider", "service", harness],
    ["EXIT_TLS_FAILED", STALE, "network", "service", harness],
    ["EXIT_TLS_FAILED", FOREIGN, "network", "service", harness],
    ["MODEL_RESPONSE_CUT_SHORT", {}, "network", "network", harness],
    ["MODEL_RESPONSE_MALFORMED", {}, "service", "service", harness],
    ["MODEL_RESPONSE_MALFORMED", STALE, "service", "service", harness],
    ["MODEL_RESPONSE_TOO_LARGE", {}, "service", "service", harness],
    ["MODEL_TIMED_OUT", {}, "network", "service", { ...harness, state: "timed-out" }],
    ["GOLEM_UNAVAILABLE", {}, "beacon", "beacon", harness],
  ])("closes %s %j with the fault of its way", async (code, details, exit, home, expected) => {
    const cause = Object.assign(new Error("reset"), { code: "ECONNRESET" });
    const door = aDoor(new BeaconError(code, "no", { cause, details }));
    for (const [way, fault] of Object.entries({ exit, home }) as [ChatRequest["way"], Fault][])
      expect(await ask(door, aChat({ way }))).toMatchObject({
        kind: "failure",
        code,
        fault,
        tryAgainAfterMs: null,
        ...expected,
      });
  });

  it.each<[ErrorCode, boolean]>([
    ["MODEL_UNREACHABLE", true],
    ["MODEL_TIMED_OUT", true],
    ["MODEL_RESPONSE_CUT_SHORT", true],
    ["MODEL_RESPONSE_MALFORMED", true],
    ["MODEL_RESPONSE_TOO_LARGE", true],
    ["GOLEM_UNAVAILABLE", true],
    ["EXIT_REFUSED", false],
    ["EXIT_TLS_FAILED", false],
  ])("takes the question of %s for sent: %s", async (code, wasSent) => {
    expect(await ask(aDoor(new BeaconError(code, "no")))).toMatchObject({ code, wasSent });
  });

  it("takes a question for unsent when the door is certain", async () => {
    for (const code of ["MODEL_UNREACHABLE", "MODEL_TIMED_OUT"] as const)
      expect(
        await ask(aDoor(new BeaconError(code, "no", { details: { sent: false } }))),
      ).toMatchObject({ code, wasSent: false });
  });

  it("takes a question for unsent that never came to the door", async () => {
    const door = aDoor({ body: {} });
    const unsent = [aChat({ key: null }), aChat({ key: "a b" }), aChat({ prompt: CANARY })];
    for (const chat of unsent)
      expect(await ask(door, chat)).toMatchObject({ kind: "failure", wasSent: false });
    expect(door.asked).toEqual([]);
  });

  it("takes a question for sent whose answer is not kept", async () => {
    expect(await ask(aDoor({ body: CANARY }))).toMatchObject({
      code: "SERVICE_KEY_ECHOED",
      wasSent: true,
    });
  });

  it("lets an error that nobody foresaw out as it is", async () => {
    const bug = new TypeError("a bug");
    await expect(ask(aDoor(bug))).rejects.toBe(bug);
  });
});

describe("an answer about the installation's account", () => {
  const ORGANIZATION = "org-9f3kPlanted";
  const naming = (message: string, over: object = {}) => ({
    error: { message: `${message} ${ORGANIZATION}`, type: "x", code: null, ...over },
  });

  it.each<[string, number, unknown, object]>([
    [
      "too many requests",
      429,
      naming("Rate limit reached in organization"),
      { code: "MODEL_RATE_LIMITED", tryAgainAfterMs: 2_000 },
    ],
    [
      "no money left",
      429,
      naming("You exceeded your quota", { code: "insufficient_quota" }),
      { code: "MODEL_RATE_LIMITED", tryAgainAfterMs: null },
    ],
    [
      "a page in the place of a 429",
      429,
      `<p>${ORGANIZATION}`,
      { code: "MODEL_RATE_LIMITED", tryAgainAfterMs: 2_000 },
    ],
    ["a 401", 401, `no: ${ORGANIZATION}`, { code: "SERVICE_KEY_REFUSED" }],
    ["a 403", 403, naming("Not enabled in project"), { code: "SERVICE_KEY_REFUSED" }],
    [
      "a wrong key with another status",
      400,
      naming("Incorrect API key provided: sk-can**mB4t."),
      { code: "MODEL_REFUSED_REQUEST" },
    ],
    [
      "a wrong key, in escapes",
      404,
      JSON.stringify(naming("Invalid key")).replace("Invalid key", "\\u0049nvalid API\\u0020key"),
      { code: "MODEL_REFUSED_REQUEST" },
    ],
    ["a wrong key in no form", 422, `API KEY NOT VALID ${ORGANIZATION}`, {}],
    [
      "a wrong key beside a country",
      403,
      naming("invalid api key", { code: "unsupported_country_region_territory" }),
      { code: "SERVICE_KEY_REFUSED" },
    ],
  ])("is kept in no byte: %s", async (_, status, body, expected) => {
    const outcome = await ask(aDoor({ status, body }));
    expect(outcome).toMatchObject({
      kind: "failure",
      state: "harness-error",
      fault: "beacon",
      beforeFirstByte: false,
      wasSent: true,
      ...expected,
    });
    expect(outcome).not.toHaveProperty("bytes");
    expect(JSON.stringify(outcome)).not.toMatch(/planted|mB4t/i);
  });

  it.each<[string, number, unknown]>([
    ["of a service that is overloaded", 503, naming("invalid api key server down")],
    ["of a model", 200, { choices: [{ message: { content: "It said: invalid API key." } }] }],
    ["of an edge", 403, "<title>Just a moment...</title>"],
    ["of a country", 403, naming("No", { code: "unsupported_country_region_territory" })],
    ["about something else", 400, naming("Unsupported value")],
  ])("is told from one %s, which is kept", async (_, status, body) => {
    expect(await ask(aDoor({ status, body }))).toMatchObject({
      kind: "response",
      httpStatus: status,
    });
  });

  it("keeps the wait that the service asks for", async () => {
    const headers = [["retry-after", "30"]] as const;
    expect(await ask(aDoor({ status: 429, headers, body: {} }))).toMatchObject({
      kind: "failure",
      tryAgainAfterMs: 30_000,
    });
  });
});
