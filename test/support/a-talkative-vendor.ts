import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Identity } from "@/test/support/a-certificate-authority";

/** What a vendor does with a key: answers as if nothing were, or says it in one of the ways in which vendors do. */
export const MANNERS = [
  "answers",
  "echoes",
  "echoes-in-a-header",
  "quotes-in-401",
  "breaks",
] as const;
export type Manner = (typeof MANNERS)[number];

/** A vendor in OpenAI's dialect that sees the key it was sent and may say it. */
export type TalkativeVendor = {
  /** The base URL for each manner. */
  baseUrl(manner: Manner): string;
  /** How often it was shown a key, by manner. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
  close(): Promise<void>;
};

/** Starts it on 127.0.0.1: over TLS with an identity, without one in the clear. */
export async function aTalkativeVendor(identity: Identity | null): Promise<TalkativeVendor> {
  const keys = new Map<string, readonly string[]>();
  const listen: RequestListener = (request, response) => {
    const [, manner = ""] = (request.url ?? "").split("/");
    const key = String(request.headers.authorization ?? "").replace(/^Bearer /, "");
    keys.set(manner, [...(keys.get(manner) ?? []), key]);
    request.resume().once("end", () => {
      const { status, headers, body } = reply(manner as Manner, key);
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
    });
  };
  const server = identity === null ? createHttpServer(listen) : createHttpsServer(identity, listen);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `${identity === null ? "http" : "https"}://127.0.0.1:${port}`;
  return {
    baseUrl: (manner) => `${origin}/${manner}/v1`,
    keys,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Reply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
};

function reply(manner: Manner, key: string): Reply {
  const problem = (message: string) => JSON.stringify({ error: { message, type: "server_error" } });
  if (manner === "quotes-in-401")
    return { status: 401, body: problem(`Incorrect API key provided: ${key}.`) };
  if (manner === "breaks") return { status: 500, body: problem("something broke") };
  const said = manner === "echoes" ? `Your key is ${key}, is it not?` : "It was closed in 1977.";
  return {
    status: 200,
    headers: manner === "echoes-in-a-header" ? { "x-your-key": key } : {},
    body: completionOf(said),
  };
}

const completionOf = (content: string): string =>
  JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_700_000_000,
    model: "talkative",
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
    usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 },
  });
