import { timingSafeEqual } from "node:crypto";
import type { AuthOptions, User } from "next-auth";
import { getToken, type JWT } from "next-auth/jwt";
import CredentialsProvider from "next-auth/providers/credentials";
import { z } from "zod";
import { Password } from "@/schemas/account";
import { SignInId, type UserId } from "@/schemas/primitives";
import type { Viewer } from "@/schemas/snapshot";
import type { Account } from "@/server/adapters/db/account-store";
import type { OpenIdUser } from "@/server/adapters/oidc/openid-provider";
import type { Context } from "@/server/context";
import { signInState } from "@/server/domain/account/state";
import { isBeaconError } from "@/server/domain/errors";
import { openSession, SESSION_MS } from "@/server/services/open-session";
import { signIn } from "@/server/services/sign-in";
import { signInWithIdentity } from "@/server/services/sign-in-with-identity";

/** Who acts. The command line acts as the installation's operator, with an admin's rights. */
export type Actor = Viewer & {
  /** The session that the request shows; the command line has none. */
  readonly signIn?: SignInId;
};

const Credentials = z.object({
  email: z.string().min(3).max(320),
  password: Password,
  challenge: z.string().max(200),
});

/**
 * What a session cookie says: the account, its session version, and the sign-in that it was given out for
 * (`sid`: next-auth writes a `jti` of its own into every token).
 */
const Token = z.object({ sub: z.string(), sid: SignInId, sessionVersion: z.int() });

/** Between two times that a session's last request is written down. */
const SEEN_EVERY_MS = 60_000;

let decoy: Promise<string> | null = null;

/** What of a request next-auth's options depend on. */
export type SignInRequest = {
  readonly userAgent: string;
  /** Whether it is on its way to or from the provider of OpenID Connect, which is asked for nothing else. */
  readonly isOpenId: boolean;
};

/**
 * next-auth for one request: credentials, OpenID Connect where it is configured, and sessions in signed cookies.
 *
 * @throws BeaconError OIDC_UNAVAILABLE
 */
export async function authOptionsFor(
  context: Context,
  { userAgent, isOpenId }: SignInRequest,
): Promise<AuthOptions> {
  const log = context.logger.child({ component: "sign-in" });
  const openId = isOpenId && context.openId !== null ? [await context.openId.config()] : [];
  return {
    secret: context.sessionSecret,
    session: { strategy: "jwt", maxAge: SESSION_MS / 1_000 },
    jwt: { maxAge: SESSION_MS / 1_000 },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    useSecureCookies: isSecure(context),
    providers: [credentialsOf(context), ...openId],
    logger: {
      error: (code, detail) => log.warn({ code, reason: reasonOf(detail) }, "a sign-in failed"),
      warn: (code) => log.debug({ code }, "next-auth warns"),
      debug: () => {},
    },
    callbacks: {
      async signIn({ user }) {
        if (!isOpenIdUser(user)) return true;
        try {
          await signInWithIdentity(context, user.claimed);
          countSignIn(context, "oidc", "accepted");
          return true;
        } catch (error) {
          countSignIn(context, "oidc", "refused");
          if (isBeaconError(error) && REFUSALS.has(error.code)) return false;
          throw unsaid(context, error);
        }
      },
      async jwt({ user }) {
        const account = await accountOf(context, user);
        if (account === null) throw new Error("nobody signed in");
        const method = isOpenIdUser(user) ? "oidc" : "password";
        const sid = await openSession(context, { accountId: account.id, method, userAgent });
        return { sub: account.id, sid, sessionVersion: account.sessionVersion };
      },
    },
    events: {
      // Whoever kept a copy of the cookie has nothing any more.
      async signOut({ token }) {
        const session = Token.safeParse(token);
        if (!session.success) return;
        const { sub, sid } = session.data;
        await context.signIns.end(sub, sid, context.now());
      },
    },
  };
}

/** A user as `credentialsOf` lets one in: the account as it was when the password was checked. */
type PasswordUser = User & { readonly sessionVersion: number };

const isOpenIdUser = (user: User | OpenIdUser): user is OpenIdUser => "claimed" in user;

/** Whose session is to be opened. */
const accountOf = async (
  context: Context,
  user: User,
): Promise<Pick<Account, "id" | "sessionVersion"> | null> => {
  if (isOpenIdUser(user)) return context.identities.accountOf(user.claimed);
  return { id: user.id as UserId, sessionVersion: (user as PasswordUser).sessionVersion };
};

const credentialsOf = (context: Context) =>
  CredentialsProvider({
    name: "Beacon",
    credentials: { email: { type: "email" }, password: { type: "password" }, challenge: {} },
    async authorize(input) {
      const credentials = Credentials.safeParse(input);
      if (!credentials.success) return null;
      try {
        const decoyHash = await decoyOf(context);
        const deps = { ...context, decoyHash, throttle: context.signInThrottle };
        const { id, sessionVersion } = await signIn(deps, credentials.data);
        countSignIn(context, "password", "accepted");
        return { id, sessionVersion } satisfies PasswordUser;
      } catch (error) {
        countSignIn(context, "password", "refused");
        if (isBeaconError(error) && REFUSALS.has(error.code)) return null;
        throw unsaid(context, error);
      }
    },
  });

/** A hash that no password fits, made once; one that could not be made is made again. */
function decoyOf(context: Context): Promise<string> {
  decoy ??= context.hashPassword(context.sessionSecret).catch((error: unknown) => {
    decoy = null;
    throw error;
  });
  return decoy;
}

const countSignIn = (
  { metrics }: Context,
  method: "password" | "oidc",
  outcome: "accepted" | "refused",
): void => metrics.of.signIns.add({ method, outcome });

/** next-auth puts an error's message into the address that it answers with. */
function unsaid(context: Context, error: unknown): Error {
  context.logger.error({ err: error }, "a sign-in failed");
  return new Error("Unavailable");
}

const REFUSALS: ReadonlySet<string> = new Set(["SIGN_IN_REFUSED", "CHALLENGE_REFUSED"]);
const isSecure = (context: Context) => context.publicUrl.startsWith("https:");

/** The message of what failed, and nothing else of it: next-auth's errors carry tokens and codes along. */
const reasonOf = (detail: unknown): string | undefined => {
  const error = detail instanceof Error ? detail : (detail as { error?: unknown } | null)?.error;
  return error instanceof Error ? error.message.slice(0, 300) : undefined;
};

/** What a request says about who sends it: cookies already parsed. */
export type Credence = {
  readonly cookies: Readonly<Record<string, string>>;
  readonly authorization: string | null;
};

/**
 * Who sends a request; null for a reader who has not signed in. A session that was ended, is too old or of
 * an older version, or whose account was disabled, is nobody's.
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
  const { sub, sid, sessionVersion } = session.data;
  const found = await context.signIns.byId(sid);
  if (found === null) return null;
  const { signIn, account } = found;
  const now = context.now();
  const isOpen = signInState(signIn, now) === "open" && account.disabledAt === null;
  if (!isOpen || account.id !== sub || account.sessionVersion !== sessionVersion) return null;
  const unlessAfter = new Date(now.getTime() - SEEN_EVERY_MS);
  if (signIn.lastSeenAt <= unlessAfter) await context.signIns.seen(sid, now, unlessAfter);
  return { id: account.id, name: account.name, role: account.role, signIn: sid };
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
