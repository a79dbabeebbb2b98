import { readFileSync } from "node:fs";
import { Dialect } from "@/schemas/job-spec";
import { addressIn, MAX_ECHO_BYTES } from "@/server/adapters/golem/exit-probe";
import { createModels } from "@/server/adapters/llm/create-models";
import type { LiveQuestion } from "@/test/golem-live/live-suite";

const MAX_ANSWER_BYTES = 1_000_000;

/** Asks an echo service which address it sees: a question that costs nothing. */
export const echoQuestion = (echo: string): LiveQuestion => {
  const { origin, pathname, search } = new URL(echo);
  return {
    origin,
    async ask(vantage, signal) {
      const answer = await vantage.exitDoor(origin).request({
        method: "GET",
        path: `${pathname}${search}`,
        headers: {},
        body: null,
        signal,
        maxBytes: MAX_ECHO_BYTES,
      });
      return addressIn(answer);
    },
  };
};

export type AskedService = {
  readonly baseUrl: string;
  readonly dialect: Dialect;
  readonly model: string;
  readonly key: string | null;
};

/** Asks a model service one short question, with its key. The key ends where TLS does: on this machine. */
export const serviceQuestion = ({ baseUrl, dialect, model, key }: AskedService): LiveQuestion => ({
  origin: new URL(baseUrl).origin,
  async ask(vantage, signal) {
    const outcome = await createModels().complete(
      vantage.exitDoor(new URL(baseUrl).origin),
      {
        way: "exit",
        model,
        api: { connection: "live", dialect, base_url: baseUrl },
        key,
        systemPrompt: null,
        prompt: "Which is the capital of France? Answer with its name alone.",
        sampling: { temperature: 0, top_p: 1, max_output_tokens: 64, seed_base: 1 },
        seed: 1,
      },
      { signal, maxBytes: MAX_ANSWER_BYTES },
    );
    if (outcome.kind === "failure") throw new Error(`${outcome.code}: ${outcome.message}`);
    if (outcome.state !== "answered") throw new Error(`${outcome.state} (${outcome.httpStatus})`);
    return outcome.text ?? "";
  },
});

/** The question that the operator's environment names; an echo's, when it names none. */
export function questionOf(source: NodeJS.ProcessEnv, echoes: readonly string[]): LiveQuestion {
  const env = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ""));
  const { BEACON_LIVE_SERVICE_URL: baseUrl, BEACON_LIVE_SERVICE_KEY_FILE: keyFile } = env;
  if (baseUrl !== undefined)
    return serviceQuestion({
      baseUrl,
      dialect: Dialect.parse(env.BEACON_LIVE_SERVICE_DIALECT ?? "openai-compatible"),
      model: env.BEACON_LIVE_SERVICE_MODEL ?? "",
      key: keyFile === undefined ? null : readFileSync(keyFile, "utf8").trim(),
    });
  const echo = env.BEACON_LIVE_ECHO_URL ?? echoes.find((url) => url.startsWith("https:"));
  if (echo === undefined)
    throw new Error("Nothing to ask: BEACON_ECHO_URLS names no echo service over https.");
  return echoQuestion(echo);
}
