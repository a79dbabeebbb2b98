import { describe, expect, it } from "vitest";
import { ExchangeDocument, VantageDocument } from "@/schemas/evidence";
import exchange from "@/schemas/examples/evidence/exchange.json";
import vantage from "@/schemas/examples/evidence/vantage.json";
import { ReceiptExtra } from "@/schemas/receipt";
import { canonicalBytes, type Json } from "@/server/domain/digest";
import { readEvidence } from "@/server/domain/verify/read-evidence";
import {
  aKeyEntry,
  aLog,
  anIntent,
  aResult,
  aVantage,
  cidOfDocument,
} from "@/test/domain/verify/a-log";

const [look] = vantage.looks;
const withLook = (changes: object) => ({ ...vantage, looks: [{ ...look, ...changes }] });
const withRequest = (changes: object) => ({
  ...exchange,
  request: { ...exchange.request, ...changes },
});

/** How deep JSON is nested: an object of texts has depth 2. */
const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
    : 1;

describe("a vantage document", () => {
  it("is accepted as the example has it, and comes back as it was", () => {
    expect(VantageDocument.parse(vantage)).toEqual(vantage);
    expect(VantageDocument.parse(aVantage())).toEqual(aVantage());
  });

  it.each<[string, object, string]>([
    ["another version", { ...vantage, v: 2 }, "v"],
    ["home, which is no country's vantage", { ...vantage, country: "home" }, "country"],
    ["a provider that is no node", { ...vantage, provider: { id: "x", name: "x" } }, "provider.id"],
    [
      "an image without its digest",
      { ...vantage, image: { url: vantage.image.url } },
      "image.sha3_224",
    ],
    ["a look from nowhere", withLook({ address: "here" }), "looks.0.address"],
    ["a look at another time", withLook({ when: "later" }), "looks.0.when"],
    ["a round trip before it began", withLook({ round_trip_ms: -1 }), "looks.0.round_trip_ms"],
    ["looks that failed, unsaid", { ...vantage, failed_looks: undefined }, "failed_looks"],
    [
      "more failed looks than are kept",
      { ...vantage, failed_looks: new Array(65).fill(vantage.failed_looks[0]) },
      "failed_looks",
    ],
    [
      "a failed look whose code is no code",
      { ...vantage, failed_looks: [{ ...vantage.failed_looks[0], code: "it failed" }] },
      "failed_looks.0.code",
    ],
    ["more looks than are kept", { ...vantage, looks: new Array(33).fill(look) }, "looks"],
    [
      "a distance that was not measured and is said to be 0 m",
      { ...vantage, within_km: "0" },
      "within_km",
    ],
    ["a verdict of its own", { ...vantage, verdict: "certain" }, "verdict"],
    ["a field more", { ...vantage, note: "" }, ""],
  ])("is refused for %s", (_, document, path) => {
    const { error } = VantageDocument.safeParse(document);
    expect(error?.issues[0]?.path.join(".")).toBe(path);
  });

  it("is nested no deeper than a receipt carries", () => {
    expect(depthOf(vantage)).toBe(6);
    const document = vantage as Json;
    const entry = aResult({ vantage: cidOfDocument(document) });
    const log = aLog({ entries: [aKeyEntry(), anIntent(), entry], vantage: document });
    const {
      index: _,
      proof: __,
      leafHash: ___,
      note: ____,
      checkpoint: _____,
      ...extra
    } = readEvidence(log.receiptOf(2));
    expect(ReceiptExtra.parse(extra)).toEqual(extra);
    expect(canonicalBytes(extra.vantage as unknown as Json)).toEqual(canonicalBytes(document));
  });
});

describe("an exchange document", () => {
  it("is accepted as the example has it, and comes back as it was", () => {
    expect(ExchangeDocument.parse(exchange)).toEqual(exchange);
  });

  it("holds no key in its example: the field that carries it says so", () => {
    const sent = exchange.request.headers.filter(([name]) => name === "authorization");
    expect(sent).toEqual([["authorization", "withheld"]]);
  });

  it.each<[string, object, string]>([
    ["a method that no question has", withRequest({ method: "DELETE" }), "request.method"],
    ["a header without a value", withRequest({ headers: [["x"]] }), "request.headers.0"],
    [
      "more headers than are kept",
      withRequest({ headers: new Array(65).fill(["a", "b"]) }),
      "request.headers",
    ],
    ["a body that is no text", withRequest({ body: null }), "request.body"],
    [
      "an answer without its block",
      { ...exchange, response: { ...exchange.response, cid: "x" } },
      "response.cid",
    ],
    ["half a token", { ...exchange, output_tokens: 0.5 }, "output_tokens"],
    [
      "a price without its source",
      { ...exchange, cost: { usd: "1", date: "2026-11-01" } },
      "cost.source",
    ],
    [
      "a price of no day",
      { ...exchange, cost: { usd: "1", source: "x", date: "2026-02-30" } },
      "cost.date",
    ],
    ["a door that there is not", { ...exchange, door: "window" }, "door"],
  ])("is refused for %s", (_, document, path) => {
    const { error } = ExchangeDocument.safeParse(document);
    expect(error?.issues[0]?.path.join(".")).toBe(path);
  });
});
