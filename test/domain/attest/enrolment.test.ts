import { describe, expect, it } from "vitest";
import { enrolmentMessage } from "@/server/domain/attest/enrolment-message";
import { keyView } from "@/server/domain/attest/key-view";
import { isSoundKey } from "@/server/domain/attest/sound-key";
import { fromHex, fromUtf8 } from "@/server/domain/bytes";
import { attester, SIGNED_AT } from "@/test/domain/attest/an-attestation";
import { aSigner } from "@/test/domain/log/a-signer";

const enrolment = {
  origin: "beacon.local/00000001",
  account: "usr-ada",
  publicKey: attester.publicKey,
  challenge: "c",
};

describe("what a new key signs", () => {
  it("says for which log, which account, which key, and now", () => {
    const said = fromUtf8(enrolmentMessage(enrolment)) ?? "";
    const others = [
      { ...enrolment, origin: "beacon.local/00000002" },
      { ...enrolment, account: "usr-eve" },
      { ...enrolment, publicKey: aSigner(9).publicKey },
      { ...enrolment, challenge: "d" },
    ].map((other) => fromUtf8(enrolmentMessage(other)));
    expect(new Set([said, ...others]).size).toBe(5);
  });

  it("is no statement of a log entry", () => {
    expect(fromUtf8(enrolmentMessage(enrolment))).toMatch(/^\{"account":/);
  });
});

describe("a public key", () => {
  it("is sound when it is a point of the prime-order group", () => {
    for (const seed of [1, 2, 0x30]) expect(isSoundKey(aSigner(seed).publicKey)).toBe(true);
  });

  // The points of small order, and other spellings of them: https://eprint.iacr.org/2020/1244, table 1.
  it.each([
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000080",
  ])("is not when it is %s", (key) => {
    expect(isSoundKey(fromHex(key))).toBe(false);
  });

  it("is not when it is no point, or of another length", () => {
    expect(isSoundKey(new Uint8Array(32).fill(0xff))).toBe(false);
    expect(isSoundKey(attester.publicKey.slice(1))).toBe(false);
  });
});

describe("a key as its owner sees it", () => {
  const stored = {
    key: attester.keyId,
    label: "Laptop",
    organisation: "One",
    createdAt: SIGNED_AT,
    registrationIndex: 4,
    revokedAt: null,
  };

  it("is registered when a published checkpoint includes its registration", () => {
    expect(keyView(stored, 5).registrationIndex).toBe(4);
    expect(keyView(stored, 4).registrationIndex).toBeNull();
    expect(keyView({ ...stored, registrationIndex: null }, 9).registrationIndex).toBeNull();
  });

  it("says when it was taken back", () => {
    expect(keyView(stored, 5).revokedAt).toBeNull();
    expect(keyView({ ...stored, revokedAt: SIGNED_AT }, 5).revokedAt).toBe(
      "2026-11-22T12:00:00.000Z",
    );
  });
});
