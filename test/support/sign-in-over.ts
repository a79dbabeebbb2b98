import { z } from "zod";

const Csrf = z.object({ csrfToken: z.string() });
const Challenged = z.object({
  result: z.object({ data: z.object({ json: z.object({ challenge: z.string() }) }) }),
});
const Viewed = z.object({ result: z.object({ data: z.object({ json: z.unknown() }) }) });

const cookiesOf = (response: Response): readonly string[] =>
  response.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");

/** Signs in with e-mail and password as the form does. @returns the cookies for further requests. */
export async function signInOver(
  url: string,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<{ readonly cookies: string; readonly isSignedIn: boolean }> {
  const first = await fetch(`${url}/api/auth/csrf`);
  const { csrfToken } = Csrf.parse(await first.json());
  const asked = await fetch(`${url}/api/trpc/session.challenge`);
  const { challenge } = Challenged.parse(await asked.json()).result.data.json;
  const second = await fetch(`${url}/api/auth/callback/credentials`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: cookiesOf(first).join("; ") },
    body: new URLSearchParams({ csrfToken, email, password, challenge }),
  });
  const cookies = [...cookiesOf(first), ...cookiesOf(second)].join("; ");
  const viewer = await fetch(`${url}/api/trpc/session.viewer`, { headers: { cookie: cookies } });
  return { cookies, isSignedIn: Viewed.parse(await viewer.json()).result.data.json !== null };
}
