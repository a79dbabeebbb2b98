/**
 * What somebody reads who came back from the provider of OpenID Connect without a session.
 *
 * @param error as next-auth names it in the address of the page: anybody may write anything there.
 * @param name what the provider is called.
 */
export function refusalWords(error: string, name: string): string {
  if (error === "AccessDenied")
    return `Not signed in: ${name} says who you are, but no account here that is open belongs to you. Ask who runs this portal for an invitation.`;
  if (error === "OAuthSignin")
    return `Not signed in: ${name} could not be asked. Try again in a moment.`;
  return "Not signed in: the sign-in was not completed, or what came back did not fit. Try again from here.";
}
