import { describe, expect, it } from "vitest";
import { createKeyVault, type KeyVault, openKeyVault } from "@/components/attest/key-vault";
import { utf8 } from "@/server/domain/bytes";
import { keyIdOf } from "@/server/domain/identity";
import { ed25519Verifier } from "@/server/domain/signature";
import { aKeyPlace, aShelf } from "@/test/components/attest/a-key-place";

const ANNA = "usr-anna";
const MESSAGE = utf8("a report");

async function vaultOf(account: string, place = aKeyPlace()): Promise<KeyVault> {
  const vault = await openKeyVault(account, place);
  if (typeof vault === "string") throw new Error(vault);
  return vault;
}

describe("a key of the browser", () => {
  it("signs what its public half verifies, and its id follows from that half", async () => {
    const key = await (await vaultOf(ANNA)).make();
    const signature = await key.sign(MESSAGE);
    expect(key.id).toBe(keyIdOf(key.publicKey));
    const { verify } = await ed25519Verifier();
    expect(await verify({ publicKey: key.publicKey, message: MESSAGE, signature })).toBe(true);
    const other = utf8("another report");
    expect(await verify({ publicKey: key.publicKey, message: other, signature })).toBe(false);
  });

  it("cannot be read out, by its own page neither", async () => {
    const shelf = aShelf();
    await (await vaultOf(ANNA, aKeyPlace({}, shelf))).make();
    const [kept] = shelf.kept;
    expect(kept?.privateKey.extractable).toBe(false);
    const subtle = aKeyPlace().subtle as SubtleCrypto;
    for (const format of ["pkcs8", "jwk"] as const)
      await expect(subtle.exportKey(format, kept?.privateKey as CryptoKey)).rejects.toThrow();
  });

  it("is there again the next time, the newest first, and belongs to its account alone", async () => {
    const shelf = aShelf();
    const place = aKeyPlace({}, shelf);
    const first = await (await vaultOf(ANNA, place)).make();
    const second = await (await vaultOf(ANNA, place)).make();
    const again = await vaultOf(ANNA, place);
    expect((await again.list()).map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(await (await vaultOf("usr-ben", place)).list()).toEqual([]);
  });

  it("can be forgotten, and then signs nothing any more", async () => {
    const vault = await vaultOf(ANNA);
    const [kept, gone] = [await vault.make(), await vault.make()];
    await vault.forget(gone.id);
    expect((await vault.list()).map(({ id }) => id)).toEqual([kept.id]);
  });

  it("counts as made only when the browser kept it", async () => {
    const forgetful = { ...aShelf(), put: async () => {} };
    const { subtle, now } = aKeyPlace();
    const vault = createKeyVault({
      account: ANNA,
      subtle: subtle as SubtleCrypto,
      shelf: forgetful,
      now,
    });
    await expect(vault.make()).rejects.toThrow("did not keep");
  });
});

describe("a browser that can hold no key", () => {
  const refuse = async () => Promise.reject(new DOMException("no", "NotSupportedError"));

  it("is told apart by what it lacks", async () => {
    const { subtle } = aKeyPlace();
    const places = {
      "insecure-context": aKeyPlace({ subtle: undefined }),
      "no-ed25519": aKeyPlace({ subtle: { ...(subtle as SubtleCrypto), generateKey: refuse } }),
      "no-storage": aKeyPlace({ openShelf: refuse }),
    };
    for (const [obstacle, place] of Object.entries(places))
      expect(await openKeyVault(ANNA, place)).toBe(obstacle);
  });

  it("is found out about when its database opens and cannot be read", async () => {
    const openShelf = async () => ({ ...aShelf(), of: refuse });
    expect(await openKeyVault(ANNA, aKeyPlace({ openShelf }))).toBe("no-storage");
  });

  it("keeps nothing by being asked", async () => {
    const shelf = aShelf();
    await openKeyVault(ANNA, aKeyPlace({}, shelf));
    expect(shelf.kept).toEqual([]);
  });
});
