import { z } from "zod";
import { Organisation } from "@/schemas/attestation";
import type { Instant, InvitationId, SignInId, UserId } from "@/schemas/primitives";

/** What somebody may do who signs in. Readers see what everyone sees; an admin never attests. */
export const Role = z.enum(["reader", "attester", "admin"]);
export type Role = z.infer<typeof Role>;

/** Lower case in the database, as typed everywhere else. */
export const EmailAddress = z.email().max(320);

/** What people are called here: 1 to 100 characters, none of them a control character. */
export const PersonName = z
  .string()
  .trim()
  .regex(/^\P{Cc}{1,100}$/u);

/** A password as it was typed. Whether it is strong enough is another question. */
export const Password = z.string().min(1).max(1_024);

/** The secret of an invitation's link: 32 random bytes in base64url. */
export const InvitationToken = z.string().regex(/^[\w-]{43}$/);

/** An account that is to be made. */
export const NewAccount = z.strictObject({ email: EmailAddress, name: PersonName, role: Role });

/** Whom an admin asks to make an account, and how long the link is good. */
export const NewInvitation = z.strictObject({
  email: EmailAddress,
  name: PersonName,
  role: Role,
  organisation: Organisation.nullable(),
  validDays: z.int().min(1).max(30),
});
export type NewInvitation = z.infer<typeof NewInvitation>;

/** How somebody showed who they are. */
export type SignInMethod = "password" | "oidc";

/** Who somebody is, as an ID token says whose signature, issuer, audience and nonce were checked. */
export type ClaimedIdentity = {
  /** `iss` and `sub`: together the same person for good. */
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  /** Whether the provider says that the address is that person's. */
  readonly isEmailVerified: boolean;
};

/** One account, as admins see it. */
export type AccountView = {
  readonly id: UserId;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly organisation: string | null;
  readonly signsInWith: readonly SignInMethod[];
  readonly createdAt: Instant;
  /** Null: may sign in. */
  readonly disabledAt: Instant | null;
  /** Sessions that have neither ended nor expired. */
  readonly openSessions: number;
  /** Null: has not signed in since sign-ins are kept. */
  readonly lastSeenAt: Instant | null;
};

export type InvitationState = "open" | "accepted" | "withdrawn" | "expired";

/** One invitation, as admins see it. Its link is shown once, when it is made, and to nobody afterwards. */
export type InvitationView = {
  readonly id: InvitationId;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly organisation: string | null;
  readonly state: InvitationState;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
};

/** What an invitation's link says to who opens it. */
export type OpenInvitation = Pick<
  InvitationView,
  "email" | "name" | "role" | "organisation" | "expiresAt"
>;

export type SignInState = "open" | "ended" | "expired";

/** One browser that signed in, as its owner sees it. */
export type SignInView = {
  readonly id: SignInId;
  readonly method: SignInMethod;
  /** What the browser calls itself: a stranger's text. */
  readonly userAgent: string;
  readonly state: SignInState;
  /** Whether it is the one that asks. */
  readonly isThis: boolean;
  readonly createdAt: Instant;
  /** Not older than a minute. */
  readonly lastSeenAt: Instant;
  readonly expiresAt: Instant;
};

/** What somebody sees of their own account. */
export type OwnAccount = {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly organisation: string | null;
  readonly hasPassword: boolean;
};
