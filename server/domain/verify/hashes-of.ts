import { fromBase64 } from "@/server/domain/bytes";

/** The hashes of a proof that stands in a receipt's extra as base64. */
export const hashesOf = (proof: readonly string[]): readonly Uint8Array[] =>
  proof.map((hash) => fromBase64(hash) ?? new Uint8Array());
