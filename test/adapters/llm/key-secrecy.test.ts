import { inspect } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Dialect } from "@/schemas/job-spec";
import { utf8 } from "@/server/domain/bytes";
import { BeaconError, ERRORS, type ErrorCode } from "@/server/domain/errors";
import { aChat, aDoor, anApi, ask, CANARY } from "@/test/adapters/llm/a-door";

/** All that a logger, a database or a page could ever get out of a value. */
const everything = (value: unknown): string =>
  inspect(value, { depth: 20, showHidden: true, maxStringLength: null, maxArrayLength: null }) +
  new TextDecoder("latin1").decode(
    value instanceof Object && "bytes" in value && value.bytes instanceof Uint8Array
      ? value.bytes
      : new Uint8Array(),
  );

const written = vi.spyOn(process.stdout, "write");
const complained = vi.spyOn(process.stderr, "write");
afterEach(() => {
  const said = [...written.mock.calls, ...complained.mock.calls].map(([chunk]) => String(chunk));
  expect(said.join("")).not.toContain(CANARY);
});

const STATUSES = [200, 204, 302, 400, 401, 403, 404, 429, 451, 500, 503, 529];
const escaped = [...CANARY].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

describe.each(Dialect.options)("a key of %s", (dialect) => {
  const chat = aChat({ api: anApi({ dialect }) });

  it.each(STATUSES)("is in no outcome of status %i", async (status) => {
    for (const body of ["", "{}", '{"error":{"message":"no","type":"x"}}', "<html>", "[1"]) {
      const outcome = await ask(aDoor({ status, body }), chat);
      expect(everything(outcome)).not.toContain(CANARY);
    }
  });

  it.each(STATUSES)(
    "that a service says back with status %i is kept in no byte",
    async (status) => {
      const bodies = [
        `{"error":{"message":"wrong key ${CANARY}"}}`,
        `{"choices":[{"message":{"content":"${escaped.join("")}"}}]}`,
        `<html>${CANARY}`,
        Uint8Array.of(0xff, 0xfe, ...utf8(CANARY)),
      ];
      for (const body of bodies) {
        const outcome = await ask(aDoor({ status, body }), chat);
        expect(outcome).toMatchObject({ kind: "failure", code: "SERVICE_KEY_ECHOED" });
        expect(everything(outcome)).not.toContain(CANARY);
        expect(outcome).not.toHaveProperty("bytes");
      }
    },
  );

  it("that a service says back in a header field is not kept", async () => {
    const headers = [["x-echo", `Bearer ${CANARY}`]] as const;
    const outcome = await ask(aDoor({ headers, body: {} }), chat);
    expect(outcome).toMatchObject({ code: "SERVICE_KEY_ECHOED", fault: "service" });
    expect(everything(outcome)).not.toContain(CANARY);
  });

  it("is in no message of an error, whatever the door says", async () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      const cause = new Error(`authorization: Bearer ${CANARY}`);
      const error = new BeaconError(code, `could not send ${CANARY}`, { cause });
      expect(everything(await ask(aDoor(error), chat))).not.toContain(CANARY);
    }
  });

  it("is in no error that nobody foresaw, nor in its cause", async () => {
    const cause = Object.assign(new Error("x"), { request: { headers: { a: CANARY } } });
    const thrown = await ask(aDoor(new TypeError("bug", { cause })), chat).catch((e: unknown) => e);
    expect(thrown).toBeInstanceOf(Error);
    expect(everything(thrown)).not.toContain(CANARY);
  });

  it("that no header field may carry is not sent, and in no message", async () => {
    for (const bad of [`${CANARY}\n`, `${CANARY}\u20ac`, ` ${CANARY}`, `${CANARY}\0`]) {
      const door = aDoor({ body: {} });
      const outcome = await ask(door, { ...chat, key: bad });
      expect(outcome).toMatchObject({ kind: "failure", code: "SERVICE_INVALID" });
      expect(everything(outcome)).not.toContain(CANARY);
      expect(door.asked).toEqual([]);
    }
  });

  it("that stands in the question is not sent: the question is published", async () => {
    const door = aDoor({ body: {} });
    const inPrompt = await ask(door, { ...chat, prompt: `my key is ${CANARY}` });
    expect(inPrompt).toMatchObject({ kind: "failure", code: "SERVICE_INVALID" });
    const inModel = await ask(door, { ...chat, model: CANARY });
    expect(inModel).toMatchObject({ kind: "failure", code: "SERVICE_INVALID" });
    expect(door.asked).toEqual([]);
  });
});

describe("a word that local endpoints take as a key", () => {
  it("may stand in an answer", async () => {
    const api = anApi({ dialect: "openai-compatible" });
    const body = { choices: [{ message: { content: "I run on ollama." } }] };
    const outcome = await ask(aDoor({ body }), aChat({ api, key: "ollama" }));
    expect(outcome).toMatchObject({ kind: "response", state: "answered" });
    if (outcome.kind === "response")
      expect(outcome.exchange.request.headers).toContainEqual(["authorization", "withheld"]);
  });
});
