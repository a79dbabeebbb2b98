import type { LiveEvent } from "@/schemas/live-event";
import type { Cid } from "@/schemas/primitives";
import type { Announcement } from "@/server/adapters/db/event-bus";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import type { ChatOutcome, ChatRequest, Model } from "@/server/adapters/llm/model";
import type { Producer } from "@/server/adapters/queue/producer";
import { cidOf } from "@/server/domain/digest";
import { NOON } from "@/test/support/builders";

/** A clock that stands still until it is told otherwise. */
export function aClock(start: Date = NOON) {
  let at = start.getTime();
  return {
    now: () => new Date(at),
    pass(ms: number): void {
      at += ms;
    },
  };
}

/** 16 bytes a call: all 1, all 2, and so on. */
export function counting16(): () => Uint8Array {
  let n = 0;
  return () => new Uint8Array(16).fill(++n);
}

/** A bus that only remembers what was announced. */
export function fakeBus() {
  const announced: Announcement[] = [];
  const pruned: Date[] = [];
  return {
    announced,
    pruned,
    announce: async (event: Announcement) => {
      announced.push(event);
    },
    prune: async (before: Date) => {
      pruned.push(before);
    },
    since: async (): Promise<readonly LiveEvent[]> => [],
  };
}

/** A producer that only remembers what was enqueued. */
export function fakeProducer() {
  const messages: { queue: string; key: string; payload: unknown }[] = [];
  const enqueue: Producer["enqueue"] = async (queue, key, payload) => {
    messages.push({ queue, key, payload });
  };
  return { messages, enqueue };
}

/** Blocks in memory. */
export function memoryContent(): ContentStore & { readonly blocks: Map<Cid, Uint8Array> } {
  const blocks = new Map<Cid, Uint8Array>();
  return {
    name: "memory",
    blocks,
    async put(bytes) {
      const cid = cidOf(bytes);
      blocks.set(cid, bytes);
      return cid;
    },
    get: async (cid) => blocks.get(cid) ?? null,
    pin: async (cid) => blocks.has(cid),
    async *list() {
      yield* blocks.keys();
    },
    async probe(cid, { aborted }) {
      if (aborted)
        return { isAvailable: false, code: "CONTENT_STORE_UNAVAILABLE", message: "stopped" };
      if (blocks.has(cid)) return { isAvailable: true };
      return { isAvailable: false, code: "BLOCK_NOT_FOUND", message: "it was never put" };
    },
  };
}

/** A model that answers as told, one outcome after the other, the last one for ever. */
export function aModel(
  ...outcomes: readonly (ChatOutcome | (() => ChatOutcome))[]
): Model & { readonly asked: ChatRequest[]; readonly signals: AbortSignal[] } {
  const asked: ChatRequest[] = [];
  const signals: AbortSignal[] = [];
  return {
    asked,
    signals,
    async complete(_door, request, { signal }) {
      const outcome = outcomes[Math.min(asked.length, outcomes.length - 1)];
      asked.push(request);
      signals.push(signal);
      if (outcome === undefined) throw new Error("the model was told no outcome");
      return typeof outcome === "function" ? outcome() : outcome;
    },
  };
}

/** Waits until `isTrue`, looking every few milliseconds; for what really happens elsewhere. */
export async function eventually(
  isTrue: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`not so within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
