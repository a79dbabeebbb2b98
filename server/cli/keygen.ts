import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Signer } from "@/server/adapters/keys/key-store";
import { isBeaconError } from "@/server/domain/errors";
import { keyIdOf } from "@/server/domain/identity";
import { formatVerifierKey, verifierKeyOf } from "@/server/domain/log/verifier-key";
import { ML_DSA_KEY_BYTES } from "@/server/domain/ml-dsa";

/** What `beacon keygen` needs of the place where it runs. */
export type KeygenIo = {
  out(line: string): void;
  err(line: string): void;
  /** The state folder. */
  readonly home: string;
  /** `createKeyFile` of the key adapter: a new key in a new file; null when the file exists. */
  createKey(path: string): Signer | null;
  /** The same for ML-DSA-44. */
  createMlDsaKey(path: string): Promise<{ readonly publicKey: Uint8Array } | null>;
};

/** What each key signs, in C2SP's terms. A runner and an attester sign entries, whose format is DSSE. */
const USES = { log: "note", runner: "note", attester: "note", witness: "cosignature" } as const;

const USAGE = "usage: beacon keygen log|witness|runner|attester NAME [--mldsa] [--out FILE]";

/**
 * `beacon keygen ROLE NAME`: makes an Ed25519 key in `<home>/keys/<role>.pem` (or `--out`), and
 * prints its C2SP verifier key and where the private half lies. Never overwrites a file. With
 * `--mldsa` the key is an ML-DSA-44 key in `<role>-mldsa.pem`; only witnesses sign with such.
 *
 * @returns 0: made; 2: not made.
 */
export async function keygenCommand(args: readonly string[], io: KeygenIo): Promise<0 | 2> {
  const asked = parse(args);
  if (asked === null) {
    io.err(USAGE);
    return 2;
  }
  const { role, name, isMlDsa } = asked;
  const file = isMlDsa ? `${role}-mldsa.pem` : `${role}.pem`;
  const path = resolve(asked.out ?? join(io.home, "keys", file));
  const use = isMlDsa ? "mldsa-cosignature" : USES[role];
  try {
    // The name is tried on a key of zeros first, so that a bad name leaves no file behind.
    verifierKeyOf(name, use, new Uint8Array(isMlDsa ? ML_DSA_KEY_BYTES : 32));
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const key = isMlDsa ? await io.createMlDsaKey(path) : io.createKey(path);
    if (key === null) {
      io.err(`${path} exists already and is left as it is.`);
      return 2;
    }
    io.out(formatVerifierKey(verifierKeyOf(name, use, key.publicKey)));
    if (role === "runner" || role === "attester") io.out(`key id: ${keyIdOf(key.publicKey)}`);
    io.out(`private key: ${path}`);
    return 0;
  } catch (error) {
    if (!isBeaconError(error)) throw error;
    io.err(error.message);
    return 2;
  }
}

type Asked = {
  readonly role: keyof typeof USES;
  readonly name: string;
  readonly isMlDsa: boolean;
  readonly out?: string;
};

function parse(args: readonly string[]): Asked | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { out: { type: "string" }, mldsa: { type: "boolean", default: false } },
    });
    const [role, name, ...more] = positionals;
    if (role === undefined || !isRole(role) || name === undefined || more.length > 0) return null;
    const { mldsa: isMlDsa, ...rest } = values;
    return isMlDsa && role !== "witness" ? null : { role, name, isMlDsa, ...rest };
  } catch {
    return null; // an option that does not exist
  }
}

const isRole = (role: string): role is keyof typeof USES => Object.hasOwn(USES, role);
