import type { Profile, User } from "next-auth";
import type { OAuthConfig } from "next-auth/providers/oauth";
import { z } from "zod";
import type { ClaimedIdentity } from "@/schemas/account";
import type { WithDeadline } from "@/server/adapters/clock/deadline";
import { BeaconError } from "@/server/domain/errors";

/** What an installation knows of the provider that says who people are. */
export type OpenIdSettings = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What people call it. */
  readonly name: string;
};

/** Of an ID token's claims, those that are looked at (OpenID Connect Core 1.0, sections 2 and 5.1). */
const IdClaims = z.object({
  iss: z.string().min(1).max(2_048),
  sub: z.string().min(1).max(255),
  email: z.string().max(320).optional(),
  email_verified: z.unknown().optional(),
});

/** Whom next-auth hands on. */
export type OpenIdUser = User & { readonly claimed: ClaimedIdentity };

/** A provider of OpenID Connect. */
export type OpenIdProvider = {
  readonly name: string;
  /** For next-auth, under the id `oidc`. @throws BeaconError OIDC_UNAVAILABLE */
  config(): Promise<OAuthConfig<Profile>>;
};

/** What its discovery document says (OpenID Connect Discovery 1.0, section 3). */
const Metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  userinfo_endpoint: z.url().optional(),
  jwks_uri: z.url(),
  id_token_signing_alg_values_supported: z.array(z.string()).default(["RS256"]),
  token_endpoint_auth_methods_supported: z.array(z.string()).default(["client_secret_basic"]),
});
type Metadata = z.infer<typeof Metadata>;

/** Public-key signatures, the one first that every provider must know. One is chosen, and nothing else is taken. */
const ALGORITHMS = [
  "RS256",
  "ES256",
  "PS256",
  "ES384",
  "RS384",
  "PS384",
  "ES512",
  "RS512",
  "PS512",
];
const KEPT_MS = 10 * 60_000;
const LIMIT_MS = 5_000;

/** The provider that `settings` name. It is asked at the first sign-in, and again after ten minutes. */
export function createOpenIdProvider(
  settings: OpenIdSettings,
  { withDeadline, now }: { readonly withDeadline: WithDeadline; readonly now: () => Date },
): OpenIdProvider {
  let known: { readonly metadata: Metadata; readonly until: number } | null = null;
  const metadata = async () => {
    const at = now().getTime();
    if (known === null || known.until <= at)
      known = { metadata: await discover(settings.issuer, withDeadline), until: at + KEPT_MS };
    return known.metadata;
  };
  return {
    name: settings.name,
    config: async () => configOf(settings, await metadata()),
  };
}

async function discover(issuer: string, withDeadline: WithDeadline): Promise<Metadata> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  let body: unknown;
  try {
    body = await withDeadline(LIMIT_MS, [], async (signal) => {
      const answer = await fetch(url, { signal, redirect: "error" });
      if (!answer.ok) throw new Error(`it answered ${answer.status}`);
      return answer.json();
    });
  } catch (error) {
    throw unavailable(`${url} could not be read.`, error);
  }
  const parsed = Metadata.safeParse(body);
  if (!parsed.success) throw unavailable(`${url} is no discovery document.`, parsed.error);
  // Section 4.3: it must be the very issuer that was asked, or its tokens say nothing about our people.
  if (parsed.data.issuer !== issuer)
    throw unavailable(`${url} speaks for ${parsed.data.issuer.slice(0, 200)}, not for ${issuer}.`);
  return parsed.data;
}

function configOf(settings: OpenIdSettings, known: Metadata): OAuthConfig<Profile> {
  const algorithm = ALGORITHMS.find((one) =>
    known.id_token_signing_alg_values_supported.includes(one),
  );
  if (algorithm === undefined)
    throw unavailable(`${settings.issuer} signs its ID tokens in no way that is taken here.`);
  const methods = known.token_endpoint_auth_methods_supported;
  return {
    id: "oidc",
    name: settings.name,
    type: "oauth",
    issuer: known.issuer,
    clientId: settings.clientId,
    clientSecret: settings.clientSecret,
    authorization: { url: known.authorization_endpoint, params: { scope: "openid email profile" } },
    token: { url: known.token_endpoint },
    jwks_endpoint: known.jwks_uri,
    ...userinfoOf(known),
    client: {
      id_token_signed_response_alg: algorithm,
      token_endpoint_auth_method: methods.includes("client_secret_basic")
        ? "client_secret_basic"
        : "client_secret_post",
    },
    httpOptions: { timeout: LIMIT_MS },
    idToken: true,
    checks: ["pkce", "state", "nonce"],
    profile: userOf,
  };
}

/** @throws ZodError, which next-auth answers with an error of its own */
function userOf(profile: Profile): OpenIdUser {
  const { iss, sub, email, email_verified } = IdClaims.parse(profile);
  return {
    id: sub,
    claimed: {
      issuer: iss,
      subject: sub,
      email: email ?? null,
      // Only the boolean of the standard: what else somebody sends for it is no promise.
      isEmailVerified: email_verified === true,
    },
  };
}

/**
 * The claims of the ID token, and the address from the userinfo endpoint where the token has none: either
 * place is as good (OpenID Connect Core 1.0, section 5.4). openid-client checks that both have one subject.
 */
const userinfoOf = ({
  userinfo_endpoint: url,
}: Metadata): Pick<OAuthConfig<Profile>, "userinfo"> =>
  url === undefined
    ? {}
    : {
        userinfo: {
          url,
          async request({ client, tokens }) {
            // openid-client's own set of tokens, whose signature and claims it has checked.
            const checked = tokens as Exclude<Parameters<typeof client.userinfo>[0], string>;
            const claims: Profile = checked.claims();
            if (claims.email !== undefined) return claims;
            return { ...(await client.userinfo(checked)), ...claims };
          },
        },
      };

const unavailable = (message: string, cause?: unknown): BeaconError =>
  new BeaconError("OIDC_UNAVAILABLE", message, { cause });
