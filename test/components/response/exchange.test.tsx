import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { Exchange } from "@/components/response/exchange";
import { ExchangeDocument } from "@/schemas/evidence";
import { utf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { aJobId, aTaskRow } from "@/test/support/builders";

afterEach(cleanup);

const anExchange = (fields: Partial<ExchangeDocument> = {}): ExchangeDocument =>
  ExchangeDocument.parse({
    v: 1,
    type: "beacon.exchange/v1",
    simulated: true,
    job: aJobId(),
    task: aTaskRow().id,
    door: "exit",
    request: {
      method: "POST",
      url: "https://api.example/v1/chat/completions",
      headers: [["authorization", "withheld"]],
      body: '{"model":"m"}',
    },
    response: {
      status: 200,
      headers: [["cf-ray", "8f2-FRA"]],
      cid: cidOf(utf8("answer")),
      size_bytes: 6,
    },
    peer: { address: null, tls: { protocol: "TLSv1.3", certificate_sha256: "ab".repeat(32) } },
    started_at: "2026-11-22T12:00:00.000Z",
    first_byte_ms: 210,
    finished_at: "2026-11-22T12:00:01.000Z",
    prompt_tokens: 12,
    output_tokens: null,
    cost: { usd: "0.00021", source: "the vendor's price list", date: "2026-11-01" },
    ...fields,
  });

describe("how a question was asked", () => {
  it("says through what, how it was secured, and what it cost by whose word", () => {
    render(<Exchange exchange={anExchange()} />);
    expect(screen.getByText(/carried ciphertext only/)).not.toBeNull();
    expect(screen.getByText(/TLSv1.3/)).not.toBeNull();
    expect(screen.getByText(/the vendor's price list, as of 2026-11-01/)).not.toBeNull();
    expect(screen.getByText("12 tokens")).not.toBeNull();
    expect(screen.getByText("not measured")).not.toBeNull();
  });

  it("shows the request with its key withheld, and what the edge said", () => {
    render(<Exchange exchange={anExchange()} />);
    expect(screen.getByText("withheld")).not.toBeNull();
    expect(screen.getByText("8f2-FRA")).not.toBeNull();
  });

  it("never says that something was secured or free when it is not known", () => {
    render(<Exchange exchange={anExchange({ peer: null, cost: null })} />);
    expect(screen.getByText(/no TLS/)).not.toBeNull();
    expect(screen.getByText(/or it is not known/)).not.toBeNull();
  });

  it("says so when no answer came", () => {
    render(<Exchange exchange={null} />);
    expect(screen.getByText(/no answer came/)).not.toBeNull();
  });
});
