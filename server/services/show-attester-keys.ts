import type { AttesterKeyView } from "@/schemas/attestation-view";
import type { AttesterKeyStore } from "@/server/adapters/db/attester-key-store";
import type { LogStore } from "@/server/adapters/db/log-store";
import { keyView } from "@/server/domain/attest/key-view";

export type ShowAttesterKeysDeps = {
  readonly attesterKeys: Pick<AttesterKeyStore, "ofAccount">;
  readonly log: Pick<LogStore, "state">;
};

/** The keys that an account enrolled, newest first. */
export async function showAttesterKeys(
  deps: ShowAttesterKeysDeps,
  accountId: string,
): Promise<readonly AttesterKeyView[]> {
  const keys = await deps.attesterKeys.ofAccount(accountId);
  const { publishedSize } = await deps.log.state();
  return keys.map((key) => keyView(key, publishedSize));
}
