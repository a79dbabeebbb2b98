import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign as signBytes,
} from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

type Algorithm = "RS256" | "ES256";
type Claims = Record<string, unknown>;

/** What the provider says and does, changed by tests between two sign-ins. */
export type ProviderConduct = {
  algorithm: Algorithm;
  /** Of the person who is asked; what is undefined is left out. */
  claims: Claims;
  /** Changes the ID token's claims just before it is signed. */
  spoil: (claims: Claims) => Claims;
  /** Another key than the published one signs. */
  isForged: boolean;
  /** What the discovery document says otherwise. */
  metadata: Claims;
  /** What the userinfo endpoint says besides the subject. */
  userinfo: Claims;
  isDown: boolean;
};

const CLIENT = { id: "beacon", secret: "a secret of the client" } as const;
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

const KEYS: Readonly<Record<Algorithm, () => { publicKey: KeyObject; privateKey: KeyObject }>> = {
  RS256: () => generateKeyPairSync("rsa", { modulusLength: 2_048 }),
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
};

function signed(algorithm: Algorithm, key: KeyObject, claims: Claims): string {
  const input = `${base64url({ alg: algorithm, kid: algorithm, typ: "JWT" })}.${base64url(claims)}`;
  const signature = signBytes("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" });
  return `${input}.${signature.toString("base64url")}`;
}

type Grant = { readonly nonce: string; readonly challenge: string; readonly redirect: string };

/**
 * A small provider of OpenID Connect on this machine: discovery, authorization with PKCE, token, keys and
 * userinfo. Everybody who asks is let in at once, as the one person that it knows.
 */
export async function startOpenIdProvider() {
  const keys = { RS256: KEYS.RS256(), ES256: KEYS.ES256() };
  const forged = { RS256: KEYS.RS256(), ES256: KEYS.ES256() };
  const conduct: ProviderConduct = {
    algorithm: "RS256",
    claims: { sub: "248289761001", email: "ada@example.org", email_verified: true },
    spoil: (claims) => claims,
    isForged: false,
    metadata: {},
    userinfo: {},
    isDown: false,
  };
  const grants = new Map<string, Grant>();
  const asked: string[] = [];
  let issuer = "";

  const discovery = () => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    id_token_signing_alg_values_supported: [conduct.algorithm],
    ...conduct.metadata,
  });

  const jwks = () => ({
    keys: Object.entries(keys).map(([kid, { publicKey }]) => ({
      ...publicKey.export({ format: "jwk" }),
      kid,
      alg: kid,
      use: "sig",
    })),
  });

  function authorize(query: URLSearchParams): string {
    const code = randomBytes(16).toString("hex");
    const redirect = query.get("redirect_uri") ?? "";
    grants.set(code, {
      redirect,
      nonce: query.get("nonce") ?? "",
      challenge: query.get("code_challenge") ?? "",
    });
    const back = new URL(redirect);
    back.searchParams.set("code", code);
    back.searchParams.set("state", query.get("state") ?? "");
    return back.href;
  }

  /** A code is good once, for the client that it was given, with the secret that it was asked with. */
  function token(fields: URLSearchParams, authorization: string | undefined): unknown {
    const code = fields.get("code") ?? "";
    const grant = grants.get(code);
    grants.delete(code);
    const verifier = fields.get("code_verifier") ?? "";
    const credentials = [CLIENT.id, CLIENT.secret].map(encodeURIComponent).join(":");
    const isClient =
      authorization ===
      `Basic ${Buffer.from(credentials.replaceAll("%20", "+")).toString("base64")}`;
    if (
      grant === undefined ||
      !isClient ||
      grant.redirect !== fields.get("redirect_uri") ||
      createHash("sha256").update(verifier).digest("base64url") !== grant.challenge
    )
      return null;
    const at = Math.floor(Date.now() / 1_000);
    const claims = conduct.spoil({
      iss: issuer,
      aud: CLIENT.id,
      iat: at,
      exp: at + 300,
      nonce: grant.nonce,
      ...conduct.claims,
    });
    const { privateKey } = (conduct.isForged ? forged : keys)[conduct.algorithm];
    return {
      access_token: randomBytes(16).toString("hex"),
      token_type: "Bearer",
      expires_in: 300,
      id_token: signed(conduct.algorithm, privateKey, claims),
    };
  }

  async function answer(request: IncomingMessage) {
    const { pathname, searchParams } = new URL(request.url ?? "/", issuer);
    asked.push(pathname);
    if (conduct.isDown) return { status: 503, body: "down" };
    if (pathname === "/.well-known/openid-configuration") return { status: 200, body: discovery() };
    if (pathname === "/jwks") return { status: 200, body: jwks() };
    if (pathname === "/authorize") return { status: 302, location: authorize(searchParams) };
    if (pathname === "/userinfo")
      return { status: 200, body: { sub: conduct.claims.sub, ...conduct.userinfo } };
    const fields = new URLSearchParams(await text(request));
    const body = token(fields, request.headers.authorization);
    return body === null
      ? { status: 400, body: { error: "invalid_grant" } }
      : { status: 200, body };
  }

  const server = createServer((request, response) => {
    void answer(request).then(({ status, body, location }) => {
      response.writeHead(status, {
        "content-type": "application/json",
        ...(location === undefined ? {} : { location }),
      });
      response.end(JSON.stringify(body ?? null));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    client: CLIENT,
    conduct,
    /** The paths that were asked for. */
    asked,
    /** Somebody's browser is sent there, signs in, and is sent back: where to. */
    async visit(address: string): Promise<string> {
      const response = await fetch(address, { redirect: "manual" });
      return response.headers.get("location") ?? "";
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
