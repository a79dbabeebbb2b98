import { describe, expect, it } from "vitest";
import type { RestExchange } from "@/server/adapters/golem/loopback/router";
import { aTraceRecorder, shapeOf } from "./a-trace";

const anExchange = (over: Partial<RestExchange> = {}): RestExchange => ({
  method: "POST",
  path: "/market-api/v1/agreements",
  query: [],
  status: 201,
  request: { validTo: "2026-01-01T00:00:00.000Z", proposalId: `R-${"a".repeat(64)}` },
  reply: "b".repeat(64),
  ...over,
});

describe("a REST trace", () => {
  it("keeps the shape of a body and takes out what differs from run to run", () => {
    expect(
      shapeOf({
        z: 1,
        a: ["2026-01-01T00:00:00.000001Z", "1.5", "Approved", null, true],
        id: "0f9e4d2c-0000-4000-8000-000000000000",
        node: `0x${"1".repeat(40)}`,
        missing: undefined,
      }),
    ).toEqual({
      a: ["<time>", "<amount>", "Approved", null, true],
      id: "<uuid>",
      node: "<node>",
      z: "<number>",
    });
  });

  it("is the same for two runs with other ids, and another one for another status or shape", () => {
    const traced = (...exchanges: RestExchange[]) => {
      const recorder = aTraceRecorder();
      for (const exchange of exchanges) recorder.record(exchange);
      return recorder.trace();
    };
    const first = traced(anExchange());
    expect(traced(anExchange({ reply: "c".repeat(64) }), anExchange())).toEqual(first);
    expect(traced(anExchange({ status: 410 }))).not.toEqual(first);
    expect(traced(anExchange({ reply: { message: "gone" } }))).not.toEqual(first);
  });

  it("keeps the order of calls, and sorts what polls brought without empty ones", () => {
    const recorder = aTraceRecorder();
    const path = "/payment-api/v1/invoiceEvents";
    recorder.record(anExchange({ path: "/b" }));
    recorder.record(anExchange({ method: "GET", path, reply: [] }));
    recorder.record(anExchange({ method: "GET", path, reply: [{ eventType: "Z" }, { a: 1 }] }));
    recorder.record(anExchange({ path: "/a" }));
    const { calls, polls } = recorder.trace();
    expect(calls.map(({ call }) => call)).toEqual(["POST /b 201", "POST /a 201"]);
    expect(polls.map(({ reply }) => reply)).toEqual([[{ a: "<number>" }], [{ eventType: "Z" }]]);
  });
});
