import { createHash, randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isCode, mustBePrivate, syncFolder, writeNewFile } from "@/server/adapters/keys/new-file";
import { base32 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";

/** Where the vault's master key lies. */
export type VaultPlace = {
  /** The file that holds it: 32 bytes in base64url. */
  readonly path: string;
  /** Whether a missing file is made. False for one that an operator named: it may only be out of reach. */
  readonly isOurs: boolean;
};

/** The master key, for as long as one call needs it. */
export type MasterKey = {
  /** Says which key it is and nothing else of it. */
  readonly id: string;
  /** 32 bytes. Whoever has used them calls `forget`. */
  readonly bytes: Uint8Array;
  forget(): void;
};

const KEY_BYTES = 32;
/** That many bytes in base64url. */
const FORM = /^[A-Za-z0-9_-]{43}$/;
const ID_LABEL = "beacon vault master key id\n";

/** The file of a key that a rotation is about to put into place. */
const nextOf = (path: string): string => `${path}.next`;
/** The file of a key that a rotation has replaced. */
const retiredOf = (path: string, id: string): string => `${path}.${id}.retired`;

/**
 * The master key that seals now.
 *
 * @throws BeaconError KEY_FILE_INVALID when the file is damaged or open to others, or an operator's file is missing.
 */
export function masterKey({ path, isOurs }: VaultPlace): MasterKey {
  const known = readMasterKey(path);
  if (known !== null) return known;
  if (!isOurs)
    throw new BeaconError("KEY_FILE_INVALID", `There is no master key in ${path}.`, {
      details: { path },
    });
  return makeMasterKey(path);
}

/** The key that the next rotation puts into place: made when no rotation has begun. */
export const nextMasterKey = (path: string): MasterKey =>
  readMasterKey(nextOf(path)) ?? makeMasterKey(nextOf(path));

/** The master key called `id`, whether it seals now, did, or is about to; null: it is none of them. */
export function masterKeyById(path: string, id: string): MasterKey | null {
  for (const candidate of [path, nextOf(path), retiredOf(path, id)]) {
    const key = readMasterKey(candidate);
    if (key?.id === id) return key;
    key?.forget();
  }
  return null;
}

/**
 * Puts the next key, which is called `id`, into the place of the one that seals now, which stays beside
 * it. Safe to repeat, and to break off: at no moment is there no key that seals, nor is one lost. Whoever
 * calls it holds the lock of rotations: two at a time could give the key that seals a second, retired name.
 *
 * @throws BeaconError KEY_FILE_INVALID when the next key is gone or another one.
 */
export function promoteNextKey(path: string, id: string): void {
  const old = idIn(path);
  if (old === id) return;
  if (idIn(nextOf(path)) !== id)
    throw new BeaconError(
      "KEY_FILE_INVALID",
      `${nextOf(path)} does not hold ${id}: another rotation came between. Rotate again.`,
      { details: { path, id } },
    );
  try {
    if (old !== null) linkIfMissing(path, retiredOf(path, old));
    syncFolder(dirname(path));
    renameSync(nextOf(path), path);
    syncFolder(dirname(path));
  } catch (cause) {
    throw new BeaconError("KEY_FILE_INVALID", `${path} cannot be replaced`, {
      cause,
      details: { path },
    });
  }
}

/**
 * The files of keys that sealed here before, beside `path`. Not a second name of the key that seals, which
 * a rotation leaves that was broken off: whoever shreds that name shreds the key.
 */
export function retiredKeyFiles(path: string): readonly string[] {
  const folder = dirname(path);
  const prefix = `${basename(path)}.`;
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && name.endsWith(".retired"))
    .sort()
    .map((name) => join(folder, name))
    .filter((file) => !isSameFile(file, path));
}

/** Whether two names are of one file. */
function isSameFile(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) =>
    statSync(path, { bigint: true, throwIfNoEntry: false }),
  );
  return a !== undefined && a.ino === b?.ino && a.dev === b.dev;
}

/** Which key a file holds; null: there is no such file. @throws BeaconError KEY_FILE_INVALID */
function idIn(path: string): string | null {
  const key = readMasterKey(path);
  key?.forget();
  return key?.id ?? null;
}

/** @throws BeaconError KEY_FILE_INVALID for anything but 32 bytes in base64url that only their owner can read. */
function readMasterKey(path: string): MasterKey | null {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch (cause) {
    if (isCode(cause, "ENOENT")) return null;
    throw new BeaconError("KEY_FILE_INVALID", `${path} cannot be read`, {
      cause,
      details: { path },
    });
  }
  mustBePrivate(path);
  const text = file.toString("latin1").trim();
  file.fill(0);
  if (!FORM.test(text))
    throw new BeaconError(
      "KEY_FILE_INVALID",
      `${path} holds no master key (32 bytes in base64url); a damaged one is never replaced.`,
      { details: { path } },
    );
  return keyOf(Buffer.from(text, "base64url"));
}

function makeMasterKey(path: string): MasterKey {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new BeaconError("KEY_FILE_INVALID", `${dirname(path)} cannot hold keys`, { cause });
  }
  writeNewFile(path, randomBytes(KEY_BYTES).toString("base64url"));
  // Read back: another process may have been quicker, and its key is the one.
  const made = readMasterKey(path);
  if (made === null) throw new BeaconError("KEY_FILE_INVALID", `${path} comes and goes`);
  return made;
}

function keyOf(bytes: Buffer): MasterKey {
  const digest = createHash("sha256").update(ID_LABEL).update(bytes).digest();
  return {
    id: `vault-${base32(Uint8Array.from(digest.subarray(0, 16)))}`,
    bytes,
    forget: () => void bytes.fill(0),
  };
}

function linkIfMissing(path: string, other: string): void {
  try {
    linkSync(path, other);
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
  }
}
