import type { DoorRequest, DoorResponse } from "@/server/adapters/golem/door";
import { holdsKey, WITHHELD } from "@/server/adapters/llm/key-secrecy";
import type { ExchangePart } from "@/server/adapters/llm/model";
import { storable } from "@/server/adapters/llm/read-answer";
import { fromUtf8 } from "@/server/domain/bytes";

// The bounds of `ExchangeDocument`.
const MAX_FIELDS = 64;
const MAX_NAME = 128;
const MAX_VALUE = 2_048;

/** Fields that carry a key in one of the dialects. */
const KEY_FIELDS: ReadonlySet<string> = new Set(["authorization", "x-api-key", "x-goog-api-key"]);
/** What a service says of the installation's account and session with it: no reader's business, and a cookie is a key of its own. */
const ACCOUNT_FIELDS: ReadonlySet<string> = new Set([
  "set-cookie",
  "openai-organization",
  "openai-project",
  "anthropic-organization-id",
]);

/**
 * What is kept of an exchange beside the answer's bytes: the request as it was handed to the door (which
 * adds host, length and connection), and the answer's header fields in the order in which they came,
 * the first 64 of them, each cut to 2,048 characters. A field that carries the key, or the account,
 * says `withheld`.
 */
export function exchangeOf(
  origin: string,
  request: DoorRequest,
  response: DoorResponse,
  key: string | null,
): ExchangePart {
  const shown = (name: string, value: string): [string, string] => [
    name,
    KEY_FIELDS.has(name) || holdsKey(value, key) ? WITHHELD : value,
  ];
  return {
    request: {
      method: request.method,
      url: origin + request.path,
      headers: Object.entries(request.headers).map(([name, value]) => shown(name, value)),
      body: request.body === null ? "" : (fromUtf8(request.body) ?? ""),
    },
    status: response.status,
    headers: response.headers
      .slice(0, MAX_FIELDS)
      .map(([name, value]) => [
        storable(name.slice(0, MAX_NAME)),
        ACCOUNT_FIELDS.has(name) ? WITHHELD : storable(value.slice(0, MAX_VALUE)),
      ]),
    peer: response.peer,
    firstByteMs: Math.max(0, Math.round(response.firstByteMs)),
  };
}
