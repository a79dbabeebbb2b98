import { inspect } from "node:util";
import { isSpelledIn } from "@/server/adapters/llm/key-spellings";
import { utf8 } from "@/server/domain/bytes";

/** What stands in the place of a secret. */
export const WITHHELD = "withheld";

/** Local endpoints take any word as a key ("ollama"); finding so short a word somewhere tells nothing. */
const SHORTEST_SECRET = 8;
/** How deep an error and its causes are looked into. */
const DEPTH = 8;

/** Characters that may stand in a header field; a key is never longer than one can be. */
const HEADER_VALUE = /^[\x21-\x7e]{1,1024}$/;

/** Whether a key can be sent at all: visible ASCII, as all of the services' keys are. */
export const isSendable = (key: string): boolean => HEADER_VALUE.test(key);

const isSecret = (key: string | null): key is string =>
  key !== null && key.length >= SHORTEST_SECRET;

/**
 * Whether a text holds the key: plainly, in escapes of JSON, URLs or HTML, or in base64. A key of less than 8
 * characters is not looked for.
 */
export const holdsKey = (text: string, key: string | null): boolean =>
  isSecret(key) && isSpelledIn(utf8(text), key);

/** As `holdsKey`, for bytes of any coding that keeps ASCII, and UTF-16. */
export const bytesHoldKey = (bytes: Uint8Array, key: string | null): boolean =>
  isSecret(key) && isSpelledIn(bytes, key);

/** A message of ours without the key, should it have come into it. */
export function withoutKey(message: string, key: string | null): string {
  if (!isSecret(key)) return message;
  const plain = message.replaceAll(key, WITHHELD);
  return holdsKey(plain, key) ? WITHHELD : plain;
}

/** An error that may be thrown on: itself, or when it or a cause of it holds the key, one that says its name only. */
export function withoutKeyInside(error: unknown, key: string | null): unknown {
  const whole = inspect(error, { depth: DEPTH, showHidden: true, maxStringLength: null });
  if (!holdsKey(whole, key)) return error;
  const name = error instanceof Error ? error.constructor.name : typeof error;
  return new Error(`the door failed with a ${name} that held the service's key`);
}
