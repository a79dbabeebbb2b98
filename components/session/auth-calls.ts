/** next-auth's own doors, spoken to with plain fetch: its browser library would be ten times this file. */
type Fetch = typeof fetch;

async function csrfToken(call: Fetch): Promise<string> {
  const answer = await call("/api/auth/csrf", { headers: { accept: "application/json" } });
  const body: unknown = await answer.json();
  const token = (body as { csrfToken?: unknown } | null)?.csrfToken;
  if (!answer.ok || typeof token !== "string") throw new Error("The portal gave no sign-in token.");
  return token;
}

const post = async (call: Fetch, path: string, fields: Record<string, string>) =>
  call(path, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ ...fields, csrfToken: await csrfToken(call), json: "true" }),
  });

/** Signs in with e-mail and password. False: refused. @throws when the portal does not answer. */
export async function signIn(
  email: string,
  password: string,
  call: Fetch = fetch,
): Promise<boolean> {
  const answer = await post(call, "/api/auth/callback/credentials", {
    email,
    password,
    callbackUrl: "/",
  });
  if (answer.status === 401 || answer.status === 403) return false;
  const body: unknown = await answer.json().catch(() => null);
  const url = (body as { url?: unknown } | null)?.url;
  if (!answer.ok || typeof url !== "string")
    throw new Error(`The portal answered ${answer.status}.`);
  return new URL(url, "http://portal.invalid").searchParams.get("error") === null;
}

/** Ends the session of this browser. */
export async function signOut(call: Fetch = fetch): Promise<void> {
  await post(call, "/api/auth/signout", { callbackUrl: "/" });
}
