import type { Dialect } from "@/schemas/job-spec";
import type { Amount } from "@/schemas/primitives";

/** What a service charges for a million tokens, in US dollars, and who says so. */
export type Price = {
  readonly inputUsd: Amount;
  /** The dearest that an input token can be: what a service takes for one that it puts into its cache by itself. */
  readonly inputAtMostUsd: Amount;
  readonly outputUsd: Amount;
  readonly source: string;
  /** A day, `2026-10-07`, on or after which the source was seen to say so. */
  readonly date: string;
};

/** What the installation itself says that a model costs; 0 for an endpoint that costs nothing. */
export type OwnPrice = {
  readonly inputUsd: Amount;
  readonly outputUsd: Amount;
  /** Where that stands, as whoever entered it says. */
  readonly source: string;
  /** The day on which it was entered. */
  readonly date: string;
};

/** Which model of which service is asked, and when. */
export type PricedModel = {
  readonly dialect: Dialect;
  readonly baseUrl: string;
  readonly model: string;
  /** The day of the question, UTC, `2026-11-22`. */
  readonly day: string;
};

type Row = readonly [
  model: string,
  inputUsd: Amount,
  outputUsd: Amount,
  date: string,
  more?: { readonly cacheWriteUsd?: Amount; readonly lastDay?: string },
];

type Vendor = { readonly origin: string; readonly source: string; readonly rows: readonly Row[] };

/**
 * List prices of the standard tier, for prompts as short as a job's: the higher prices that some models
 * have for prompts of more than 100,000 tokens can never apply. Where a page was seen without its day,
 * `date` is the day of the newest thing that it mentions. Models whose price could not be found on, or
 * word for word out of, the vendor's own page are not here: unknown is null, and the installation says it.
 */
const VENDORS: Readonly<Record<Exclude<Dialect, "openai-compatible">, Vendor>> = {
  openai: {
    origin: "https://api.openai.com",
    source: "OpenAI API pricing, https://developers.openai.com/api/docs/pricing",
    rows: [
      ["gpt-6-sol", "2", "10", "2026-09-30", { cacheWriteUsd: "2.5" }],
      ["gpt-5.6-luna", "0.2", "1.2", "2026-08-01", { cacheWriteUsd: "0.25" }],
    ],
  },
  anthropic: {
    origin: "https://api.anthropic.com",
    source: "Claude pricing, https://platform.claude.com/docs/en/about-claude/pricing",
    rows: [
      ["claude-fable-5-1", "10", "50", "2026-10-07"],
      ["claude-opus-5-5", "4", "20", "2026-10-07"],
      ["claude-opus-5", "5", "25", "2026-10-07"],
      ["claude-sonnet-5-5", "2", "10", "2026-10-07"],
      ["claude-haiku-5-5", "0.1", "0.5", "2026-10-24"],
      ["claude-sonnet-5", "2", "10", "2026-09-29"],
      ["claude-haiku-4-5", "1", "5", "2026-09-29"],
      ["claude-sonnet-4-6", "3", "15", "2026-09-29"],
      ["claude-opus-4-6", "5", "25", "2026-09-22"],
      ["claude-opus-4-5", "5", "25", "2026-02-17"],
      ["claude-sonnet-4-5", "3", "15", "2026-02-17"],
      ["claude-opus-4-1", "15", "75", "2026-02-17"],
    ],
  },
  google: {
    origin: "https://generativelanguage.googleapis.com",
    source: "Gemini Developer API pricing, https://ai.google.dev/gemini-api/docs/pricing",
    rows: [
      ["gemini-3.8-flash", "0.75", "3.75", "2026-10-07", { lastDay: "2026-12-31" }],
      ["gemini-3.8-flash", "1.5", "7.5", "2026-10-07"],
      ["gemini-3.5-flash", "1.5", "9", "2026-10-07"],
      ["gemini-3.5-flash-lite", "0.3", "2.5", "2026-10-07"],
      ["gemini-3.1-pro-preview", "2", "12", "2026-10-07"],
      ["gemini-2.5-pro", "1.25", "10", "2026-07-01"],
      ["gemini-2.5-flash", "0.3", "2.5", "2026-07-01"],
      ["gemini-2.5-flash-lite", "0.1", "0.4", "2026-07-01"],
    ],
  },
};

/**
 * What a model costs, or null: not known. The installation's own word comes first. The vendors' list
 * prices hold for the vendor's own host and for exactly the model's name: a reseller, a region's host
 * or a dated snapshot may cost something else. An endpoint at home costs nothing only when the
 * installation says so.
 */
export function priceOf(
  { dialect, baseUrl, model, day }: PricedModel,
  own: ReadonlyMap<string, OwnPrice>,
): Price | null {
  const said = own.get(model);
  if (said !== undefined) return { ...said, inputAtMostUsd: said.inputUsd };
  if (dialect === "openai-compatible") return null;
  const { origin, source, rows } = VENDORS[dialect];
  if (new URL(baseUrl).origin !== origin) return null;
  const row = rows.find(
    ([name, , , , more]) => name === model && (more?.lastDay === undefined || day <= more.lastDay),
  );
  if (row === undefined) return null;
  const [, inputUsd, outputUsd, date, more] = row;
  return { inputUsd, inputAtMostUsd: more?.cacheWriteUsd ?? inputUsd, outputUsd, source, date };
}

/** The built-in list, as the methodology and the composer show it. */
export const listPrices = (): readonly (Price & {
  readonly dialect: Dialect;
  readonly model: string;
  /** The last day on which it holds; null: no end was announced. */
  readonly lastDay: string | null;
})[] =>
  (["openai", "anthropic", "google"] as const).flatMap((dialect) =>
    VENDORS[dialect].rows.map(([model, inputUsd, outputUsd, date, more]) => ({
      dialect,
      model,
      inputUsd,
      inputAtMostUsd: more?.cacheWriteUsd ?? inputUsd,
      outputUsd,
      source: VENDORS[dialect].source,
      date,
      lastDay: more?.lastDay ?? null,
    })),
  );
