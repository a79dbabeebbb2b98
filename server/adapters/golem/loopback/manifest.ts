import { z } from "zod";

/** The demand property that carries a computation manifest, base64 of its JSON. */
export const MANIFEST_PROPERTY = "golem.srv.comp.payload";

/** The longest manifest that is read, in base64. */
const MAX_BASE64 = 200_000;

const text = z.string().max(2_000);
const urls = z.array(z.url().max(300)).min(1).max(200);

const Out = z.union([
  z.strictObject({ protocols: z.array(text).max(20), urls }),
  z.strictObject({
    protocols: z.array(text).max(20),
    unrestricted: z.strictObject({ urls: z.literal(true) }),
  }),
]);

/** A computation manifest, version 0.1.0 (Golem's GAP-5 and GAP-4). Nothing that it does not name may stand in it. */
const ManifestDocument = z.strictObject({
  version: z.literal("0.1.0"),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  metadata: z
    .strictObject({
      name: text,
      version: text,
      description: text.optional(),
      authors: z.array(text).max(20).optional(),
      homepage: text.nullable().optional(),
    })
    .optional(),
  payload: z
    .array(
      z.strictObject({
        platform: z
          .strictObject({ arch: text, os: text, osVersion: text.nullable().optional() })
          .optional(),
        urls,
        hash: z.string().regex(/^sha3:[0-9a-f]{56}$/),
      }),
    )
    .min(1)
    .max(10),
  compManifest: z.strictObject({
    version: z.literal("0.1.0"),
    script: z
      .strictObject({
        commands: z.array(text).max(100),
        match: z.enum(["strict", "regex"]).optional(),
      })
      .optional(),
    net: z.strictObject({ inet: z.strictObject({ out: Out.optional() }).optional() }).optional(),
  }),
});

/** One place on the internet that a manifest asks for. */
export type OutboundTarget = { readonly host: string; readonly port: number };

/** What providers heed of a computation manifest. */
export type Manifest = {
  /** Null: nothing on the internet. */
  readonly out: readonly OutboundTarget[] | "unrestricted" | null;
};

/** Reads the manifest of a demand. Null: it has none. A string: it cannot be read, and why. */
export function manifestOf(
  properties: Readonly<Record<string, unknown>>,
): Manifest | string | null {
  const base64 = properties[MANIFEST_PROPERTY];
  if (base64 === undefined) return null;
  if (typeof base64 !== "string" || base64.length > MAX_BASE64) return "it is no base64 text";
  try {
    const json: unknown = JSON.parse(Buffer.from(base64, "base64").toString());
    const parsed = ManifestDocument.safeParse(json);
    if (!parsed.success) return z.prettifyError(parsed.error);
    const out = parsed.data.compManifest.net?.inet?.out;
    if (out === undefined) return { out: null };
    return { out: "urls" in out ? out.urls.map(targetOf) : "unrestricted" };
  } catch {
    return "it is no JSON";
  }
}

const PORTS: Readonly<Record<string, number>> = { "https:": 443, "http:": 80 };

function targetOf(url: string): OutboundTarget {
  const { hostname: host, port, protocol } = new URL(url);
  return { host, port: port === "" ? (PORTS[protocol] ?? 443) : Number(port) };
}
