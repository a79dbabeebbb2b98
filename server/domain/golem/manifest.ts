import type { ImagePin } from "@/schemas/job-spec";
import { base64, fromHex, utf8 } from "@/server/domain/bytes";
import { digestOfBytes, type Json } from "@/server/domain/digest";

export type ManifestOptions = {
  /** What the machine runs. */
  readonly image: ImagePin;
  /** `http(s)://host` or with a port: all that the machine may reach on the internet. */
  readonly origins: readonly string[];
  /** The exact lines that are run in the machine: `run /path arguments`. Anything else is refused. */
  readonly commands: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
};

/** A manifest as it is sent, and what is kept of it as evidence. */
export type ComputationManifest = {
  readonly document: Json;
  /** The document's bytes in base64: the demand property `golem.srv.comp.payload`. */
  readonly payload: string;
  /** sha256 over the document's bytes, 32 bytes. */
  readonly sha256: Uint8Array;
};

/**
 * A computation manifest, version 0.1.0 (Golem's GAP-4 and GAP-5): what a provider decides on before it
 * lets a machine out to the internet, and enforces afterwards.
 *
 * Hosts are listed each with its port where that is not 443, sorted and once, so that the same order
 * gives the same bytes. Commands must match as they stand: a regular expression could be extended.
 */
export function buildManifest(options: ManifestOptions): ComputationManifest {
  const { image, commands, createdAt, expiresAt } = options;
  const urls = [...new Set(options.origins.map(originOf))].sort();
  const protocols = [...new Set(urls.map((url) => url.slice(0, url.indexOf(":"))))].sort();
  const document = {
    version: "0.1.0",
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
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
        urls: [image.url],
        hash: `sha3:${image.sha3_224}`,
      },
    ],
    compManifest: {
      version: "0.1.0",
      script: { commands, match: "strict" },
      net: { inet: { out: { protocols, urls } } },
    },
  } as const satisfies Json;
  const bytes = utf8(JSON.stringify(document));
  return { document, payload: base64(bytes), sha256: hashOf(bytes) };
}

/** Scheme, host and port of a URL; ports that the scheme implies are left out, all others stand. */
const originOf = (url: string): string => new URL(url).origin;

const hashOf = (bytes: Uint8Array): Uint8Array =>
  fromHex(digestOfBytes(bytes).slice("sha256:".length));
