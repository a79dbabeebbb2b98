import { timingSafeEqual } from "node:crypto";
import type { AuthOptions } from "next-auth";
import { getToken, type JWT } from "next-auth/jwt";
import CredentialsProvider from "next-auth/providers/credentials";
import { z } from "zod";
import type { Viewer } from "@/schemas/snapshot";
import type { Account } from "@/server/adapters/db/account-store";
import type { Context } from "@/server/context";
import { isBeaconError } from "@/server/domain/errors";
import { signIn } from "@/server/services/sign-in";

/** Who acts. The command line acts as the installation's operator, with an admin's rights. */
export type Actor = Viewer;

const Credentials = z.object({
  email: z.string().min(3).max(320),
  password: z.string().min(1).max(1_024),
});

/** What a session cookie says, besides what next-auth puts there. */
const Token = z.object({ sub: z.string(), sessionVersion: z.int() });

let decoy: Promise<string> | null = null;

/** next-auth for one context: credentials, and therefore sessions in signed cookies. */
export function authOptionsFor(context: Context): AuthOptions {
  return {
    secret: context.sessionSecret,
    session: { strategy: "jwt", maxAge: 12 * 3_600 },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    useSecureCookies: isSecure(context),
    providers: [
      CredentialsProvider({
        name: "Beacon",
        credentials: { email: { type: "email" }, password: { type: "password" } },
        async authorize(input) {
          const credentials = Credentials.safeParse(input);
          if (!credentials.success) return null;
          decoy ??= context.hashPassword(context.sessionSecret);
          try {
            return userOf(
              await signIn(
                {
                  accounts: context.accounts,
                  isPassword: context.isPassword,
                  decoyHash: await decoy,
                  throttle: context.signInThrottle,
                },
                credentials.data,
              ),
            );
          } catch (error) {
            if (isBeaconError(error) && error.code === "SIGN_IN_REFUSED") return null;
            throw error;
          }
        },
      }),
    ],
    callbacks: {
      jwt: ({ token, user }) =>
        user !== undefined && "sessionVersion" in user
          ? { ...token, sub: user.id, sessionVersion: user.sessionVersion }
          : token,
    },
  };
}

const userOf = ({ id, name, email, sessionVersion }: Account) => ({
  id,
  name,
  email,
  sessionVersion,
});
const isSecure = (context: Context) => context.publicUrl.startsWith("https:");

/** What a request says about who sends it: cookies already parsed. */
export type Credence = {
  readonly cookies: Readonly<Record<string, string>>;
  readonly authorization: string | null;
};

/**
 * Who sends a request; null for a reader who has not signed in. A session whose account has gone, or
 * whose version is an older one, is nobody's.
 */
export async function actorOf(
  context: Context,
  { cookies, authorization }: Credence,
): Promise<Actor | null> {
  if (authorization !== null) return operatorOf(context, authorization);
  const token: JWT | null = await getToken({
    req: { cookies, headers: {} } as never,
    secret: context.sessionSecret,
    secureCookie: isSecure(context),
  });
  const session = Token.safeParse(token);
  if (!session.success) return null;
  const account = await context.accounts.byId(session.data.sub);
  if (account === null || account.sessionVersion !== session.data.sessionVersion) return null;
  return { id: account.id, name: account.name, role: account.role };
}

function operatorOf(context: Context, authorization: string): Actor | null {
  const given = Buffer.from(authorization);
  const expected = Buffer.from(`Bearer ${context.operatorToken}`);
  const isRight = given.length === expected.length && timingSafeEqual(given, expected);
  return isRight ? { id: "operator", name: "Command line", role: "admin" } : null;
}

/** The cookies of a request's `cookie` header. */
export function cookiesIn(header: string | undefined): Record<string, string> {
  return Object.fromEntries(
    (header ?? "").split(";").flatMap((pair) => {
      const at = pair.indexOf("=");
      return at < 1 ? [] : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())]];
    }),
  );
}

/** Anybody may send `%zz`; it then stays what it is. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
