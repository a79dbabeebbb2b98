import type { Instant, KeyId } from "@/schemas/primitives";
import { keyIdOf } from "@/server/domain/identity";

/** A key that this browser signs with. Its private half can be used here and be read by nobody. */
export type BrowserKey = {
  readonly id: KeyId;
  /** Raw, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly madeAt: Instant;
  /** The 64-byte Ed25519 signature (RFC 8032) of a message. */
  sign(message: Uint8Array): Promise<Uint8Array>;
};

/** The keys that this browser holds for one account of this portal. */
export type KeyVault = {
  /** Newest first. */
  list(): Promise<readonly BrowserKey[]>;
  /** Makes a key, keeps it, and answers it as it was read back. @throws what keeping throws. */
  make(): Promise<BrowserKey>;
  /** There is no way back: what the key could sign, nobody can sign any more. */
  forget(id: KeyId): Promise<void>;
};

/** A key as it is kept. A `CryptoKey` can be stored as it is; its bytes stay with the browser. */
export type KeptKey = {
  readonly id: KeyId;
  readonly account: string;
  readonly madeAt: Instant;
  readonly publicKey: Uint8Array;
  readonly privateKey: CryptoKey;
};

/** Where keys are kept: the browser's database, or a test's array. */
export type KeyShelf = {
  of(account: string): Promise<readonly KeptKey[]>;
  put(key: KeptKey): Promise<void>;
  drop(id: KeyId): Promise<void>;
};

/** What of the browser's cryptography a vault needs. */
export type Cryptography = Pick<SubtleCrypto, "generateKey" | "exportKey" | "sign">;

const ED25519 = "Ed25519";

/** The vault of one account. Keys are generated non-extractable: no page, and no flaw in one, can copy them. */
export function createKeyVault(parts: {
  readonly account: string;
  readonly subtle: Cryptography;
  readonly shelf: KeyShelf;
  readonly now: () => Date;
}): KeyVault {
  const { account, subtle, shelf, now } = parts;
  const usable = ({ id, publicKey, madeAt, privateKey }: KeptKey): BrowserKey => ({
    id,
    publicKey,
    madeAt,
    sign: async (message) =>
      new Uint8Array(await subtle.sign(ED25519, privateKey, message as BufferSource)),
  });
  const list = async () =>
    [...(await shelf.of(account))].sort((a, b) => b.madeAt.localeCompare(a.madeAt)).map(usable);
  return {
    list,
    async make() {
      const pair = await generate(subtle);
      const publicKey = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
      const id = keyIdOf(publicKey);
      const madeAt = now().toISOString() as Instant;
      await shelf.put({ id, account, madeAt, publicKey, privateKey: pair.privateKey });
      const kept = (await list()).find((key) => key.id === id);
      if (kept === undefined) throw new Error("The browser did not keep the key.");
      return kept;
    },
    forget: (id) => shelf.drop(id),
  };
}

const generate = async (subtle: Cryptography): Promise<CryptoKeyPair> =>
  (await subtle.generateKey(ED25519, false, ["sign", "verify"])) as CryptoKeyPair;

/** Why this browser cannot hold a key. */
export type KeyObstacle = "insecure-context" | "no-ed25519" | "no-storage";

/** The browser, as far as keys are concerned. */
export type KeyPlace = {
  /** Undefined where the page did not come over a secure connection. */
  readonly subtle: Cryptography | undefined;
  /** Opens the place where keys are kept. @throws where there is none, as in some private windows. */
  readonly openShelf: () => Promise<KeyShelf>;
  readonly now: () => Date;
};

/** The vault of an account in this browser, or why there can be none. Nothing is kept by asking. */
export async function openKeyVault(
  account: string,
  { subtle, openShelf, now }: KeyPlace,
): Promise<KeyVault | KeyObstacle> {
  if (subtle === undefined) return "insecure-context";
  try {
    await generate(subtle);
  } catch {
    return "no-ed25519";
  }
  try {
    const shelf = await openShelf();
    await shelf.of(account);
    return createKeyVault({ account, subtle, shelf, now });
  } catch {
    return "no-storage";
  }
}
