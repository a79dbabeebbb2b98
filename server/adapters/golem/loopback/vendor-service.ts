import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { z } from "zod";
import { CountryCode } from "@/schemas/country";
import type { AnswerChat } from "@/server/adapters/golem/loopback/answer";
import type { ServerIdentity } from "@/server/adapters/golem/loopback/certificate-authority";
import { randomHex } from "@/server/adapters/golem/loopback/identifiers";
import { jsonOf } from "@/server/adapters/golem/loopback/json-body";
import {
  SIMULATED,
  VENDOR_DIALECTS,
  type VendorDialect,
  type VendorQuestion,
} from "@/server/adapters/golem/loopback/vendor-dialects";

/** Who asks from nowhere on the network, from home for one, is answered as where no policy stands. */
const NO_POLICY = CountryCode.parse("AQ");

/** The limit that the rate limit headers name. Nobody enforces it. */
const NAMED_LIMIT = 10_000;

/** How many requests are remembered. */
const MAX_REMEMBERED = 10_000;

/** One request as the simulated vendor service saw it. */
export type VendorRequest = {
  readonly at: Date;
  readonly address: string;
  /** Null: no provider has this address. */
  readonly country: CountryCode | null;
  readonly method: string;
  readonly path: string;
  /** As they came, in lower case, repeated ones repeatedly. */
  readonly headerNames: readonly string[];
};

export type VendorServiceOptions = {
  readonly identity: ServerIdentity;
  readonly answer: AnswerChat;
  /** Which country an address belongs to; null: none of this network. */
  readonly countryOf: (address: string) => CountryCode | null;
  readonly latencyMs: number;
  readonly now: () => Date;
};

/** A model service on the internet as providers' exits reach it: three vendors' dialects, control models behind. */
export type VendorService = {
  readonly server: Server;
  requests(): readonly VendorRequest[];
  /** The next so many requests are turned down with 429 and this Retry-After. */
  limit(requests: number, retryAfterS: number): void;
};

/** Makes the simulated vendor service. Every answer says that it is simulated. */
export function createVendorService(options: VendorServiceOptions): VendorService {
  const desk = new VendorDesk(options);
  const { certPem: cert, keyPem: key } = options.identity;
  const server = createServer({ cert, key, noDelay: true }, (request, response) => {
    desk.serve(request, response).catch(() => response.destroy());
  });
  return {
    server,
    requests: () => [...desk.seen],
    limit: (requests, retryAfterS) => desk.limit(requests, retryAfterS),
  };
}

class VendorDesk {
  readonly seen: VendorRequest[] = [];
  readonly #options: VendorServiceOptions;
  /** How often the same question came from the same address: without a seed, each is answered anew. */
  readonly #asked = new Map<string, number>();
  #limited = { requests: 0, retryAfterS: 0 };

  constructor(options: VendorServiceOptions) {
    this.#options = options;
  }

  limit(requests: number, retryAfterS: number): void {
    this.#limited = { requests, retryAfterS };
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => response.destroy());
    const seen = this.#remember(request);
    const dialect = VENDOR_DIALECTS.find(({ path }) => path.test(seen.path));
    const body = await jsonOf(request);
    const headers = { ...edgeHeaders(seen), ...dialect?.limits(NAMED_LIMIT, NAMED_LIMIT - 1) };
    const send = (status: number, answer: object, more: Readonly<Record<string, string>> = {}) => {
      response.writeHead(status, { ...headers, ...more }).end(JSON.stringify(answer));
    };
    if (dialect === undefined || request.method !== "POST")
      return send(404, { error: { message: `no route ${seen.method} ${seen.path}` } });
    if (!hasKey(request, dialect)) return send(401, dialect.problem(401, "no API key was given"));
    if (this.#limited.requests > 0) {
      this.#limited.requests -= 1;
      const retryAfter = { "retry-after": String(this.#limited.retryAfterS) };
      const none = dialect.limits(NAMED_LIMIT, 0);
      return send(429, dialect.problem(429, "too many requests"), { ...none, ...retryAfter });
    }
    const question = read(dialect, body, seen.path);
    if (typeof question === "string") return send(400, dialect.problem(400, question));
    const { latencyMs, answer, now } = this.#options;
    if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
    const { system: systemPrompt, seed, ...asked } = question;
    const country = seen.country ?? NO_POLICY;
    const drawn = seed ?? this.#drawFor(seen.address, question);
    const answered = answer({ ...asked, systemPrompt, country, seed: drawn });
    if (answered === null) return send(404, dialect.problem(404, `no model ${question.model}`));
    send(200, dialect.answer(question.model, answered, now()));
  }

  #remember(request: IncomingMessage): VendorRequest {
    const address = request.socket.remoteAddress ?? "";
    const seen: VendorRequest = {
      at: this.#options.now(),
      address,
      country: this.#options.countryOf(address),
      method: request.method ?? "",
      path: new URL(request.url ?? "/", "https://vendor").pathname,
      headerNames: request.rawHeaders.filter((_, i) => i % 2 === 0).map((n) => n.toLowerCase()),
    };
    this.seen.push(seen);
    if (this.seen.length > MAX_REMEMBERED) this.seen.shift();
    return seen;
  }

  #drawFor(address: string, question: VendorQuestion): number {
    const key = createHash("sha256")
      .update(JSON.stringify([address, question]))
      .digest("hex");
    const draw = this.#asked.get(key) ?? 0;
    this.#asked.set(key, draw + 1);
    return draw;
  }
}

/** What an edge adds to an answer: where it stands, and what the request is called. */
const edgeHeaders = ({ country }: VendorRequest): Readonly<Record<string, string>> => ({
  "content-type": "application/json",
  "x-simulated-edge": country ?? "none",
  "x-request-id": `req_${randomHex(12)}`,
  "x-beacon-simulated": SIMULATED,
});

function hasKey({ headers }: IncomingMessage, { keyHeader }: VendorDialect): boolean {
  const given = String(headers[keyHeader] ?? "").replace(/^Bearer(\s+|$)/, "");
  return given !== "";
}

/** The question, or why there is none. */
function read(dialect: VendorDialect, body: unknown, path: string): VendorQuestion | string {
  try {
    return dialect.read(body, decodeURIComponent(dialect.path.exec(path)?.[1] ?? ""));
  } catch (error) {
    return error instanceof z.ZodError ? z.prettifyError(error) : String(error);
  }
}
