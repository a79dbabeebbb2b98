import { afterEach, describe, expect, it, vi } from "vitest";
import { fromHex, utf8 } from "@/server/domain/bytes";
import { ed25519Verifier } from "@/server/domain/signature";
import { aSigner } from "@/test/domain/log/a-signer";

afterEach(() => vi.unstubAllGlobals());

/** RFC 8032, section 7.1, tests 1 to 3. */
const RFC_8032 = [
  {
    publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    message: "",
    signature:
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  },
  {
    publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    message: "72",
    signature:
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  },
  {
    publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    message: "af82",
    signature:
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  },
].map(({ publicKey, message, signature }) => ({
  publicKey: fromHex(publicKey),
  message: fromHex(message),
  signature: fromHex(signature),
}));

const asItIs = (): void => undefined;
const withoutWebCrypto = (): void => {
  vi.stubGlobal("crypto", {});
};
const withoutEd25519 = (): void => {
  const importKey = () => Promise.reject(new Error("unknown algorithm"));
  vi.stubGlobal("crypto", { subtle: { importKey } });
};

describe.each([
  ["webcrypto", asItIs],
  ["noble", withoutWebCrypto],
  ["noble", withoutEd25519],
] as const)("signatures checked with %s", (engine, prepare) => {
  it("are those of RFC 8032, and the report can name what checked them", async () => {
    prepare();
    const verifier = await ed25519Verifier();
    expect(verifier.engine).toBe(engine);
    for (const vector of RFC_8032) expect(await verifier.verify(vector)).toBe(true);
  });

  it("are refused when a bit is flipped", async () => {
    prepare();
    const verifier = await ed25519Verifier();
    const signer = aSigner(7);
    const good = {
      publicKey: signer.publicKey,
      message: utf8("hello"),
      signature: signer.sign(utf8("hello")),
    };
    for (const field of ["publicKey", "message", "signature"] as const)
      for (let at = 0; at < good[field].length; at += 9) {
        const bytes = Uint8Array.from(good[field]);
        bytes[at] = (bytes[at] ?? 0) ^ 0x01;
        expect(await verifier.verify({ ...good, [field]: bytes })).toBe(false);
      }
  });

  it("are refused when a length is wrong or the key is no point", async () => {
    prepare();
    const verifier = await ed25519Verifier();
    const [vector] = RFC_8032;
    if (vector === undefined) return expect.fail("no vector");
    const { publicKey, signature } = vector;
    const wrong = [
      { ...vector, signature: signature.subarray(1) },
      { ...vector, publicKey: publicKey.subarray(1) },
      { ...vector, publicKey: new Uint8Array(32).fill(0xff) },
      { ...vector, publicKey: new Uint8Array() },
    ];
    for (const signed of wrong) expect(await verifier.verify(signed)).toBe(false);
  });

  it("are refused when S is not reduced: one signature has one spelling", async () => {
    prepare();
    const verifier = await ed25519Verifier();
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const [vector] = RFC_8032;
    if (vector === undefined) return expect.fail("no vector");
    const signature = Uint8Array.from(vector.signature);
    let s = 0n;
    for (let i = 63; i >= 32; i--) s = s * 256n + BigInt(signature[i] ?? 0);
    s += order;
    for (let i = 32; i < 64; i++, s /= 256n) signature[i] = Number(s % 256n);
    expect(await verifier.verify({ ...vector, signature })).toBe(false);
  });
});
