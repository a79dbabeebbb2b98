import type { PageFacts } from "@/test/support/pages";

/** Who may ask something of the portal. The operator is the command line, by its token. */
export const WHO = ["nobody", "reader", "attester", "admin", "operator"] as const;
export type Who = (typeof WHO)[number];

/** Whom a thing is for. */
export const ALLOWED = {
  everyone: WHO,
  "signed in": ["reader", "attester", "admin", "operator"],
  attesters: ["attester"],
  admins: ["admin", "operator"],
} as const satisfies Record<string, readonly Who[]>;
export type Kind = keyof typeof ALLOWED;

export const mayAsk = (who: Who, kind: Kind): boolean =>
  (ALLOWED[kind] as readonly Who[]).includes(who);

/** Whom a page is for, and the heading that everybody else reads in its place. */
type PageRule = { readonly for: Kind; readonly refusal?: string };

/** Every page by its route in `app/`. The operator's token opens no page: there it is nobody's. */
export const PAGES: Readonly<Record<string, PageRule>> = {
  "/": { for: "everyone" },
  "/account": { for: "signed in", refusal: "You are not signed in." },
  "/attestations/[attestationId]": { for: "everyone" },
  "/attester": { for: "attesters", refusal: "Only attesters sign reports." },
  "/explore": { for: "everyone" },
  "/invitations/[token]": { for: "everyone" },
  "/jobs": { for: "everyone" },
  "/jobs/[jobId]": { for: "everyone" },
  "/jobs/[jobId]/review": { for: "everyone" },
  "/jobs/new": { for: "admins", refusal: "Only admins compose jobs." },
  "/log": { for: "everyone" },
  "/log/[leafIndex]": { for: "everyone" },
  "/log/keys": { for: "everyone" },
  "/methodology": { for: "everyone" },
  "/providers": { for: "everyone" },
  "/responses/[taskId]": { for: "everyone" },
  "/services": { for: "everyone" },
  "/sign-in": { for: "everyone" },
  "/users": { for: "admins", refusal: "Only admins see who has an account." },
  "/verify": { for: "everyone" },
};

/** What addresses are made of besides: a block that the portal holds. */
export type MatrixFacts = PageFacts & { readonly cid: string };

/** One request to an address that is no page, and how it is answered to whom it is for. */
export type Asked = {
  /** `WebSocket`: it opens. */
  readonly method?: "GET" | "POST" | "WebSocket";
  readonly path: (facts: MatrixFacts) => string;
  readonly for: Kind;
  /** Its status for those; whoever else asks is refused with 401 or 403. */
  readonly status?: number;
  readonly body?: unknown;
  /** What stands in the address that it sends one on to. */
  readonly leadsTo?: string;
  /** The subscription that a WebSocket is asked for, and accepts. */
  readonly subscription?: string;
};

const inputOf = (input: unknown) => encodeURIComponent(JSON.stringify({ json: input }));
const REDIRECTED = { for: "everyone", status: 302 } as const;
const NOBODY_ID = `usr-${"a".repeat(26)}`;

/**
 * Every route handler of `app/` by its route, and what the portal answers besides. `api/trpc` is here with one
 * procedure of every kind; all of them are asked in process.
 */
export const ADDRESSES: Readonly<Record<string, readonly Asked[]>> = {
  // Whoever acts there shows the token of our form; without it nobody is signed in or out, whatever the role.
  "/api/auth/[...nextauth]": [
    { path: () => "/api/auth/csrf", for: "everyone" },
    { ...REDIRECTED, path: () => "/api/auth/signin", leadsTo: "/sign-in" },
    { ...REDIRECTED, path: () => "/api/auth/error", leadsTo: "/sign-in?error=" },
    { path: () => "/api/auth/callback/oidc", for: "everyone", status: 400 },
    ...["callback/credentials", "signin/oidc", "signout"].map(
      (action): Asked => ({
        ...REDIRECTED,
        method: "POST",
        path: () => `/api/auth/${action}`,
        leadsTo: "csrf=true",
      }),
    ),
  ],
  "/api/health": [{ path: () => "/api/health", for: "everyone" }],
  "/api/trpc/[trpc]": [
    { path: () => "/api/trpc/log.head", for: "everyone" },
    { path: () => "/api/trpc/accounts.mySignIns", for: "signed in" },
    { path: () => "/api/trpc/attestations.myKeys", for: "attesters" },
    {
      path: () => `/api/trpc/accounts.list?input=${inputOf({ cursor: null, limit: 1 })}`,
      for: "admins",
    },
    {
      method: "POST",
      path: () => "/api/trpc/accounts.enable",
      body: { json: { id: NOBODY_ID } },
      for: "admins",
      status: 404,
    },
  ],
  "/bundles/[file]": [{ path: ({ jobId }) => `/bundles/${jobId}.zip`, for: "everyone" }],
  "/explore.csv": [{ path: () => "/explore.csv", for: "everyone" }],
  "/explore.json": [{ path: () => "/explore.json", for: "everyone" }],
  "/ipfs/[[...path]]": [{ path: ({ cid }) => `/ipfs/${cid}?format=raw`, for: "everyone" }],
  "/jobs/[jobId]/answers.csv": [
    { path: ({ jobId }) => `/jobs/${jobId}/answers.csv`, for: "everyone" },
  ],
  "/jobs/[jobId]/comparison.csv": [
    { path: ({ jobId }) => `/jobs/${jobId}/comparison.csv`, for: "everyone" },
  ],
  "/jobs/[jobId]/comparison.json": [
    { path: ({ jobId }) => `/jobs/${jobId}/comparison.json`, for: "everyone" },
  ],
  "/tlog/anchors": [{ path: () => "/tlog/anchors", for: "everyone" }],
  "/tlog/anchors/[id]": [{ path: () => `/tlog/anchors/anc-none`, for: "everyone", status: 404 }],
  "/tlog/anchors/[id]/checkpoint": [
    { path: () => `/tlog/anchors/anc-none/checkpoint`, for: "everyone", status: 404 },
  ],
  "/tlog/policy": [{ path: () => "/tlog/policy", for: "everyone" }],
  "/tlog/proof/[index]": [{ path: ({ leafIndex }) => `/tlog/proof/${leafIndex}`, for: "everyone" }],
};

/** What the portal answers without Next: the log's own addresses. */
export const SERVED_BESIDES: typeof ADDRESSES = {
  "/tlog/checkpoint": [{ path: () => "/tlog/checkpoint", for: "everyone" }],
  "/tlog/tile/…": [
    { path: () => "/tlog/tile/0/000.p/1", for: "everyone" },
    { path: () => "/tlog/tile/entries/000.p/1", for: "everyone" },
  ],
  // Whoever may add shows a token or a key of their own; without either the address is not there.
  "/tlog/add": [
    { method: "POST", path: () => "/tlog/add", body: {}, for: "everyone", status: 404 },
  ],
  "/live": [
    { method: "WebSocket", path: () => "/live", for: "everyone" },
    { method: "WebSocket", path: () => "/live", for: "everyone", subscription: "live.events" },
  ],
  "/live/events": [{ method: "WebSocket", path: () => "/live/events", for: "everyone" }],
};

/** Whether each of them was let in, by what was asked for. */
export type Seen = Readonly<Record<string, Readonly<Record<Who, boolean>>>>;

/** What is to be seen if every rule holds. */
export const seenBy = (kinds: Readonly<Record<string, Kind>>): Seen =>
  Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [
      name,
      Object.fromEntries(WHO.map((who) => [who, mayAsk(who, kind)])) as Record<Who, boolean>,
    ]),
  );

/** The rules of pages as kinds by route. On a page the operator is nobody. */
export function seenPages(): Seen {
  const kinds = Object.entries(PAGES).map(([route, rule]) => [route, rule.for] as const);
  return Object.fromEntries(
    Object.entries(seenBy(Object.fromEntries(kinds))).map(([route, by]) => [
      route,
      { ...by, operator: by.nobody },
    ]),
  );
}

/** What was asked of an address, as a line of the table names it. */
export const nameOfAsked = (
  route: string,
  { method = "GET", path, subscription }: Asked,
): string => {
  const placeholders = new Proxy({} as MatrixFacts, { get: (_, name) => `[${String(name)}]` });
  const [shown = ""] = path(placeholders).split("?");
  const address = route.includes("[...") || route.includes("[trpc]") ? shown : route;
  return `${method} ${address}${subscription === undefined ? "" : `: ${subscription}`}`;
};

/** Everything that is asked besides pages and procedures, by its line of the table. */
export const everyAsked = (): readonly (readonly [name: string, asked: Asked])[] =>
  Object.entries({ ...ADDRESSES, ...SERVED_BESIDES }).flatMap(([route, list]) =>
    list.map((asked) => [nameOfAsked(route, asked), asked] as const),
  );

export const seenAddresses = (): Seen =>
  seenBy(Object.fromEntries(everyAsked().map(([name, asked]) => [name, asked.for])));

/** A table in Markdown: a line for each thing, a column for each of those who asked. */
export function tableOf(heading: string, seen: Seen): string {
  const cell = (isIn: boolean) => (isIn ? "yes" : "no");
  return [
    `| ${heading} | ${WHO.join(" | ")} |`,
    `|---|${WHO.map(() => "---").join("|")}|`,
    ...Object.keys(seen)
      .toSorted()
      .map(
        (name) =>
          `| \`${name}\` | ${WHO.map((who) => cell(seen[name]?.[who] ?? false)).join(" | ")} |`,
      ),
  ].join("\n");
}
