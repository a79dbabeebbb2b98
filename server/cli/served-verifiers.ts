import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { sha256 } from "@noble/hashes/sha2.js";
import type { PublishedVerifier } from "@/server/services/register-verifiers";

/** What `/verify/` serves. */
const FOLDER = fileURLToPath(new URL("../../public/verify", import.meta.url));

/** What is a program there, and not what a system or an interpreter left beside it. */
const PROGRAM = /^[a-z][a-z-]*\.(mjs|py|js|html)$/;

/** Every verification program that this portal serves, with the digest of its bytes. */
export async function readVerifiers(): Promise<readonly PublishedVerifier[]> {
  const names = (await readdir(FOLDER)).filter((name) => PROGRAM.test(name)).sort();
  return Promise.all(
    names.map(async (file) => {
      const bytes = await readFile(`${FOLDER}/${file}`);
      return { file, sha256: sha256(bytes), sizeBytes: bytes.length };
    }),
  );
}
