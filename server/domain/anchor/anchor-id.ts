import type { AnchorId, AnchorKind } from "@/schemas/anchor";
import { base32 } from "@/server/domain/bytes";
import { canonicalBytes } from "@/server/domain/digest";
import { sha256 } from "@/server/domain/sha256";

/** What makes two anchors the same anchor: who was asked, and about which size of the log. */
export type AnchorKey = {
  readonly kind: AnchorKind;
  /** The URL that is asked. */
  readonly service: string;
  readonly size: number;
};

/** The same service is asked about the same size once, so the id follows from both. */
export const anchorIdOf = ({ kind, service, size }: AnchorKey): AnchorId =>
  `anc-${base32(sha256(canonicalBytes({ kind, service, size })).slice(0, 16))}` as AnchorId;
