import type { ExchangeDocument } from "@/schemas/evidence";
import { canonicalBytes } from "@/server/domain/digest";

/** What makes an exchange's document, apart from its name. */
export type ExchangeFacts = Omit<ExchangeDocument, "v" | "type">;

/** The document of one exchange. */
export const exchangeDocumentOf = (facts: ExchangeFacts): ExchangeDocument => ({
  v: 1,
  type: "beacon.exchange/v1",
  ...facts,
});

/** Its RFC 8785 bytes: the block that the entry names. @throws BeaconError CANONICAL_UNSUPPORTED_VALUE */
export const exchangeBytesOf = (document: ExchangeDocument): Uint8Array => canonicalBytes(document);
