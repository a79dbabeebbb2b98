import type { Role, SignInMethod } from "@/schemas/account";

/** What each role may do, in a sentence. */
export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  reader: "Reads what everybody reads, with an account.",
  attester: "Checks comparisons and signs reports about them, with keys of their own.",
  admin: "Composes jobs, invites people and looks after services; never attests.",
};

/** A person of a role, as a sentence needs it. */
export const A_PERSON: Readonly<Record<Role, string>> = {
  reader: "a reader",
  attester: "an attester",
  admin: "an admin",
};

/** How somebody shows who they are. */
export const METHOD_WORDS: Readonly<Record<SignInMethod, string>> = {
  password: "password",
  oidc: "OpenID Connect",
};
