import { type CountryCode, HOME, type Place } from "@/schemas/country";
import type { JobId } from "@/schemas/primitives";

/** What is put on a queue to ask for one session. */
export type SessionMessage =
  | {
      readonly queue: "vantage.session";
      readonly payload: {
        readonly jobId: JobId;
        readonly country: CountryCode;
        readonly slot: number;
      };
    }
  | { readonly queue: "home.session"; readonly payload: { readonly jobId: JobId } };

/** The message that asks for a session of one job in one place. At home there is one slot. */
export const sessionMessage = (jobId: JobId, place: Place, slot: number): SessionMessage =>
  place === HOME
    ? { queue: "home.session", payload: { jobId } }
    : { queue: "vantage.session", payload: { jobId, country: place, slot } };
