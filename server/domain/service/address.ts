import type { ServiceRef } from "@/schemas/job-spec";
import type { ServiceSettings } from "@/schemas/service";

/** Where a service's key goes, and how. A key is entered for one such address and belongs to no other. */
export type ServiceAddress = Pick<ServiceSettings, "id" | "dialect" | "door" | "base_url">;

/** A service that is asked with a key, as a job spec names it. */
export type KeyedServiceRef = Extract<ServiceRef, { api: unknown }>;

/** The address that a job spec froze when the job was submitted. */
export const addressOf = ({ door, api }: KeyedServiceRef): ServiceAddress => ({
  id: api.connection,
  dialect: api.dialect,
  door,
  base_url: api.base_url,
});

/** Whether two addresses are one. To the letter: another path of a host may be another's. */
export const isSameAddress = (one: ServiceAddress, other: ServiceAddress): boolean =>
  one.id === other.id &&
  one.dialect === other.dialect &&
  one.door === other.door &&
  one.base_url === other.base_url;
