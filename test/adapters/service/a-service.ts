import type { ServiceSettings } from "@/schemas/service";

/** A service that jobs can ask. */
export const aService = (fields: Partial<ServiceSettings> = {}): ServiceSettings => ({
  id: "vendor",
  name: "A vendor",
  dialect: "openai",
  base_url: "https://api.vendor.example/v1",
  door: "exit",
  models: [{ name: "model-a" }],
  requests_per_minute: 600,
  concurrency: 4,
  ...fields,
});
