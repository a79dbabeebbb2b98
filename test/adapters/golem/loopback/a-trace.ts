import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { RestExchange } from "@/server/adapters/golem/loopback/router";

/** One exchange with ids, times and amounts taken out: the same in every run. */
export type TraceLine = {
  /** Method, path template and status. */
  readonly call: string;
  readonly query: readonly string[];
  readonly request: unknown;
  readonly reply: unknown;
};

/** What a requestor and yagna said to each other. */
export type Trace = {
  /** Each call once, in the order of its first time. */
  readonly calls: readonly TraceLine[];
  /** Long polls that brought something, sorted: when they do is up to the clock. */
  readonly polls: readonly TraceLine[];
};

/** Paths that are polled. An empty answer says nothing and is left out. */
const POLLS = /\/events$|Events$/;

/** Kinds of strings that differ from run to run, in the order in which they are tried. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^\d{4}-\d\d-\d\dT[\d:.]+Z$/, "<time>"],
  [/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, "<uuid>"],
  [/^0x[0-9a-f]{40}$/, "<node>"],
  [/^R-[0-9a-f]{64}$/, "<proposal>"],
  [/^[0-9a-f]{32}-[0-9a-f]{64}$/, "<subscription>"],
  [/^[0-9a-f]{64}$/, "<hex 64>"],
  [/^[0-9a-f]{32}$/, "<hex 32>"],
  [/^\d+(\.\d+)?$/, "<amount>"],
];

/** A value of which only the shape is left: keys in order, numbers and what identifies replaced by their kind. */
export function shapeOf(value: unknown): unknown {
  if (typeof value === "number") return "<number>";
  if (typeof value === "string") return shapeOfText(value);
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, shapeOf(inner)]),
  );
}

function shapeOfText(text: string): string {
  const kind = KINDS.find(([pattern]) => pattern.test(text));
  if (kind !== undefined) return kind[1];
  // An exe script travels as text: what differs in it are the ids, wherever they stand.
  const plain = text
    .replace(/0x[0-9a-f]{40}/g, "<node>")
    .replace(/[0-9a-f]{64}/g, "<hex 64>")
    .replace(/[0-9a-f]{32}/g, "<hex 32>")
    .replace(/=\d{13}\b/g, "=<number>");
  return plain.length > 400 ? "<long text>" : plain;
}

const lineOf = ({ method, path, status, query, request, reply }: RestExchange): TraceLine => ({
  call: `${method} ${path} ${status}`,
  query: [...query].sort(),
  request: shapeOf(request) ?? null,
  reply: shapeOf(reply) ?? null,
});

const distinct = (lines: readonly TraceLine[]): readonly TraceLine[] => {
  const seen = new Map(lines.map((line) => [JSON.stringify(line), line]));
  return [...seen.values()];
};

/** Records exchanges: `record` is what a loopback network takes as its `onExchange`. */
export function aTraceRecorder(): {
  readonly record: (exchange: RestExchange) => void;
  trace(): Trace;
} {
  const exchanges: RestExchange[] = [];
  return {
    record: (exchange) => void exchanges.push(exchange),
    trace: () => ({
      calls: distinct(exchanges.filter(({ path }) => !POLLS.test(path)).map(lineOf)),
      polls: distinct(
        exchanges
          .filter(({ path, reply }) => POLLS.test(path) && Array.isArray(reply) && reply.length > 0)
          .flatMap(({ reply, ...poll }) =>
            (reply as unknown[]).map((event) => lineOf({ ...poll, reply: [event] })),
          ),
      ).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    }),
  };
}

/** Compares a trace with its golden file; `UPDATE_GOLDEN=1` writes the file anew instead. */
export function expectGolden(name: string, trace: Trace): void {
  const file = fileURLToPath(new URL(`golden/${name}.json`, import.meta.url));
  const text = `${JSON.stringify(trace, null, 2)}\n`;
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, text);
  expect(existsSync(file), `${name} has no golden file; UPDATE_GOLDEN=1 writes it`).toBe(true);
  expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(file, "utf8")));
}
