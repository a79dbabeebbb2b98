import { request as httpsRequest } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LoopbackNetwork } from "@/server/adapters/golem/loopback/network";
import { aLoopbackNetwork } from "./a-rest-rental";

let network: LoopbackNetwork;
beforeAll(async () => {
  network = await aLoopbackNetwork();
});
afterAll(() => network.stop());

type Answer = {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Record<string, unknown>;
};

/** One request over TLS that trusts the network's own authority only. */
function send(
  url: string,
  headers: Record<string, string>,
  body: object | null,
  localAddress = "127.0.0.1",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const method = body === null ? "GET" : "POST";
    const how = { method, headers, localAddress, ca: network.vendor.caPem, agent: false } as const;
    const request = httpsRequest(url, how, (answer) => {
      let text = "";
      answer.on("data", (chunk) => {
        text += chunk;
      });
      answer.once("end", () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: JSON.parse(text),
        }),
      );
    });
    request.once("error", reject);
    request.end(body === null ? undefined : JSON.stringify(body));
  });
}

const prompt = "How did the ferry Asteline sink, and who was held responsible?";

/** The same question in each dialect: path, key header, body. */
const dialects = {
  openai: {
    path: "/v1/chat/completions",
    key: { authorization: "Bearer secret-key" },
    body: (model: string, limit = 500) => ({
      model,
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: [{ type: "text", text: prompt }] },
      ],
      max_tokens: limit,
      temperature: 0,
    }),
    textOf: "choices.0.message.content",
    endOf: "choices.0.finish_reason",
    cut: "length",
  },
  anthropic: {
    path: "/v1/messages",
    key: { "x-api-key": "secret-key" },
    body: (model: string, limit = 500) => ({
      model,
      system: "Be brief.",
      messages: [{ role: "user", content: [{ type: "text", text: prompt }] }],
      max_tokens: limit,
      temperature: 0,
    }),
    textOf: "content.0.text",
    endOf: "stop_reason",
    cut: "max_tokens",
  },
  google: {
    path: "/v1beta/models/control-open:generateContent",
    key: { "x-goog-api-key": "secret-key" },
    body: (_model: string, limit = 500) => ({
      systemInstruction: { parts: [{ text: "Be brief." }] },
      contents: [{ role: "user", parts: [{ text: prompt }] }],
      generationConfig: { temperature: 0, maxOutputTokens: limit },
    }),
    textOf: "candidates.0.content.parts.0.text",
    endOf: "candidates.0.finishReason",
    cut: "MAX_TOKENS",
  },
} as const;
type DialectName = keyof typeof dialects;
const names = Object.keys(dialects) as DialectName[];

const at = (body: unknown, path: string): unknown =>
  path.split(".").reduce((value: unknown, key) => (value as Record<string, unknown>)[key], body);

const askIn = (name: DialectName, limit?: number, from?: string) => {
  const { path, key, body } = dialects[name];
  return send(`${network.vendor.origin}${path}`, key, body("control-open", limit), from);
};

describe("the simulated vendor service", () => {
  it.each(names)("answers in the dialect of %s, and says that it is simulated", async (name) => {
    const { status, headers, body } = await askIn(name);
    expect(status).toBe(200);
    expect(at(body, dialects[name].textOf)).toContain("Asteline");
    expect(JSON.stringify(body)).toContain("simulated");
    expect(headers["x-beacon-simulated"]).toContain("simulated");
    expect(headers["x-request-id"]).toMatch(/^req_/);
    const cut = await askIn(name, 3);
    expect(at(cut.body, dialects[name].endOf)).toBe(dialects[name].cut);
  });

  it("says the same in all dialects at temperature 0", async () => {
    const texts = await Promise.all(
      names.map(async (name) => at((await askIn(name)).body, dialects[name].textOf)),
    );
    expect(new Set(texts).size).toBe(1);
  });

  it("knows the country that a request comes from, and none at home", async () => {
    const { address = "", country } = network.providers[4] ?? {};
    const abroad = await askIn("openai", 500, address);
    expect(abroad.headers["x-simulated-edge"]).toBe(country);
    expect(network.vendor.requests().at(-1)).toMatchObject({ address, country });
    const home = await askIn("openai");
    expect(home.headers["x-simulated-edge"]).toBe("none");
    const seen = network.vendor.requests().at(-1);
    expect(seen).toMatchObject({ country: null, path: "/v1/chat/completions" });
    expect(seen?.headerNames).toContain("authorization");
    expect(JSON.stringify(network.vendor.requests())).not.toContain("secret-key");
  });

  it("draws anew when no seed is named, and the same when one is", async () => {
    const { path, key, body } = dialects.openai;
    const asked = { ...body("control-open"), temperature: 1 };
    const texts = async (more: object) => {
      const found: unknown[] = [];
      for (let i = 0; i < 6; i += 1) {
        const { body: told } = await send(`${network.vendor.origin}${path}`, key, {
          ...asked,
          ...more,
        });
        found.push(at(told, dialects.openai.textOf));
      }
      return new Set(found).size;
    };
    expect(await texts({ seed: 7 })).toBe(1);
    expect(await texts({})).toBeGreaterThan(1);
  });

  it.each(names)("refuses as %s does: no key, too many, no such model, no sense", async (name) => {
    const { path, key, body } = dialects[name];
    const url = `${network.vendor.origin}${path}`;
    expect(await send(url, {}, body("control-open"))).toMatchObject({ status: 401 });
    const [header = ""] = Object.keys(key);
    expect(await send(url, { [header]: "" }, body("control-open"))).toMatchObject({ status: 401 });
    network.vendor.limit(1, 7);
    const limited = await askIn(name);
    expect(limited).toMatchObject({ status: 429, headers: { "retry-after": "7" } });
    expect(await askIn(name)).toMatchObject({ status: 200 });
    expect(await send(url, key, { stream: true })).toMatchObject({ status: 400 });
    const unknown = url.replace("control-open", "gpt");
    expect(await send(unknown, key, body("gpt"))).toMatchObject({ status: 404 });
    expect(await send(`${url}/x`, key, body("gpt"))).toMatchObject({ status: 404 });
  });

  it("is vouched for by its own authority, told to whoever asks, and by no other", async () => {
    const told = await (await fetch(`${network.url}/vendor`)).json();
    expect(told).toEqual({
      origin: network.vendor.origin,
      ca: network.vendor.caPem,
      echoes: network.echoUrls,
      simulated: true,
    });
    await expect(fetch(network.vendor.origin)).rejects.toThrow();
    const other = await aLoopbackNetwork();
    await expect(send(other.echoUrls[1], {}, null)).rejects.toThrow();
    await other.stop();
  });
});

describe("the HTTPS echoes", () => {
  it("say which address they saw, each on a port of its own", async () => {
    for (const secure of network.echoUrls) {
      expect(new URL(secure).protocol).toBe("https:");
      expect(await send(secure, {}, null, "127.0.48.1")).toMatchObject({
        status: 200,
        body: { address: "127.0.48.1", simulated: true },
      });
      expect(await send(secure.replace("echo", "other"), {}, null)).toMatchObject({ status: 404 });
    }
    const hosts = [network.vendor.origin, ...network.echoUrls].map((url) => new URL(url).host);
    expect(new Set(hosts).size).toBe(3);
  });
});
