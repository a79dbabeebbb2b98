import { failureCodeOf } from "@/server/domain/health/pulse";
import type { Metrics } from "@/server/meters";

/** Counts a report that was filed, was known already, or was refused with a code. */
export async function measureFiling<T extends { readonly isNew: boolean }>(
  { of }: Metrics,
  filing: Promise<T>,
): Promise<T> {
  try {
    const filed = await filing;
    of.attestations.add({ outcome: filed.isNew ? "filed" : "known" });
    return filed;
  } catch (error) {
    of.attestations.add({ outcome: failureCodeOf(error) });
    throw error;
  }
}
