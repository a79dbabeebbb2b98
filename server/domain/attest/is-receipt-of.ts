import type { ReviewSubject } from "@/schemas/attestation-view";
import type { Facts } from "@/server/domain/verify/report";

/**
 * Whether a receipt is of the very comparison that is under review. The portal names the subject; what an
 * attester signs about it has to stand in the receipt too, or a portal could have them sign of something else.
 */
export const isReceiptOf = (
  { entry, index, origin }: Pick<Facts, "entry" | "index" | "origin">,
  subject: ReviewSubject,
): boolean =>
  entry.type === "beacon.comparison/v1" &&
  entry.comparison === subject.comparison &&
  entry.job === subject.job &&
  entry.cid === subject.comparisonCid &&
  entry.intent === subject.intent &&
  entry.simulated === subject.simulated &&
  index === BigInt(subject.comparisonIndex) &&
  origin === subject.log;
