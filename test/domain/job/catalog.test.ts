import { describe, expect, it } from "vitest";
import { CountryCode } from "@/schemas/country";
import { JobSpec, ServiceRef } from "@/schemas/job-spec";
import { Instant } from "@/schemas/primitives";
import type { ServiceView } from "@/schemas/service";
import { catalogOf, type Installation } from "@/server/domain/job/catalog";

const DAY = "2026-11-22";
const aView = (fields: Partial<ServiceView> = {}): ServiceView => ({
  id: "openai",
  name: "OpenAI",
  dialect: "openai",
  base_url: "https://api.openai.com/v1",
  door: "exit",
  models: [{ name: "gpt-5-mini" }],
  requests_per_minute: 60,
  concurrency: 4,
  is_simulated: false,
  has_key: true,
  key_since: Instant.parse("2026-11-22T12:00:00.000Z"),
  paused_until: null,
  pause_reason: null,
  ...fields,
});
const ollama = aView({
  id: "ollama",
  dialect: "openai-compatible",
  base_url: "http://127.0.0.1:11434/v1",
  door: "home",
  models: [{ name: "llama3.2:1b" }, { name: "llama3.2-1b" }],
  has_key: false,
  key_since: null,
});
const here = (fields: Partial<Installation> = {}): Installation => ({
  models: [{ id: "control-open", description: "Alike everywhere." }],
  services: [aView(), ollama],
  countries: [CountryCode.parse("DE")],
  areProvidersKnown: true,
  limits: { glm: "5", usd: "5" },
  images: null,
  simulated: true,
  ...fields,
});
const obstacles = (fields: Partial<Installation>) =>
  catalogOf(here(fields), DAY).services.map(({ obstacle }) => obstacle?.code ?? null);

describe("the catalogue", () => {
  it("names every model of every service once, in the spec's alphabet", () => {
    const { services } = catalogOf(here(), DAY);
    expect(services.map(({ ref }) => ref.id)).toEqual([
      "control-open",
      "openai-gpt-5-mini",
      "ollama-llama3-2-1b",
      "ollama-llama3-2-1b-2",
    ]);
    for (const { ref } of services) expect(ServiceRef.parse(ref)).toEqual(ref);
    expect(services[2]?.ref).toMatchObject({
      door: "home",
      model: "llama3.2:1b",
      api: { connection: "ollama", base_url: "http://127.0.0.1:11434/v1" },
    });
  });

  it("keeps long names apart", () => {
    const models = ["a", "b"].map((end) => ({ id: `${"m".repeat(70)}${end}`, description: null }));
    const { services } = catalogOf(here({ models, services: [] }), DAY);
    const ids = services.map(({ ref }) => ref.id);
    expect(new Set(ids).size).toBe(2);
    for (const { ref } of services) expect(ServiceRef.safeParse(ref).success).toBe(true);
  });

  it("says what is paid, and how", () => {
    const price = {
      input_usd_per_mtok: "0.25",
      output_usd_per_mtok: "2",
      source: "the vendor's page",
      date: DAY,
    };
    const priced = aView({ models: [{ name: "gpt-5-mini", price }] });
    const [control, vendor, local] = catalogOf(here({ services: [priced, ollama] }), DAY).services;
    expect(control?.charge).toBe("in-glm");
    expect(vendor?.charge).toMatchObject({ inputUsd: "0.25", outputUsd: "2" });
    expect(local?.charge).toBeNull();
  });

  it("says how often a connection may be asked, and nothing of that where nothing limits it", () => {
    const slow = aView({ requests_per_minute: 7 });
    const { services } = catalogOf(here({ services: [slow] }), DAY);
    expect(services.map(({ perMinute }) => perMinute)).toEqual([null, 7]);
  });

  it("says what keeps a service from being asked, and keeps nothing else back", () => {
    const services = [
      aView({ has_key: false, key_since: null }),
      aView({ paused_until: Instant.parse("2026-11-22T13:00:00.000Z") }),
      { ...ollama, models: [{ name: "llama" }] },
    ];
    expect(obstacles({ services })).toEqual([null, "SERVICE_KEY_MISSING", "SERVICE_PAUSED", null]);
  });

  it("wants an image for what runs in rented machines, on a real network only", () => {
    const exit = { url: "https://images.example/exit.gvmi", sha3_224: "0".repeat(56) };
    expect(JobSpec.shape.images.safeParse({ exit }).success).toBe(true);
    const services = [aView(), { ...ollama, models: [{ name: "llama" }] }];
    expect(obstacles({ services, images: { exit } })).toEqual([
      "JOB_SPEC_IMAGE_UNKNOWN",
      null,
      null,
    ]);
    expect(obstacles({ services, images: {} })[1]).toBe("JOB_SPEC_IMAGE_UNKNOWN");
  });

  it("hands out what it lists, and nothing else that it is given", () => {
    const more = { ...here(), sessionSecret: "secret" };
    expect(Object.keys(catalogOf(more, DAY)).sort()).toEqual([
      "areProvidersKnown",
      "countries",
      "images",
      "limits",
      "services",
      "simulated",
    ]);
  });
});
