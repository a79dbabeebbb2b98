import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { BeaconError } from "@/server/domain/errors";

const SECRET = /^[A-Za-z0-9_-]{43}$/;

/**
 * 32 random bytes in base64url that are kept in a file of mode 0600, made at first use. Two processes
 * that come first at once agree: the file is linked into place, and only one link succeeds.
 *
 * @throws BeaconError KEY_FILE_INVALID when the file holds anything else; a damaged secret is never replaced.
 */
export function openSecret(path: string): string {
  const known = read(path);
  if (known !== null) return known;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  writeFileSync(draft, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft);
  }
  const made = read(path);
  if (made === null) throw new Error(`${path} vanished while it was being made`);
  return made;
}

function read(path: string): string | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new BeaconError("KEY_FILE_INVALID", `The secret in ${path} cannot be read.`, {
      cause: error,
    });
  }
  if (!SECRET.test(text))
    throw new BeaconError(
      "KEY_FILE_INVALID",
      `The secret in ${path} is damaged; move the file away to make a new one.`,
    );
  return text;
}
