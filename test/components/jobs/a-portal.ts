import superjson from "superjson";
import { vi } from "vitest";

/** Answers a call by what it is called; throws for what it does not know. */
type Answers = { readonly [procedure: string]: (input: unknown) => unknown };

/** Thrown by an answer: the portal refuses the call with this code and this sentence. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const refused = ({ code, message }: Refusal) => ({
  error: superjson.serialize({
    message,
    code: -32_600,
    data: { code: "BAD_REQUEST", httpStatus: 400, beaconCode: code },
  }),
});

type Heard = { readonly id: number; readonly method: string };

/** A socket on which the portal's events arrive when the test says so. */
class LiveSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  static open: LiveSocket[] = [];
  readyState = LiveSocket.CONNECTING;
  private readonly subscriptions: number[] = [];

  constructor() {
    super();
    LiveSocket.open.push(this);
    // As a real one: not before whoever made it listens.
    setTimeout(() => {
      this.readyState = LiveSocket.OPEN;
      this.dispatchEvent(new Event("open"));
    });
  }

  send(text: string): void {
    for (const { id, method } of [JSON.parse(text)].flat() as Heard[]) {
      if (method !== "subscription") continue;
      this.subscriptions.push(id);
      this.hear({ id, result: { type: "started" } });
    }
  }

  tell(id: string, event: unknown): void {
    if (this.readyState !== LiveSocket.OPEN) return;
    for (const subscription of this.subscriptions)
      this.hear({
        id: subscription,
        result: { type: "data", id, data: superjson.serialize({ id, data: event }) },
      });
  }

  close(): void {
    this.readyState = LiveSocket.CLOSED;
    this.dispatchEvent(new Event("close"));
  }

  private hear(message: unknown): void {
    setTimeout(() =>
      this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) })),
    );
  }
}

/**
 * Stands where the browser finds the portal: `fetch` and `WebSocket`, until the test undoes it.
 *
 * @returns what was called, in order, and the way to send an event to whoever follows.
 */
export function aPortal(answers: Answers) {
  const calls: { readonly procedure: string; readonly input: unknown }[] = [];
  LiveSocket.open = [];
  const answer = (procedure: string, input: unknown): unknown => {
    const known = answers[procedure];
    if (known === undefined) throw new Error(`nobody answers ${procedure} here`);
    calls.push({ procedure, input });
    try {
      return { result: { data: superjson.serialize(known(input)) } };
    } catch (error) {
      if (error instanceof Refusal) return refused(error);
      throw error;
    }
  };
  vi.stubGlobal("fetch", async (to: string, init?: RequestInit) => {
    const url = new URL(to, "http://localhost");
    const text = init?.body ?? url.searchParams.get("input") ?? "{}";
    const inputs = JSON.parse(String(text));
    const names = url.pathname.replace("/api/trpc/", "").split(",");
    return Response.json(
      names.map((name, n) =>
        answer(name, inputs[n] === undefined ? undefined : superjson.deserialize(inputs[n])),
      ),
    );
  });
  vi.stubGlobal("WebSocket", LiveSocket);
  let events = 0;
  return {
    calls,
    /** Cuts every connection, as a network does. */
    cut(): void {
      for (const socket of LiveSocket.open.splice(0)) socket.close();
    },
    tell(event: object): void {
      const id = String(++events);
      for (const socket of LiveSocket.open) socket.tell(id, { id, ...event });
    },
  };
}
