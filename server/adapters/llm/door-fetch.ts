import type { Door, DoorRequest, DoorResponse } from "@/server/adapters/golem/door";
import { holdsKey } from "@/server/adapters/llm/key-secrecy";
import { utf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";

/** The longest URL that an exchange's document holds. */
const MAX_URL = 600;
/** One name for all questions: the SDK's own says which Node runs here, and changes with every update. */
const USER_AGENT = "beacon";

/** A service behind a door, and the key that it wants. */
export type ServiceLine = {
  readonly door: Door;
  /** What all requests lie under. */
  readonly baseUrl: string;
  readonly key: string | null;
  readonly signal: AbortSignal;
  readonly maxBytes: number;
};

/** What came of a question: the exchange, or why there was none. */
export type Carried =
  | { readonly request: DoorRequest; readonly response: DoorResponse }
  | { readonly error: unknown };

/**
 * The `fetch` that an SDK is handed: it sends the SDK's request through the door, keeps the exchange
 * as it was, and then rejects, always. The SDK writes the request and reads nothing: what came back is
 * read out of its bytes by our own rules, so that no reader of the evidence needs the SDK, no
 * stranger's body runs through it, and it cannot ask a second time.
 *
 * A URL that leaves `baseUrl` (a model named `../x`), a URL or body that holds the key, and a door to
 * another host are errors of ours, SERVICE_INVALID, and nothing is sent.
 */
export function doorFetch(line: ServiceLine): {
  readonly fetch: typeof globalThis.fetch;
  /** Null: the SDK never got as far as asking. */
  carried(): Carried | null;
} {
  let carried: Carried | null = null;
  return {
    fetch: async (input, init) => {
      if (carried === null) carried = await carry(line, String(input), init);
      throw new Error("the exchange is over, and nobody else reads it");
    },
    carried: () => carried,
  };
}

async function carry(line: ServiceLine, url: string, init?: RequestInit): Promise<Carried> {
  try {
    const request = requestOf(line, url, init);
    return { request, response: await line.door.request(request) };
  } catch (error) {
    return { error };
  }
}

function requestOf(line: ServiceLine, given: string, init: RequestInit = {}): DoorRequest {
  const { key, signal, maxBytes } = line;
  if (init.method !== "POST" || typeof init.body !== "string")
    throw new Error("the SDK asks in another way than it did");
  const headers = new Headers(init.headers);
  headers.set("user-agent", USER_AGENT);
  const path = pathUnder(line, given);
  if (holdsKey(path, key) || holdsKey(init.body, key))
    throw new BeaconError("SERVICE_INVALID", "the question holds the service's key");
  return {
    method: "POST",
    path,
    headers: Object.fromEntries(headers),
    body: utf8(init.body),
    signal,
    maxBytes,
  };
}

/** @throws BeaconError SERVICE_INVALID */
function pathUnder({ door, baseUrl }: ServiceLine, given: string): string {
  const base = new URL(baseUrl);
  const url = new URL(given);
  if (base.origin !== door.origin)
    throw new BeaconError("SERVICE_INVALID", "the door does not lead to the service's host");
  const folder = base.pathname.endsWith("/") ? base.pathname : `${base.pathname}/`;
  const isUnder = url.origin === base.origin && url.pathname.startsWith(folder);
  if (!isUnder || url.search !== "" || url.hash !== "" || url.href.length > MAX_URL)
    throw new BeaconError(
      "SERVICE_INVALID",
      "the model's name does not fit into the service's URL",
    );
  return url.pathname;
}
