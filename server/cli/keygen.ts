import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Signer } from "@/server/adapters/keys/key-store";
import { isBeaconError } from "@/server/domain/errors";
import { formatVerifierKey, verifierKeyOf } from "@/server/domain/log/verifier-key";

/** What `beacon keygen` needs of the place where it runs. */
export type KeygenIo = {
  out(line: string): void;
  err(line: string): void;
  /** The state folder. */
  readonly home: string;
  /** `createKeyFile` of the key adapter: a new key in a new file; null when the file exists. */
  createKey(path: string): Signer | null;
};

/** What each key signs, in C2SP's terms. A runner signs entries, whose format is DSSE. */
const USES = { log: "note", runner: "note", witness: "cosignature" } as const;

const USAGE = "usage: beacon keygen log|witness|runner NAME [--out FILE]";

/**
 * `beacon keygen ROLE NAME`: makes an Ed25519 key in `<home>/keys/<role>.pem` (or `--out`), and
 * prints its C2SP verifier key and where the private half lies. Never overwrites a file.
 *
 * @returns 0: made; 2: not made.
 */
export async function keygenCommand(args: readonly string[], io: KeygenIo): Promise<0 | 2> {
  const asked = parse(args);
  if (asked === null) {
    io.err(USAGE);
    return 2;
  }
  const path = resolve(asked.out ?? join(io.home, "keys", `${asked.role}.pem`));
  try {
    // The name is tried on a key of zeros first, so that a bad name leaves no file behind.
    verifierKeyOf(asked.name, USES[asked.role], new Uint8Array(32));
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const signer = io.createKey(path);
    if (signer === null) {
      io.err(`${path} exists already and is left as it is.`);
      return 2;
    }
    io.out(formatVerifierKey(verifierKeyOf(asked.name, USES[asked.role], signer.publicKey)));
    if (asked.role === "runner") io.out(`key id: ${signer.keyId}`);
    io.out(`private key: ${path}`);
    return 0;
  } catch (error) {
    if (!isBeaconError(error)) throw error;
    io.err(error.message);
    return 2;
  }
}

type Asked = { readonly role: keyof typeof USES; readonly name: string; readonly out?: string };

function parse(args: readonly string[]): Asked | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { out: { type: "string" } },
    });
    const [role, name, ...more] = positionals;
    if (role === undefined || !isRole(role) || name === undefined || more.length > 0) return null;
    return { role, name, ...values };
  } catch {
    return null; // an option that does not exist
  }
}

const isRole = (role: string): role is keyof typeof USES => Object.hasOwn(USES, role);
