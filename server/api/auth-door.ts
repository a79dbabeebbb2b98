import NextAuth, { type AuthOptions } from "next-auth";
import { withBoundedBody } from "@/server/api/bounded-body";
import { refuseForeignOrigin } from "@/server/api/own-origin";
import { answerOrRefuse } from "@/server/api/refuse";
import { authOptionsFor, cookiesIn } from "@/server/auth";
import type { Context } from "@/server/context";
import { isBeaconError } from "@/server/domain/errors";

/** What of next-auth is served. Its own session, provider and log addresses are nobody's business here. */
const SERVED = {
  GET: /^(csrf|signin|error|callback\/oidc)$/,
  POST: /^(signin\/oidc|callback\/credentials|signout)$/,
} as const;

/** More than any form of ours or any provider's answer has. */
const MAX_BODY_BYTES = 16_384;

/**
 * The door of signing in and out: next-auth, spoken to as its handler for Node is, so that what is tested is
 * what is served.
 */
export const authDoor =
  (context: Context) =>
  (request: Request): Promise<Response> =>
    answerOrRefuse(() => answer(context, request));

async function answer(context: Context, request: Request): Promise<Response> {
  refuseForeignOrigin(request, context.publicUrl);
  const { pathname, searchParams } = new URL(request.url);
  const path = pathname.replace(/^\/api\/auth\//, "");
  const isPost = request.method === "POST";
  if (!(isPost ? SERVED.POST : SERVED.GET).test(path))
    return refusal(404, "There is nothing here.");
  const body = isPost ? await (await withBoundedBody(request, MAX_BODY_BYTES)).text() : "";
  const fields = Object.fromEntries(new URLSearchParams(body));
  const options = await optionsFor(context, request, path);
  if (options === null) return goTo("/sign-in?error=OAuthSignin", fields);
  // next-auth would hand what stands in the address of a form on to the provider.
  const query = isPost ? {} : Object.fromEntries(searchParams);
  return nextAuth(options, request, { ...query, nextauth: path.split("/") }, fields);
}

const refusal = (status: number, sentence: string): Response =>
  new Response(`${sentence}\n`, { status, headers: { "content-type": "text/plain" } });

/** Null: the provider of OpenID Connect cannot be asked, as the log says. */
async function optionsFor(
  context: Context,
  { headers }: Request,
  path: string,
): Promise<AuthOptions | null> {
  try {
    return await authOptionsFor(context, {
      userAgent: headers.get("user-agent") ?? "",
      isOpenId: path.endsWith("/oidc"),
    });
  } catch (error) {
    if (!isBeaconError(error) || error.code !== "OIDC_UNAVAILABLE") throw error;
    context.logger.warn({ err: error }, "the provider of OpenID Connect cannot be asked");
    return null;
  }
}

/** As next-auth answers a page that asked for JSON, because it goes on by itself. */
const goTo = (address: string, { json }: Record<string, string>): Response =>
  json === "true"
    ? Response.json({ url: address })
    : new Response(null, { status: 302, headers: { location: address } });

/** Calls next-auth's handler for Node, and answers what it would have written there. */
function nextAuth(
  options: AuthOptions,
  { method, headers: given }: Request,
  query: Readonly<Record<string, string | readonly string[]>>,
  body: Readonly<Record<string, string>>,
): Promise<Response> {
  const cookies = cookiesIn(given.get("cookie") ?? undefined);
  const request = { method, headers: Object.fromEntries(given), cookies, query, body };
  return new Promise((resolve, reject) => {
    const headers = new Headers();
    let status = 200;
    const finish = (text: string | null) => resolve(new Response(text, { status, headers }));
    const response = {
      status(code: number) {
        status = code;
        return response;
      },
      getHeader: (name: string) =>
        name === "Set-Cookie" ? headers.getSetCookie() : headers.get(name),
      setHeader(name: string, value: string | readonly string[]) {
        headers.delete(name);
        for (const one of [value].flat()) headers.append(name, one);
        return response;
      },
      end: () => finish(null),
      json(value: unknown) {
        headers.set("content-type", "application/json");
        finish(JSON.stringify(value));
      },
      send: (value: unknown) =>
        typeof value === "string" ? finish(value) : response.json(value ?? null),
    };
    Promise.resolve(NextAuth(options)(request, response)).catch(reject);
  });
}
