import type { Role } from "@/schemas/account";
import type { Credentials } from "@/test/support/sign-in";

/** What the addresses of pages are made of: things that the installation has. */
export type PageFacts = {
  readonly jobId: string;
  readonly taskId: string;
  readonly leafIndex: number;
  readonly attestationId: string;
  /** The secret of an invitation that nobody has taken up. */
  readonly invitation: string;
  /** Who can sign in, by role. */
  readonly accounts: Readonly<Record<Role, Credentials>>;
};

/** A page that a reader can open: its route in `app/`, an address of it, and who sees all of it. */
export type SitePage = {
  readonly name: string;
  readonly route: string;
  readonly path: (facts: PageFacts) => string;
  readonly as: Role | null;
};

/** Every page of the portal. */
export const SITE_PAGES: readonly SitePage[] = [
  { name: "front", route: "/", path: () => "/", as: null },
  { name: "explore", route: "/explore", path: () => "/explore", as: null },
  { name: "jobs", route: "/jobs", path: () => "/jobs", as: null },
  { name: "job", route: "/jobs/[jobId]", path: ({ jobId }) => `/jobs/${jobId}`, as: null },
  {
    name: "review",
    route: "/jobs/[jobId]/review",
    path: ({ jobId }) => `/jobs/${jobId}/review`,
    as: "attester",
  },
  { name: "compose", route: "/jobs/new", path: () => "/jobs/new", as: "admin" },
  {
    name: "response",
    route: "/responses/[taskId]",
    path: ({ taskId }) => `/responses/${taskId}`,
    as: null,
  },
  {
    name: "attestation",
    route: "/attestations/[attestationId]",
    path: ({ attestationId }) => `/attestations/${attestationId}`,
    as: null,
  },
  { name: "log", route: "/log", path: () => "/log", as: null },
  {
    name: "leaf",
    route: "/log/[leafIndex]",
    path: ({ leafIndex }) => `/log/${leafIndex}`,
    as: null,
  },
  { name: "key-registry", route: "/log/keys", path: () => "/log/keys", as: null },
  { name: "services", route: "/services", path: () => "/services", as: "admin" },
  { name: "providers", route: "/providers", path: () => "/providers", as: "admin" },
  { name: "methodology", route: "/methodology", path: () => "/methodology", as: null },
  { name: "verify", route: "/verify", path: () => "/verify", as: null },
  { name: "sign-in", route: "/sign-in", path: () => "/sign-in", as: null },
  {
    name: "invitation",
    route: "/invitations/[token]",
    path: ({ invitation }) => `/invitations/${invitation}`,
    as: null,
  },
  { name: "account", route: "/account", path: () => "/account", as: "reader" },
  { name: "attester", route: "/attester", path: () => "/attester", as: "attester" },
  { name: "users", route: "/users", path: () => "/users", as: "admin" },
];
