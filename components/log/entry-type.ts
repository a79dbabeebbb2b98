import type { EntryType } from "@/schemas/log-entry";

/** What an entry of each type is, in a word. */
export const ENTRY_NAMES: Readonly<Record<EntryType | "raw", string>> = {
  raw: "Third-party bytes",
  "beacon.key/v1": "Key registered",
  "beacon.revocation/v1": "Key revoked",
  "beacon.verifier/v1": "Verifier published",
  "beacon.intent/v1": "Job announced",
  "beacon.result/v1": "Response",
  "beacon.failure/v1": "Failure",
  "beacon.withdrawal/v1": "Withdrawal",
  "beacon.session/v1": "Vantage session",
  "beacon.comparison/v1": "Comparison",
  "beacon.attestation/v1": "Attestation",
};
