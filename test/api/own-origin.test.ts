import { expect, it } from "vitest";
import { refuseForeignOrigin } from "@/server/api/own-origin";

const PUBLIC = "https://beacon.example/";
const send = (method: string, headers: Record<string, string>) => () =>
  refuseForeignOrigin(new Request("http://127.0.0.1:3000/api/trpc/x", { method, headers }), PUBLIC);

it.each<[string, Record<string, string>]>([
  ["no page at all, as programs do", { host: "127.0.0.1:3000" }],
  ["our page at its public address", { origin: "https://beacon.example", host: "internal:3000" }],
  ["our page where it is served", { origin: "http://127.0.0.1:3000", host: "127.0.0.1:3000" }],
])("what acts may come from %s", (_, headers) => {
  expect(send("POST", headers)).not.toThrow();
});

it.each<[string, Record<string, string>]>([
  ["another site", { origin: "https://evil.example", host: "beacon.example" }],
  ["a page without an origin", { origin: "null", host: "beacon.example" }],
  ["our name on another port", { origin: "https://beacon.example:8443", host: "beacon.example" }],
  ["our name without encryption", { origin: "http://beacon.example", host: "internal:3000" }],
  ["a longer name", { origin: "https://beacon.example.evil", host: "beacon.example" }],
  ["nowhere that is written down", { origin: "", host: "beacon.example" }],
])("what acts may not come from %s; what only reads may", (_, headers) => {
  for (const method of ["POST", "PUT", "DELETE"])
    expect(send(method, headers)).toThrow(expect.objectContaining({ code: "ORIGIN_REFUSED" }));
  for (const method of ["GET", "HEAD"]) expect(send(method, headers)).not.toThrow();
});
