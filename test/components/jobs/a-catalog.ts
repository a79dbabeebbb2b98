import { CountryCode } from "@/schemas/country";
import { Instant } from "@/schemas/primitives";
import type { ModelPrice, ServiceView } from "@/schemas/service";
import { type Catalog, catalogOf, type Installation } from "@/server/domain/job/catalog";

const price = (usd: string): ModelPrice => ({
  input_usd_per_mtok: usd,
  output_usd_per_mtok: usd,
  source: "a test",
  date: "2026-11-22",
});
const aView = (fields: Partial<ServiceView>): ServiceView => ({
  id: "vendor",
  name: "A vendor",
  dialect: "openai",
  base_url: "https://api.vendor.example/v1",
  door: "exit",
  models: [{ name: "model-a", price: price("1") }],
  requests_per_minute: 60,
  concurrency: 4,
  is_simulated: false,
  has_key: true,
  key_since: Instant.parse("2026-11-22T12:00:00.000Z"),
  paused_until: null,
  pause_reason: null,
  ...fields,
});

/** The ids under which the catalogue has them: `vendor-model-a`, `claude-model-c`, `ollama-llama` and so on. */
const SERVICES: readonly ServiceView[] = [
  aView({}),
  aView({ id: "claude", dialect: "anthropic", models: [{ name: "model-c", price: price("2") }] }),
  aView({ id: "keyless", has_key: false, key_since: null }),
  aView({
    id: "resting",
    paused_until: Instant.parse("2026-11-22T13:00:00.000Z"),
    pause_reason: "It failed 5 times in a row.",
  }),
  aView({ id: "unpriced", models: [{ name: "model-u" }] }),
  aView({
    id: "ollama",
    dialect: "openai-compatible",
    base_url: "http://127.0.0.1:11434/v1",
    door: "home",
    models: [{ name: "llama", price: price("0") }],
    has_key: false,
    key_since: null,
  }),
];

/** What an installation on the loopback network offers, with one service of every kind. */
export const aCatalog = (fields: Partial<Installation> = {}): Catalog =>
  catalogOf(
    {
      models: [
        { id: "control-open", description: "Alike everywhere." },
        { id: "control-regional", description: "Has habits." },
      ],
      services: SERVICES,
      countries: ["DE", "KE", "BR"].map((code) => CountryCode.parse(code)),
      areProvidersKnown: true,
      limits: { glm: "5", usd: "5" },
      images: null,
      simulated: true,
      ...fields,
    },
    "2026-11-22",
  );
