/** next-auth's own doors, spoken to with plain fetch: its browser library would be ten times this file. */
type Fetch = typeof fetch;

/** One string out of a JSON answer of the portal. @throws when it does not answer, or something else */
async function told(call: Fetch, address: string, path: readonly string[]): Promise<string> {
  const answer = await call(address, { headers: { accept: "application/json" } });
  const body: unknown = await answer.json();
  const found = path.reduce<unknown>(
    (at, name) => (at as Record<string, unknown> | null | undefined)?.[name],
    body,
  );
  if (!answer.ok || typeof found !== "string") throw new Error("The portal gave no sign-in token.");
  return found;
}

const post = async (call: Fetch, path: string, fields: Record<string, string>) =>
  call(path, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      ...fields,
      csrfToken: await told(call, "/api/auth/csrf", ["csrfToken"]),
      json: "true",
    }),
  });

/** Where next-auth says to go on, and why not, if it says so. @throws when it says nothing */
async function onward(answer: Response): Promise<{ url: string; error: string | null }> {
  const body: unknown = await answer.json().catch(() => null);
  const url = (body as { url?: unknown } | null)?.url;
  if (typeof url !== "string") throw new Error(`The portal answered ${answer.status}.`);
  const { searchParams } = new URL(url, "http://portal.invalid");
  return { url, error: searchParams.has("csrf") ? "csrf" : searchParams.get("error") };
}

/** Signs in with e-mail and password. False: refused. @throws when the portal does not answer. */
export async function signIn(
  email: string,
  password: string,
  call: Fetch = fetch,
): Promise<boolean> {
  // Asked for at the last moment: it is good once, and not for long.
  const challenge = await told(call, "/api/trpc/session.challenge", [
    "result",
    "data",
    "json",
    "challenge",
  ]);
  const answer = await post(call, "/api/auth/callback/credentials", {
    email,
    password,
    challenge,
    callbackUrl: "/",
  });
  const { error } = await onward(answer);
  if (error === null && answer.ok) return true;
  if (error === "CredentialsSignin") return false;
  throw new Error(`The portal answered ${answer.status}.`);
}

/**
 * The address at the provider of OpenID Connect where somebody signs in who then comes back to `next`.
 *
 * @throws when the portal does not answer, or the provider cannot be asked.
 */
export async function openIdAddress(next: string, call: Fetch = fetch): Promise<string> {
  const { url, error } = await onward(
    await post(call, "/api/auth/signin/oidc", { callbackUrl: next }),
  );
  if (error !== null) throw new Error(`The portal answered ${error}.`);
  return url;
}

/** Ends the session of this browser. */
export async function signOut(call: Fetch = fetch): Promise<void> {
  const answer = await post(call, "/api/auth/signout", { callbackUrl: "/" });
  if (!answer.ok) throw new Error(`The portal answered ${answer.status}.`);
}
