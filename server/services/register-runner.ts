import type { KeyEntry } from "@/schemas/log-entry";
import type { LogStore } from "@/server/adapters/db/log-store";
import type { Signer } from "@/server/adapters/keys/key-store";
import { base64 } from "@/server/domain/bytes";
import { fileEntry } from "@/server/domain/log/filing";
import { readEntry } from "@/server/domain/log/read-entry";
import { instantOf } from "@/server/domain/time";

export type RegisterRunnerDeps = {
  readonly log: Pick<LogStore, "ofKind" | "pending" | "file">;
  readonly logKey: Signer;
  readonly runner: Signer;
  readonly origin: string;
  readonly now: () => Date;
};

/** How far among waiting entries a registration is looked for. */
const LOOKED_AT = 1_000;

/**
 * Files the registration of the runner's key, unless it is there or on its way. Signed by the log's
 * own key: a reader's trust starts from that one.
 */
export async function registerRunner(deps: RegisterRunnerDeps): Promise<void> {
  const filed = [
    ...(await deps.log.ofKind("beacon.key/v1", null)),
    ...(await deps.log.pending(LOOKED_AT)).filter(({ kind }) => kind === "beacon.key/v1"),
  ];
  const isRegistered = filed.some(({ bytes }) => {
    const entry = readEntry(bytes);
    return entry?.type === "beacon.key/v1" && entry.key === deps.runner.keyId;
  });
  if (isRegistered) return;
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
