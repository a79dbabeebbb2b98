import type { Dialect } from "@/schemas/job-spec";
import type { DoorResponse } from "@/server/adapters/golem/door";
import { readMessageBody } from "@/server/adapters/llm/anthropic-message";
import { readCompletionBody } from "@/server/adapters/llm/completion";
import { readContentBody } from "@/server/adapters/llm/gemini-content";
import type { ReadAnswer } from "@/server/adapters/llm/read-answer";
import {
  type ReadRefusedRequest,
  readRefusedRequest,
} from "@/server/adapters/llm/read-refused-request";

const READERS: Readonly<Record<Dialect, (body: Uint8Array) => ReadAnswer>> = {
  openai: readCompletionBody,
  "openai-compatible": readCompletionBody,
  anthropic: readMessageBody,
  google: readContentBody,
};

/**
 * Reads a whole answer of a service out of its bytes alone, by the tables of `readCompletionBody`,
 * `readMessageBody`, `readContentBody` and `readRefusedRequest`: whoever has the bytes and the status
 * comes to the same state.
 */
export const readServiceAnswer = (dialect: Dialect, response: DoorResponse): ReadRefusedRequest =>
  response.status >= 200 && response.status <= 299
    ? { ...READERS[dialect](response.body), tryAgainAfterMs: null }
    : readRefusedRequest(response);
