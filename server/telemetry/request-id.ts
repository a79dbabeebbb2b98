import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";

const SLOT = Symbol.for("beacon.request-id");
type Holder = { [SLOT]?: AsyncLocalStorage<string> };

/** One for the process: Next holds this module more than once. */
function storage(): AsyncLocalStorage<string> {
  const holder = globalThis as Holder;
  holder[SLOT] ??= new AsyncLocalStorage();
  return holder[SLOT];
}

/** What others may call their request: it is written into logs and answers. */
const SANE = /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/;

/** The name of a request: the one that its sender gave it, when it is a sane one, or a new one. */
export const requestIdOf = (given: string | readonly string[] | undefined): string =>
  typeof given === "string" && SANE.test(given) ? given : randomUUID();

/** Runs `work`, and whatever it starts, under the name of a request: every log line of it says so. */
export const withRequestId = <T>(id: string, work: () => T): T => storage().run(id, work);

/** The request in which this is called; undefined outside of any. */
export const currentRequestId = (): string | undefined => storage().getStore();
