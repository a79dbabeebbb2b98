import { randomBytes } from "node:crypto";

/**
 * A secret that is planted so that one may look for it. Its core is letters and digits, which no
 * escaping changes: whoever looks for the core finds the secret in plain text, in JSON however often
 * escaped, and in a URL.
 */
export type Canary = { readonly secret: string; readonly forms: readonly Buffer[] };

/** The beginnings of a 3-byte group that a secret may come after: base64 differs with them. */
const OFFSETS = [0, 1, 2] as const;

/** A secret of letters, digits, hyphens and underscores that was made elsewhere, as a canary. */
export const canaryOf = (secret: string): Canary => ({ secret, forms: formsOf(secret) });

/** A new canary, with signs around its core that JSON and URLs write differently. */
export function aCanary(): Canary {
  const core = `canary${randomBytes(12).toString("hex")}Z`;
  return { secret: `sk-"\\/+${core}=&%`, forms: formsOf(core) };
}

/** How a text of letters and digits may be written: as it is, in hex, in base64 wherever it begins. */
function formsOf(core: string): readonly Buffer[] {
  const hex = Buffer.from(core).toString("hex");
  const texts = [core, core.toUpperCase(), hex, hex.toUpperCase()];
  for (const before of OFFSETS) {
    const text = Buffer.concat([Buffer.alloc(before), Buffer.from(core)]).toString("base64");
    // The first and the last group may hold bits of what stands beside it.
    const inner = text.slice(before === 0 ? 0 : 4, -4);
    texts.push(inner);
  }
  return texts.map((text) => Buffer.from(text));
}

/** Whether a canary is in these bytes in any of its forms. */
export const holds = (bytes: Uint8Array | string, { forms }: Canary): boolean => {
  const all =
    typeof bytes === "string"
      ? Buffer.from(bytes)
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return forms.some((form) => all.includes(form));
};

/** Bytes that come in pieces: a canary is found even where one piece ends in the middle of it. */
export class CanaryWatch {
  readonly #canaries: Readonly<Record<string, Canary>>;
  readonly #tails = new Map<string, Buffer>();
  readonly #found = new Set<string>();
  readonly #tailBytes: number;

  constructor(canaries: Readonly<Record<string, Canary>>) {
    this.#canaries = canaries;
    const lengths = Object.values(canaries).flatMap(({ forms }) => forms.map((f) => f.length));
    this.#tailBytes = Math.max(...lengths) - 1;
  }

  /** @param channel pieces of one channel follow each other. */
  take(channel: string, bytes: Uint8Array): void {
    const all = Buffer.concat([this.#tails.get(channel) ?? Buffer.alloc(0), bytes]);
    for (const [name, canary] of Object.entries(this.#canaries))
      if (holds(all, canary)) this.#found.add(`${name} in ${channel}`);
    this.#tails.set(channel, Buffer.from(all.subarray(-this.#tailBytes)));
  }

  /** Which canary was seen where, as `<name> in <channel>`. */
  get found(): readonly string[] {
    return [...this.#found].sort();
  }
}
