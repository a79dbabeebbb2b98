import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/** RFC 7914 with N = 2^16, r = 8, p = 1: 64 MiB and some 150 ms a guess. */
const COST = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1_024 * 1_024 } as const;
const KEY_BYTES = 32;

const derive = (password: string, salt: Buffer, cost: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(password.normalize("NFKC"), salt, KEY_BYTES, cost, (error, key) =>
      error === null ? resolve(key) : reject(error),
    ),
  );

/** A password as it is kept: `scrypt$N$r$p$salt$key`, the last two in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, COST);
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64"), key.toString("base64")].join(
    "$",
  );
}

/** Whether `password` is the one that `hash` was made of. False also for a hash that is not one. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const [scheme, n, r, p, salt, key] = hash.split("$");
  if (scheme !== "scrypt" || salt === undefined || key === undefined) return false;
  const expected = Buffer.from(key, "base64");
  const cost = { N: Number(n), r: Number(r), p: Number(p), maxmem: COST.maxmem };
  const actual = await derive(password, Buffer.from(salt, "base64"), cost);
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
