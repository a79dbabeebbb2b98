import type { ServiceApi } from "@/schemas/job-spec";
import type { DoorRequest, DoorResponse } from "@/server/adapters/golem/door";
import { doorFetch, type ServiceLine } from "@/server/adapters/llm/door-fetch";
import { exchangeOf } from "@/server/adapters/llm/exchange";
import { failureOf } from "@/server/adapters/llm/failure";
import {
  bytesHoldKey,
  holdsKey,
  isSendable,
  withoutKey,
  withoutKeyInside,
} from "@/server/adapters/llm/key-secrecy";
import type { ChatOutcome, ChatRequest } from "@/server/adapters/llm/model";
import { isAboutAccount } from "@/server/adapters/llm/read-refused-request";
import { readServiceAnswer } from "@/server/adapters/llm/read-service-answer";
import { callOptions, needsKey, sdkModel } from "@/server/adapters/llm/sdk-model";
import { BeaconError, type ErrorCode, isBeaconError } from "@/server/domain/errors";

/**
 * Asks a service on the internet or at home, once: the AI SDK writes the request, `doorFetch` carries
 * it, `readServiceAnswer` reads what came back.
 *
 * The key goes into the request's header field and nowhere else. An answer that holds it, in its bytes
 * or its header fields, is not kept: bytes that are evidence cannot be blackened, so it closes as a
 * failure, SERVICE_KEY_ECHOED. Nor is an answer kept that is about the installation's account
 * (`isAboutAccount`): vendors name the account there, and quote parts of the key. It closes as a failure
 * with the code that its reading has, the service's wait included. Messages of ours never quote a body.
 */
export async function askService(
  line: Omit<ServiceLine, "baseUrl" | "key">,
  api: ServiceApi,
  request: ChatRequest,
): Promise<ChatOutcome> {
  const { key, way } = request;
  const problem = keyProblem(api, key);
  if (problem !== null) return failure(way, ...problem);
  const { fetch, carried } = doorFetch({ ...line, baseUrl: api.base_url, key });
  const model = sdkModel(api, request.model, key, fetch);
  // It always rejects: the exchange, or what stood in its way, is in `carried`.
  await Promise.resolve(model.doGenerate(callOptions(api.dialect, request))).catch(() => {});
  const result = carried();
  if (result === null)
    return failure(
      way,
      "SERVICE_INVALID",
      "the request cannot be written in the service's dialect",
    );
  if ("response" in result) return outcomeOf(line.door.origin, api, request, result);
  if (!isBeaconError(result.error)) throw withoutKeyInside(result.error, key);
  const failed = failureOf(result.error, way);
  return { ...failed, message: withoutKey(failed.message, key) };
}

function keyProblem({ dialect }: ServiceApi, key: string | null): [ErrorCode, string] | null {
  if (key === null)
    return needsKey(dialect)
      ? ["SERVICE_KEY_MISSING", "the installation has no key for this service"]
      : null;
  return isSendable(key)
    ? null
    : ["SERVICE_INVALID", "the service's key has characters that no header field may carry"];
}

function outcomeOf(
  origin: string,
  { dialect }: ServiceApi,
  { key, way }: ChatRequest,
  { request, response }: { request: DoorRequest; response: DoorResponse },
): ChatOutcome {
  const { status } = response;
  if (isEchoed(response, key))
    return {
      ...failure(way, "SERVICE_KEY_ECHOED", "the answer held the service's key: it was not kept"),
      fault: "service",
    };
  const answer = readServiceAnswer(dialect, response);
  if (isAboutAccount(response, answer))
    return {
      ...failure(way, answer.code ?? "SERVICE_KEY_REFUSED", `${ABOUT_ACCOUNT}: HTTP ${status}`),
      tryAgainAfterMs: answer.tryAgainAfterMs,
    };
  return {
    kind: "response",
    bytes: response.body,
    httpStatus: status,
    ...answer,
    exchange: exchangeOf(origin, request, response, key),
  };
}

const ABOUT_ACCOUNT =
  "the service turned away the installation's key or account, in words that are not kept";

const isEchoed = ({ headers, body }: DoorResponse, key: string | null): boolean =>
  bytesHoldKey(body, key) || headers.some(([name, value]) => holdsKey(`${name}: ${value}`, key));

const failure = (way: ChatRequest["way"], code: ErrorCode, message: string) =>
  failureOf(new BeaconError(code, message), way);
