import type { KeyEntry } from "@/schemas/log-entry";
import type { LogStore } from "@/server/adapters/db/log-store";
import type { Signer } from "@/server/adapters/keys/key-store";
import { base64 } from "@/server/domain/bytes";
import { fileEntry } from "@/server/domain/log/filing";
import { instantOf } from "@/server/domain/time";

export type RegisterRunnerDeps = {
  readonly log: Pick<LogStore, "firstOfKind" | "pending" | "file">;
  readonly logKey: Signer;
  readonly runner: Signer;
  readonly origin: string;
  readonly now: () => Date;
};

/**
 * Files the registration of the runner's key, the log's first entry, unless it is there. Signed by
 * the log's own key: a reader's trust starts from that one.
 */
export async function registerRunner(deps: RegisterRunnerDeps): Promise<void> {
  if ((await deps.log.firstOfKind("beacon.key/v1", null)) !== null) return;
  if ((await deps.log.pending(1))[0]?.kind === "beacon.key/v1") return;
  const entry: KeyEntry = {
    v: 1,
    type: "beacon.key/v1",
    at: instantOf(deps.now()),
    key: deps.runner.keyId,
    role: "runner",
    algorithm: "ed25519",
    public_key: base64(deps.runner.publicKey),
  };
  await deps.log.file([
    fileEntry(entry, deps.origin, { keyId: deps.origin, sign: deps.logKey.sign }),
  ]);
}
