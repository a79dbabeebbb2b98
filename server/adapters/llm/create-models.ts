import { askService } from "@/server/adapters/llm/ask-service";
import type { Model } from "@/server/adapters/llm/model";
import { openAiCompatible } from "@/server/adapters/llm/openai-compatible";

/**
 * The one model of the installation: a question without an `api` goes to a model server inside a
 * provider's machine, any other to its service, in the service's dialect.
 *
 * Streaming is never asked for, and nothing is asked twice: trying again is the caller's decision.
 */
export function createModels(): Model {
  const modelServer = openAiCompatible();
  return {
    complete: (door, request, options) =>
      request.api === null
        ? modelServer.complete(door, request, options)
        : askService({ door, ...options }, request.api, request),
  };
}
