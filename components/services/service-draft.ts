import type { ServiceSettings, ServiceView } from "@/schemas/service";
import { VENDOR_BASE_URLS } from "@/server/domain/service/base-url";

/** A model as it is being typed. `key` only tells rows apart. */
export type ModelDraft = {
  readonly key: number;
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly source: string;
  readonly date: string;
};

/** What the form holds, as typed. Numbers stay strings until the settings are made. */
export type ServiceDraft = {
  readonly id: string;
  readonly name: string;
  readonly dialect: ServiceSettings["dialect"];
  readonly baseUrl: string;
  readonly door: ServiceSettings["door"];
  readonly perMinute: string;
  readonly concurrency: string;
  readonly models: readonly ModelDraft[];
};

export const emptyModel = (key: number): ModelDraft => ({
  key,
  name: "",
  input: "",
  output: "",
  source: "",
  date: "",
});

/** What one starts from: a vendor's service within the limits of a small account. */
const EMPTY: ServiceDraft = {
  id: "",
  name: "",
  dialect: "openai",
  baseUrl: VENDOR_BASE_URLS.openai,
  door: "exit",
  perMinute: "60",
  concurrency: "4",
  models: [emptyModel(0)],
};

/** The draft that a known service is changed from; null: of a new one. */
export function draftOf(service: ServiceView | null): ServiceDraft {
  if (service === null) return EMPTY;
  return {
    id: service.id,
    name: service.name,
    dialect: service.dialect,
    baseUrl: service.base_url,
    door: service.door,
    perMinute: String(service.requests_per_minute),
    concurrency: String(service.concurrency),
    models: service.models.map(({ name, price }, key) => ({
      key,
      name,
      input: price?.input_usd_per_mtok ?? "",
      output: price?.output_usd_per_mtok ?? "",
      source: price?.source ?? "",
      date: price?.date ?? "",
    })),
  };
}

const vendorUrlOf = (dialect: ServiceDraft["dialect"]): string =>
  dialect === "openai-compatible" ? "" : VENDOR_BASE_URLS[dialect];

/** Another dialect; its vendor's address comes along, unless somebody typed one of their own. */
export function withDialect(draft: ServiceDraft, dialect: ServiceDraft["dialect"]): ServiceDraft {
  const isOwn = draft.baseUrl !== "" && draft.baseUrl !== vendorUrlOf(draft.dialect);
  return { ...draft, dialect, baseUrl: isOwn ? draft.baseUrl : vendorUrlOf(dialect) };
}

/** Whether anything of a price was typed: then all of it is wanted. */
export const hasPrice = ({ input, output, source, date }: ModelDraft): boolean =>
  [input, output, source, date].some((text) => text.trim() !== "");

/** The draft as what is sent. What is wrong with it, the server says. */
export const settingsFrom = (draft: ServiceDraft): ServiceSettings => ({
  id: draft.id.trim(),
  name: draft.name.trim(),
  dialect: draft.dialect,
  base_url: draft.baseUrl.trim(),
  door: draft.door,
  models: draft.models.map((model) => ({
    name: model.name.trim(),
    ...(hasPrice(model)
      ? {
          price: {
            input_usd_per_mtok: model.input.trim(),
            output_usd_per_mtok: model.output.trim(),
            source: model.source.trim(),
            date: model.date,
          },
        }
      : {}),
  })),
  requests_per_minute: Number(draft.perMinute),
  concurrency: Number(draft.concurrency),
});
