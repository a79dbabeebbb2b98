import { authDoor } from "@/server/api/auth-door";
import { type Actor, actorOf } from "@/server/auth";
import type { Context } from "@/server/context";

/** As next-auth names it where the portal is served over http. */
export const SESSION_COOKIE = "next-auth.session-token";

/**
 * A browser in front of the sign-in door of `context`, with a jar of cookies of its own.
 *
 * @param userAgent what it calls itself.
 */
export function aBrowser(context: Context, userAgent = "a test browser") {
  const cookies: Record<string, string> = {};
  const door = authDoor(context);

  async function send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("user-agent", userAgent);
    headers.set("cookie", cookieHeader(cookies));
    if (!headers.has("host")) headers.set("host", new URL(context.publicUrl).host);
    const answer = await door(
      new Request(new URL(path, context.publicUrl), { ...init, headers, redirect: "manual" }),
    );
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const name = pair.slice(0, pair.indexOf("="));
      const value = decodeURIComponent(pair.slice(pair.indexOf("=") + 1));
      if (value === "" || /max-age=0/i.test(line)) delete cookies[name];
      else cookies[name] = value;
    }
    return answer;
  }

  const csrf = async (): Promise<string> =>
    ((await (await send("/api/auth/csrf")).json()) as { csrfToken: string }).csrfToken;

  const post = async (
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> =>
    send(path, {
      method: "POST",
      headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(fields),
    });

  return {
    cookies,
    send,
    csrf,
    post,
    /** Fills in the form. Answers whether a session came of it. */
    async signIn(email: string, password: string, over: Readonly<Record<string, string>> = {}) {
      const challenge = context.challenges.make("sign-in");
      const fields = { email, password, challenge, csrfToken: await csrf(), json: "true" };
      const answer = await post("/api/auth/callback/credentials", { ...fields, ...over });
      return answer.status === 200 && cookies[SESSION_COOKIE] !== undefined;
    },
    async signOut(): Promise<void> {
      await post("/api/auth/signout", { csrfToken: await csrf(), json: "true" });
    },
    /** Who the portal takes it for. */
    actor: (): Promise<Actor | null> => actorOf(context, { cookies, authorization: null }),
  };
}

const cookieHeader = (cookies: Readonly<Record<string, string>>): string =>
  Object.entries(cookies)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("; ");
