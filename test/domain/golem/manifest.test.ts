import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { fromBase64, fromUtf8, hex } from "@/server/domain/bytes";
import { buildManifest } from "@/server/domain/golem/manifest";

const OPTIONS = {
  image: { url: "https://images.example/exit.gvmi", sha3_224: "a".repeat(56) },
  origins: ["https://api.b.example", "https://api.a.example:8443", "https://api.b.example/v1"],
  commands: ["run /golem/bin/exit-door -background -allow api.b.example:443"],
  createdAt: new Date("2026-11-22T12:00:00.000Z"),
  expiresAt: new Date("2026-11-22T13:00:00.000Z"),
};

it("has the form of version 0.1.0, each origin once, with its port where that is not 443", () => {
  expect(buildManifest(OPTIONS).document).toEqual({
    version: "0.1.0",
    createdAt: "2026-11-22T12:00:00.000Z",
    expiresAt: "2026-11-22T13:00:00.000Z",
    metadata: {
      name: "beacon",
      version: "1.0.0",
      description: "Asks AI services from this provider's country.",
      authors: [],
      homepage: null,
    },
    payload: [
      {
        platform: { arch: "x86_64", os: "linux" },
        urls: ["https://images.example/exit.gvmi"],
        hash: `sha3:${"a".repeat(56)}`,
      },
    ],
    compManifest: {
      version: "0.1.0",
      script: { commands: OPTIONS.commands, match: "strict" },
      net: {
        inet: {
          out: {
            protocols: ["https"],
            urls: ["https://api.a.example:8443", "https://api.b.example"],
          },
        },
      },
    },
  });
});

it("names http where an echo service is asked without TLS", () => {
  const { document } = buildManifest({ ...OPTIONS, origins: ["http://127.0.0.1:7465/echo"] });
  expect(document).toMatchObject({
    compManifest: {
      net: { inet: { out: { protocols: ["http"], urls: ["http://127.0.0.1:7465"] } } },
    },
  });
});

it("is the same bytes whatever the order of its origins, and its hash is over the bytes sent", () => {
  const { payload, sha256 } = buildManifest(OPTIONS);
  const turned = buildManifest({ ...OPTIONS, origins: [...OPTIONS.origins].reverse() });
  expect(turned.payload).toBe(payload);
  const bytes = fromBase64(payload) ?? new Uint8Array();
  expect(hex(sha256)).toBe(createHash("sha256").update(bytes).digest("hex"));
  expect(JSON.parse(fromUtf8(bytes) ?? "")).toEqual(buildManifest(OPTIONS).document);
});
