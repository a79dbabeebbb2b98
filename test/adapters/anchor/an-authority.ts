import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, type TestContext } from "vitest";
import { skipBecause } from "@/test/support/skip";

/** Who signs a time stamp in the tests. All but the first do something wrong. */
const SIGNERS = {
  good: "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature",
  "not critical": "extendedKeyUsage=timeStamping\nkeyUsage=critical,digitalSignature",
  "of another purpose": "extendedKeyUsage=critical,emailProtection",
  "of two purposes": "extendedKeyUsage=critical,timeStamping,emailProtection",
  "of no purpose": "keyUsage=critical,digitalSignature",
  "that may not sign": "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,keyEncipherment",
  "that asks for more": "extendedKeyUsage=critical,timeStamping\n1.2.3.4=critical,ASN1:NULL",
  expired: "extendedKeyUsage=critical,timeStamping",
} as const;
export type SignerName = keyof typeof SIGNERS;

/** A time-stamp authority made with OpenSSL: a root, an authority below it, and signers below that. */
export type Authority = {
  readonly folder: string;
  /** The root's certificate. */
  readonly caFile: string;
  /** A root of the same name with another key: anybody can make one. */
  readonly impostorFile: string;
  /** The authority below the root, and one below that which may not certify authorities. */
  readonly path: (name: string) => string;
  /** Answers a query as `openssl ts -reply` does. */
  reply(query: Uint8Array, settings?: Readonly<Record<string, string>>): Uint8Array;
  /** A token over this TSTInfo, signed by anybody, whatever OpenSSL thinks of it. */
  sign(info: Uint8Array, signer: SignerName | "impostor", digest?: string): Uint8Array;
  openssl(...args: readonly string[]): string;
};

/** Why no authority can be made here; null: it can. */
const missing = (() => {
  try {
    const version = execFileSync("openssl", ["version"], { stdio: "pipe", encoding: "utf8" });
    // `openssl cms -cades` came with 3.0; LibreSSL does not have it.
    return /^OpenSSL ([3-9]|\d\d)\./.test(version)
      ? null
      : `a local time-stamp authority needs OpenSSL 3, and here is ${version.trim()}`;
  } catch {
    return "OpenSSL's command is not installed, so no local time-stamp authority can be made";
  }
})();

/** Skips the test where there is no OpenSSL. */
export function needsOpenSsl(context: TestContext): void {
  if (missing !== null) skipBecause(context, missing);
}

/** An authority for the calling test file. May be read from within tests that called `needsOpenSsl`. */
export function ownAuthority(): Authority {
  let folder = "";
  const at = (name: string) => join(folder, name);
  const openssl = (...args: readonly string[]) =>
    execFileSync("openssl", [...args], { cwd: folder, stdio: "pipe", encoding: "utf8" });
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "beacon-authority-"));
    if (missing === null) makeCertificates(at, openssl);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    get folder() {
      return folder;
    },
    get caFile() {
      return at("root.pem");
    },
    get impostorFile() {
      return at("impostor-root.pem");
    },
    path: at,
    reply(query, settings = {}) {
      writeFileSync(at("query.tsq"), query);
      writeFileSync(at("ts.cnf"), settingsOf(settings));
      openssl("ts", "-reply", "-config", "ts.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr");
      return Uint8Array.from(readFileSync(at("reply.tsr")));
    },
    sign(info, signer, digest = "sha256") {
      writeFileSync(at("info.der"), info);
      // `-cades` adds the ESSCertIDv2 that RFC 5816 asks for.
      const how = ["-binary", "-nodetach", "-outform", "DER", "-cades", "-md", digest];
      const who = ["-signer", `${fileOf(signer)}.pem`, "-inkey", `${fileOf(signer)}.key`];
      const what = ["-econtent_type", "id-smime-ct-TSTInfo", "-certfile", "middle.pem"];
      openssl("cms", "-sign", "-in", "info.der", "-out", "token.der", ...how, ...who, ...what);
      return Uint8Array.from(readFileSync(at("token.der")));
    },
    openssl,
  };
}

const fileOf = (signer: string) => signer.replaceAll(" ", "-");
const EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
const RSA = ["-newkey", "rsa:2048", "-nodes"];
const CA = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign";

function makeCertificates(
  at: (name: string) => string,
  openssl: (...args: readonly string[]) => string,
): void {
  writeFileSync(at("req.cnf"), "[req]\ndistinguished_name=dn\n[dn]\n");
  const root = (name: string, subject: string) => {
    writeFileSync(
      at("root.ext"),
      `[req]\ndistinguished_name=dn\nx509_extensions=v3\n[dn]\n[v3]\n${CA}\n`,
    );
    const out = ["-keyout", `${name}.key`, "-out", `${name}.pem`, "-days", "3650"];
    openssl("req", "-x509", ...EC, ...out, "-subj", subject, "-config", "root.ext");
  };
  const below = (
    issuer: string,
    name: string,
    extensions: string,
    how: readonly string[],
    days = "3650",
  ) => {
    writeFileSync(at("v3.ext"), extensions);
    const asked = ["-keyout", `${name}.key`, "-out", `${name}.csr`, "-config", "req.cnf"];
    openssl("req", "-new", ...how, ...asked, "-subj", `/O=Time of the tests/CN=${name}`);
    const by = [
      "-CA",
      `${issuer}.pem`,
      "-CAkey",
      `${issuer}.key`,
      "-CAcreateserial",
      "-days",
      days,
    ];
    openssl(
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      ...by,
      "-extfile",
      "v3.ext",
      "-out",
      `${name}.pem`,
    );
  };
  root("root", "/O=Time of the tests/CN=Root");
  root("impostor-root", "/O=Time of the tests/CN=Root");
  below("root", "middle", `${CA.replace("CA:TRUE", "CA:TRUE,pathlen:0")}`, EC);
  below("middle", "too-deep", CA, EC);
  for (const [name, extensions] of Object.entries(SIGNERS))
    below(
      "middle",
      fileOf(name),
      extensions,
      name === "good" ? RSA : EC,
      name === "expired" ? "-1" : "3650",
    );
  below("too-deep", "good-too-deep", SIGNERS.good, EC);
  below("good", "good-below-signer", SIGNERS.good, EC);
  below("impostor-root", "impostor", SIGNERS.good, EC);
  // Two authorities that certify each other: whoever follows them goes round and round.
  for (const name of ["loop-a", "loop-b"]) root(name, `/CN=${name}`);
  for (const [issuer, name] of [
    ["loop-a", "loop-b"],
    ["loop-b", "loop-a"],
  ] as const) {
    writeFileSync(at("v3.ext"), CA);
    const asked = ["-key", `${name}.key`, "-out", `${name}.csr`, "-config", "req.cnf"];
    openssl("req", "-new", ...asked, "-subj", `/CN=${name}`);
    const by = ["-CA", `${issuer}.pem`, "-CAkey", `${issuer}.key`, "-CAcreateserial"];
    const out = ["-extfile", "v3.ext", "-out", `${name}-crossed.pem`];
    openssl("x509", "-req", "-in", `${name}.csr`, ...by, ...out);
  }
  below("loop-a", "looped", SIGNERS.good, EC);
  writeFileSync(at("serial"), "01\n");
}

const settingsOf = (settings: Readonly<Record<string, string>>): string => {
  const all = {
    serial: "serial",
    signer_cert: "good.pem",
    certs: "middle.pem",
    signer_key: "good.key",
    signer_digest: "sha256",
    default_policy: "1.2.3.4.1",
    digests: "sha256",
    ess_cert_id_alg: "sha256",
    tsa_name: "yes",
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}=${value}`);
  return `[tsa]\ndefault_tsa=settings\n[settings]\n${lines.join("\n")}\n`;
};
