import type { KeyView, VerifierView } from "@/schemas/snapshot";
import type { LogStore } from "@/server/adapters/db/log-store";
import type { Signer } from "@/server/adapters/keys/key-store";
import { keyRegistryOf } from "@/server/domain/log/key-registry";
import { readEntry } from "@/server/domain/log/read-entry";

export type ShowRegistryDeps = {
  readonly log: Pick<LogStore, "ofKind" | "state">;
  readonly runner: Pick<Signer, "keyId">;
};

/** The keys that the published log has registered, in the order of their registration. */
export async function showKeys(deps: ShowRegistryDeps): Promise<readonly KeyView[]> {
  const { publishedSize } = await deps.log.state();
  const leaves = [
    ...(await deps.log.ofKind("beacon.key/v1", null)),
    ...(await deps.log.ofKind("beacon.revocation/v1", null)),
  ].filter(({ index }) => index < publishedSize);
  return keyRegistryOf(leaves).map(({ key, registration, revocation }) => ({
    key,
    role: registration.entry.role,
    organisation: registration.entry.role === "attester" ? registration.entry.organisation : null,
    publicKey: registration.entry.public_key,
    registeredAt: registration.entry.at,
    registrationIndex: registration.index,
    isInUse: key === deps.runner.keyId && revocation === null,
    revocation:
      revocation === null
        ? null
        : {
            index: revocation.index,
            at: revocation.entry.at,
            reason: revocation.entry.reason,
            replacedBy: revocation.entry.replaced_by,
          },
  }));
}

/** The newest commitment of the published log to each verification program, by file name. */
export async function showVerifiers(
  deps: Pick<ShowRegistryDeps, "log">,
): Promise<readonly VerifierView[]> {
  const { publishedSize } = await deps.log.state();
  const newest = new Map<string, VerifierView>();
  for (const { index, bytes } of await deps.log.ofKind("beacon.verifier/v1", null)) {
    const entry = index < publishedSize ? readEntry(bytes) : null;
    if (entry?.type !== "beacon.verifier/v1") continue;
    const { file, sha256, size_bytes: sizeBytes, at } = entry;
    newest.set(file, { file, sha256, sizeBytes, at, leafIndex: index });
  }
  return [...newest.values()].sort((a, b) => a.file.localeCompare(b.file));
}
