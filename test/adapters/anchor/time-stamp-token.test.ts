import { readFileSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { readCertificates } from "@/server/adapters/anchor/certificate";
import { readSignedTimeStamp } from "@/server/adapters/anchor/signed-time-stamp";
import { verifyTimeStamp } from "@/server/adapters/anchor/time-stamp-anchor";
import { timeStampQuery, tokenOfReply } from "@/server/adapters/anchor/time-stamp-query";
import { verifyToken } from "@/server/adapters/anchor/time-stamp-token";
import { stampedDigest } from "@/server/domain/anchor/stamped-digest";
import { timeStampReply } from "@/server/domain/anchor/time-stamp-reply";
import { concat, utf8 } from "@/server/domain/bytes";
import { needsOpenSsl, ownAuthority, type SignerName } from "@/test/adapters/anchor/an-authority";
import { randomFrom } from "@/test/domain/anchor/random-from";

const authority = ownAuthority();
const TEXT = `a.example/log\n7\n${"A".repeat(43)}=\n`;
const digest = stampedDigest(TEXT);
const NONCE = 0xfedc_ba98_7654_3210n;
const trusted = (file = authority.caFile) => readCertificates(readFileSync(file, "utf8"));
const invalid = expect.objectContaining({ code: "ANCHOR_INVALID" });
const replyTo = (query: Uint8Array, settings?: Readonly<Record<string, string>>) =>
  authority.reply(query, settings);
const aToken = (settings?: Readonly<Record<string, string>>) =>
  tokenOfReply(replyTo(timeStampQuery(digest, NONCE), settings));
const judge = (token: Uint8Array, demands: Partial<Parameters<typeof verifyToken>[1]> = {}) =>
  verifyToken(token, { digest, nonce: NONCE, trusted: trusted(), ...demands });

beforeEach((context) => needsOpenSsl(context));

describe("a time-stamp token", () => {
  it.each([
    ["RSA, sha256", {}],
    ["ECDSA, sha256", { signer_cert: "impostor.pem", signer_key: "impostor.key" }],
    ["sha384", { signer_digest: "sha384" }],
    [
      "sha512, and its certificate named by sha512",
      { signer_digest: "sha512", ess_cert_id_alg: "sha512" },
    ],
    ["its certificate named by sha1, as RFC 3161 did", { ess_cert_id_alg: "sha1" }],
    ["a chain of certificate hashes", { ess_cert_id_chain: "yes" }],
    ["no name and a time to the microsecond", { tsa_name: "no", clock_precision_digits: "6" }],
  ])("of OpenSSL holds: %s", async (_, settings) => {
    const before = Date.now();
    const file = "signer_cert" in settings ? authority.impostorFile : authority.caFile;
    const {
      stampedAt,
      signer,
      authority: above,
    } = await judge(aToken(settings), {
      trusted: trusted(file),
    });
    expect(Math.abs(stampedAt.getTime() - before)).toBeLessThan(10_000);
    expect(signer).toContain("CN=");
    expect(above).toBe("O=Time of the tests, CN=Root");
  });

  it("holds without anybody to trust, and then nobody vouches for it", async () => {
    expect(await judge(aToken(), { trusted: [] })).toMatchObject({ authority: null });
  });

  it("holds for whoever trusts the signer's own certificate", async () => {
    expect(await judge(aToken(), { trusted: trusted(authority.path("good.pem")) })).toMatchObject({
      signer: "O=Time of the tests, CN=good",
      authority: "O=Time of the tests, CN=good",
    });
  });

  it("as we keep and serve it is right for OpenSSL too", async () => {
    const token = aToken();
    writeFileSync(authority.path("token"), token);
    writeFileSync(authority.path("served.tsr"), timeStampReply(token));
    writeFileSync(authority.path("text"), TEXT);
    const by = ["-data", "text", "-CAfile", "root.pem"];
    const asked = ["-in", "served.tsr"];
    expect(authority.openssl("ts", "-verify", ...asked, ...by)).toMatch(/^Verification: OK/);
    expect(authority.openssl("ts", "-verify", "-token_in", "-in", "token", ...by)).toMatch(/OK/);
    expect(await verifyTimeStamp(timeStampReply(token), digest, null)).toMatchObject({
      signer: "O=Time of the tests, CN=good",
    });
    expect(
      await verifyTimeStamp(token, digest, readFileSync(authority.caFile, "utf8")),
    ).toMatchObject({ authority: "O=Time of the tests, CN=Root" });
  });
});

describe("a time-stamp token is refused", () => {
  it("about another digest, and as an answer to another request", async () => {
    const token = aToken();
    await expect(judge(token, { digest: new Uint8Array(32) })).rejects.toEqual(invalid);
    await expect(judge(token, { nonce: NONCE + 1n })).rejects.toEqual(invalid);
    await expect(judge(token, { nonce: null })).resolves.toBeDefined();
  });

  it("under a root that anybody made, or one that is not above its signer", async () => {
    for (const file of [authority.impostorFile, authority.path("too-deep.pem")])
      await expect(judge(aToken(), { trusted: trusted(file) })).rejects.toEqual(invalid);
  });

  it("without the certificate between its signer and the root, and without its signer's", async () => {
    await expect(judge(aToken({ certs: "good.pem" }))).rejects.toEqual(invalid);
    const bare = timeStampQuery(digest, NONCE);
    bare[bare.length - 1] = 0; // certReq FALSE
    await expect(judge(tokenOfReply(replyTo(bare)))).rejects.toEqual(invalid);
  });

  it.each(["good-too-deep", "good-below-signer"])(
    "signed with a certificate that its issuer had no right to issue: %s",
    async (name) => {
      const certs = authority.path("bag.pem");
      const bag = ["middle", "too-deep", "good"].map((each) =>
        readFileSync(authority.path(`${each}.pem`)),
      );
      writeFileSync(certs, Buffer.concat(bag));
      const token = aToken({
        signer_cert: `${name}.pem`,
        signer_key: `${name}.key`,
        certs: "bag.pem",
      });
      await expect(judge(token, { trusted: [] })).resolves.toBeDefined();
      await expect(judge(token)).rejects.toEqual(invalid);
    },
  );

  it("that comes with two authorities which certify each other, soon, unless one of them is trusted", async () => {
    const bag = ["loop-a", "loop-b"].map((name) =>
      readFileSync(authority.path(`${name}-crossed.pem`)),
    );
    writeFileSync(authority.path("bag.pem"), Buffer.concat(bag));
    const token = aToken({
      signer_cert: "looped.pem",
      signer_key: "looped.key",
      certs: "bag.pem",
    });
    await expect(judge(token)).rejects.toEqual(invalid);
    const roots = trusted(authority.path("loop-b.pem"));
    expect(await judge(token, { trusted: roots })).toMatchObject({ authority: "CN=loop-b" });
  });

  it.each([
    "not critical",
    "of another purpose",
    "of two purposes",
    "of no purpose",
    "that may not sign",
    "that asks for more",
    "expired",
  ] satisfies SignerName[])("signed with a certificate %s", async (name) => {
    const info = readSignedTimeStamp(aToken()).content;
    await expect(judge(authority.sign(info, "good"))).resolves.toBeDefined();
    await expect(judge(authority.sign(info, name))).rejects.toEqual(invalid);
  });

  it("signed over a weak digest, or by an impostor of the same name", async () => {
    const info = readSignedTimeStamp(aToken()).content;
    await expect(judge(authority.sign(info, "good", "sha1"))).rejects.toEqual(invalid);
    await expect(judge(authority.sign(info, "impostor"))).rejects.toEqual(invalid);
  });

  it("over something that is no time stamp", async () => {
    await expect(judge(authority.sign(utf8("hello"), "good"))).rejects.toEqual(invalid);
  });

  it("with any one bit flipped: 200 of them, the same ones every time", async () => {
    const token = aToken();
    const random = randomFrom(20_261_122);
    for (let n = 0; n < 200; n++) {
      const flipped = token.slice();
      const at = random(token.length);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random(8));
      const outcome = await judge(flipped).then(
        () => "accepted",
        (error: unknown) => error,
      );
      expect([at, outcome]).toEqual([at, invalid]);
    }
  });

  it("cut short anywhere, and with something behind it", async () => {
    const token = aToken();
    const random = randomFrom(7);
    for (let n = 0; n < 50; n++)
      await expect(judge(token.slice(0, random(token.length)))).rejects.toEqual(invalid);
    await expect(judge(concat(token, Uint8Array.of(0)))).rejects.toEqual(invalid);
    await expect(judge(new Uint8Array())).rejects.toEqual(invalid);
  });
});

describe("the answer of an authority", () => {
  it("that refuses is no token, and its reason is passed on", () => {
    const reply = replyTo(timeStampQuery(digest, NONCE), { digests: "sha512" });
    expect(() => tokenOfReply(reply)).toThrow(invalid);
    expect(() => tokenOfReply(reply)).toThrow(
      /status 2: Message digest algorithm is not supported/,
    );
  });

  it.each([
    ["nothing", new Uint8Array()],
    ["a page", utf8("<!doctype html><title>Sign in</title>")],
    ["granted, and no token", Uint8Array.of(0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x00)],
    ["a status that is none", Uint8Array.of(0x30, 0x05, 0x30, 0x03, 0x04, 0x01, 0x00)],
    ["an empty list", Uint8Array.of(0x30, 0x00)],
  ])("that is %s is no token", (_, bytes) => {
    expect(() => tokenOfReply(bytes)).toThrow(invalid);
  });
});

describe("certificates to trust", () => {
  it("are read from PEM, all of them, and nothing else is", () => {
    const [root, middle] = [authority.caFile, authority.path("middle.pem")].map((file) =>
      readFileSync(file, "utf8"),
    );
    expect(readCertificates(`a root:\n${root}${middle}`)).toHaveLength(2);
    for (const pem of ["nothing", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
      expect(() => readCertificates(pem)).toThrow(
        expect.objectContaining({ code: "CONFIG_INVALID" }),
      );
  });
});
