import { counted } from "@/components/ui/count";
import type { ProviderView } from "@/schemas/snapshot";

/** What went wrong with a provider, in plain words, once and more often. */
const FAILURES: Readonly<Record<string, readonly [one: string, many: string]>> = {
  "rejected-proposal": ["proposal turned down by it", "proposals turned down by it"],
  "outbound-refused": [
    "refusal of the services’ addresses by its rules",
    "refusals of the services’ addresses by its rules",
  ],
  "agreement-failed": ["agreement that did not come about", "agreements that did not come about"],
  "activity-failed": ["machine that did not start", "machines that did not start"],
  overpriced: ["offer above the price limit", "offers above the price limit"],
  "bill-rejected": ["bill that was refused", "bills that were refused"],
  mismatch: ["exit that came out in another country", "exits that came out in another country"],
  lost: ["lost session", "lost sessions"],
};

/** `2 bills that were refused`. */
export function failureWords(kind: string, count: number): string {
  const [one, many] = FAILURES[kind] ?? [kind, kind];
  return counted(count, one, many);
}

/** What a last contact was. */
const CONTACTS: Readonly<Record<string, string>> = {
  "rejected-proposal": "it turned a proposal down",
  "outbound-refused": "its rules refused the services’ addresses",
  "agreement-failed": "an agreement did not come about",
  "activity-failed": "its machine did not start",
  overpriced: "its offer was above the price limit",
  "bill-rejected": "a bill of it was refused",
  rented: "it was rented",
  settled: "a session settled",
  lost: "a session was lost",
  verified: "its exit was verified",
  "observed-only": "its exit was observed only",
  mismatch: "its exit came out in another country",
  unverifiable: "its exit could not be checked",
};

/** What happened at a contact, as the end of a sentence. */
export const contactWords = (event: string): string => CONTACTS[event] ?? event;

/** Where the page of providers tells of one. */
export const providerHref = (id: ProviderView["id"]): string => `/providers#${id}`;
