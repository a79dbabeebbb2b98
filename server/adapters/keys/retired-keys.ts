import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { KeyId } from "@/schemas/primitives";
import { readKeyFile } from "@/server/adapters/keys/key-file";
import { BeaconError } from "@/server/domain/errors";

/** Why a key signs no more, as the log will say. */
const REASONS = ["superseded", "compromised", "retired"] as const;
export type RetirementReason = (typeof REASONS)[number];

/** A key that signed entries here and signs none any more. */
export type RetiredKey = { readonly key: KeyId; readonly reason: RetirementReason };

const FOLDER = "retired";

/**
 * Puts the runner's key aside: `<folder>/runner.pem` becomes `<folder>/retired/<key id>.<reason>.pem`.
 * The next process that opens the keys makes a new one. Nothing may run on these keys meanwhile.
 *
 * @throws BeaconError KEY_NOT_FOUND when there is no such key, KEY_FILE_INVALID
 */
export function retireRunnerKey(folder: string, reason: RetirementReason): KeyId {
  const path = join(folder, "runner.pem");
  const signer = readKeyFile(path);
  if (signer === null)
    throw new BeaconError("KEY_NOT_FOUND", `There is no key ${path} to put aside.`);
  mkdirSync(join(folder, FOLDER), { recursive: true, mode: 0o700 });
  renameSync(path, join(folder, FOLDER, `${signer.keyId}.${reason}.pem`));
  return signer.keyId;
}

/** The runner keys that were put aside in `folder`, by what their files are called. */
export function retiredKeys(folder: string): readonly RetiredKey[] {
  const retired = join(folder, FOLDER);
  if (!existsSync(retired)) return [];
  return readdirSync(retired)
    .sort()
    .flatMap((name) => {
      const [id, reason, ending] = name.split(".");
      const key = KeyId.safeParse(id);
      const known = REASONS.find((one) => one === reason);
      return key.success && known !== undefined && ending === "pem"
        ? [{ key: key.data, reason: known }]
        : [];
    });
}
