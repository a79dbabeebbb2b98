import type { VerifierEntry } from "@/schemas/log-entry";
import type { LogStore } from "@/server/adapters/db/log-store";
import type { Signer } from "@/server/adapters/keys/key-store";
import { hex } from "@/server/domain/bytes";
import { fileEntry } from "@/server/domain/log/filing";
import { readEntry } from "@/server/domain/log/read-entry";
import { instantOf } from "@/server/domain/time";

/** A verification program as this portal serves it below `/verify/`. `sha256`: 32 bytes. */
export type PublishedVerifier = {
  readonly file: string;
  readonly sha256: Uint8Array;
  readonly sizeBytes: number;
};

export type RegisterVerifiersDeps = {
  readonly log: Pick<LogStore, "ofKind" | "pending" | "file">;
  readonly logKey: Signer;
  readonly origin: string;
  readonly now: () => Date;
};

/** How far among waiting entries a commitment is looked for. */
const LOOKED_AT = 1_000;

/**
 * Files a commitment to every verification program that this portal serves, unless the log's newest
 * one for that file is to the same bytes: whoever serves one reader another program leaves a trace.
 * Signed by the log's own key.
 *
 * @returns how many were filed.
 */
export async function registerVerifiers(
  deps: RegisterVerifiersDeps,
  served: readonly PublishedVerifier[],
): Promise<number> {
  const newest = new Map<string, string>();
  for (const { bytes } of [
    ...(await deps.log.ofKind("beacon.verifier/v1", null)),
    ...(await deps.log.pending(LOOKED_AT)),
  ]) {
    const entry = readEntry(bytes);
    if (entry?.type === "beacon.verifier/v1") newest.set(entry.file, entry.sha256);
  }
  const at = instantOf(deps.now());
  const entries = served
    .filter(({ file, sha256 }) => newest.get(file) !== hex(sha256))
    .map(
      ({ file, sha256, sizeBytes }): VerifierEntry => ({
        v: 1,
        type: "beacon.verifier/v1",
        at,
        file,
        sha256: hex(sha256),
        size_bytes: sizeBytes,
      }),
    );
  const signer = { keyId: deps.origin, sign: deps.logKey.sign };
  await deps.log.file(entries.map((entry) => fileEntry(entry, deps.origin, signer)));
  return entries.length;
}
