import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TRPCError } from "@trpc/server";
import { describe, expect, it } from "vitest";
import type { AppRouter } from "@/server/api/root";
import { appRouter, createCaller } from "@/server/api/root";
import type { Actor } from "@/server/auth";
import { draftIdOf } from "@/server/domain/draft/draft-id";
import { newDraft } from "@/server/domain/draft/empty-draft";
import { EVERYTHING, filterOf } from "@/server/domain/explore/query";
import { invitationIdFrom, signInIdFrom, userIdFrom } from "@/server/domain/identity";
import { aService } from "@/test/adapters/service/a-service";
import { anEnrolment, aSealedAttestation } from "@/test/domain/attest/an-attestation";
import { aSpec, exampleJson } from "@/test/domain/job/job-specs";
import { CODE_OF_INVALID_EXAMPLE } from "@/test/schemas/invalid-examples";
import { aJobId, announced, aTaskRow, sixteen } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";
import {
  ADDRESSES,
  type Kind,
  mayAsk,
  PAGES,
  type Seen,
  seenAddresses,
  seenPages,
  tableOf,
  WHO,
  type Who,
} from "@/test/support/role-matrix";
import { routesIn } from "@/test/support/routes";
import { ROOT } from "@/test/support/run-tool";

const house = ownContext();
const ACTORS: Readonly<Record<Who, Actor | null>> = {
  nobody: null,
  reader: { id: "usr-reader", name: "Joan", role: "reader" },
  attester: { id: "usr-attester", name: "Ada", role: "attester" },
  admin: { id: "usr-admin", name: "Grace", role: "admin" },
  operator: { id: "operator", name: "Command line", role: "admin" },
};

const DRAFT_KEY = randomUUID();

/** Somebody who has no account. */
const NOBODY = userIdFrom(sixteen(250));

/** Every procedure of the portal: whom it is for, and an input that fits. One line each. */
const PROCEDURES: Record<string, { for: Kind; input?: unknown }> = {
  "accounts.create": {
    for: "admins",
    input: { email: "new@example.org", name: "New", role: "attester" },
  },
  "accounts.createForOpenId": {
    for: "admins",
    input: { email: "openid@example.org", name: "New", role: "reader" },
  },
  "accounts.list": { for: "admins", input: { cursor: null, limit: 10 } },
  "accounts.setRole": { for: "admins", input: { id: NOBODY, role: "reader" } },
  "accounts.setOrganisation": { for: "admins", input: { id: NOBODY, organisation: null } },
  "accounts.disable": { for: "admins", input: { id: NOBODY } },
  "accounts.enable": { for: "admins", input: { id: NOBODY } },
  "accounts.endSessions": { for: "admins", input: { id: NOBODY } },
  "accounts.mine": { for: "signed in" },
  "accounts.mySignIns": { for: "signed in" },
  "accounts.endMySignIn": { for: "signed in", input: { id: signInIdFrom(sixteen(250)) } },
  "accounts.endAllMine": { for: "signed in" },
  "accounts.changePassword": { for: "signed in", input: { current: "x", next: "y" } },
  "invitations.create": {
    for: "admins",
    input: {
      ...{ email: "invited@example.org", name: "New", role: "reader" },
      ...{ organisation: null, validDays: 7 },
    },
  },
  "invitations.list": { for: "admins", input: { cursor: null, limit: 10 } },
  "invitations.withdraw": { for: "admins", input: { id: invitationIdFrom(sixteen(250)) } },
  "invitations.look": { for: "everyone", input: { token: "A".repeat(43) } },
  "invitations.accept": { for: "everyone", input: { token: "A".repeat(43), password: "x" } },
  "jobs.submit": { for: "admins", input: { spec: aSpec(), submissionKey: randomUUID() } },
  "jobs.withdraw": { for: "admins", input: { jobId: aJobId(250) } },
  "drafts.list": { for: "admins" },
  "drafts.byId": { for: "admins", input: { id: draftIdOf("usr-admin", DRAFT_KEY) } },
  "drafts.save": {
    for: "admins",
    input: { id: null, title: "", body: newDraft(DRAFT_KEY), version: 0 },
  },
  "drafts.remove": { for: "admins", input: { id: draftIdOf("usr-admin", DRAFT_KEY) } },
  "jobs.byId": { for: "everyone", input: { jobId: aJobId(250) } },
  "jobs.list": { for: "everyone", input: { cursor: null, limit: 10 } },
  "jobs.catalog": { for: "everyone" },
  "jobs.completeness": { for: "everyone", input: { jobId: aJobId(250) } },
  "jobs.timeline": { for: "everyone", input: { jobId: aJobId(250) } },
  "jobs.blocks": { for: "everyone", input: { jobId: aJobId(250) } },
  "comparisons.byJob": { for: "everyone", input: { jobId: aJobId(250) } },
  "comparisons.latest": { for: "everyone", input: { limit: 5 } },
  "attestations.review": { for: "everyone", input: { jobId: aJobId(250) } },
  "attestations.ofJob": { for: "everyone", input: { jobId: aJobId(250) } },
  "attestations.byId": { for: "everyone", input: { id: aSealedAttestation().report.id } },
  "attestations.file": { for: "everyone", input: aSealedAttestation() },
  "attestations.challenge": { for: "attesters" },
  "attestations.enrol": { for: "attesters", input: anEnrolment() },
  "attestations.myKeys": { for: "attesters" },
  "attestations.revokeMyKey": {
    for: "attesters",
    input: { key: aSealedAttestation().entry.attester_key, reason: "retired" },
  },
  "attestations.challengeFor": { for: "admins", input: { email: "nobody@example.org" } },
  "attestations.enrolFor": {
    for: "admins",
    input: { email: "nobody@example.org", ...anEnrolment() },
  },
  "explorer.search": { for: "everyone", input: EVERYTHING },
  "explorer.count": { for: "everyone", input: filterOf(EVERYTHING) },
  "explorer.facets": { for: "everyone" },
  "citations.byTask": { for: "everyone", input: { taskId: aTaskRow().id } },
  "citations.byJob": { for: "everyone", input: { jobId: aJobId(250) } },
  "responses.byTask": { for: "everyone", input: { taskId: aTaskRow().id } },
  "responses.excerpts": {
    for: "everyone",
    input: { jobId: aJobId(250), prompt: "vell-dam", service: "control-regional" },
  },
  "responses.commonWords": {
    for: "everyone",
    input: { jobId: aJobId(250), prompt: "vell-dam" },
  },
  "log.head": { for: "everyone" },
  "log.leaves": { for: "everyone", input: { cursor: null, limit: 10 } },
  "log.leaf": { for: "everyone", input: { index: 0 } },
  "log.consistency": { for: "everyone", input: { from: 0, to: 0 } },
  "log.anchorNow": { for: "admins" },
  "log.anchors": { for: "everyone", input: { cursor: null, limit: 10 } },
  "log.keys": { for: "everyone" },
  "log.verifiers": { for: "everyone" },
  "log.revokeKey": {
    for: "admins",
    input: { key: aJobId(250).replace("job-", "key-"), reason: "retired" },
  },
  "services.list": { for: "everyone" },
  "services.save": { for: "admins", input: aService() },
  "services.setKey": { for: "admins", input: { id: "vendor", key: "sk-roles" } },
  "services.pause": { for: "admins", input: { id: "vendor", minutes: 0 } },
  "services.usage": { for: "admins" },
  "services.check": { for: "admins", input: { id: "vendor" } },
  "services.remove": { for: "admins", input: { id: "vendor" } },
  "providers.list": { for: "everyone" },
  "providers.rule": {
    for: "admins",
    input: { providerId: `0x${"ab".repeat(20)}`, rule: "deny", reason: "a test of roles" },
  },
  "providers.dropRule": { for: "admins", input: { providerId: `0x${"ab".repeat(20)}` } },
  "session.viewer": { for: "everyone" },
  "session.challenge": { for: "everyone" },
  "session.openId": { for: "everyone" },
  "live.events": { for: "everyone", input: {} },
};

/** Calls a procedure by its path; answers "OK" or the tRPC code that it was refused with. */
async function call(role: Who, path: string, input: unknown): Promise<string> {
  const actor = ACTORS[role];
  const signal = AbortSignal.timeout(5_000);
  const caller: unknown = createCaller({ ...house.context, actor }, { signal });
  const procedure = path
    .split(".")
    .reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], caller);
  try {
    await (procedure as (input: unknown) => Promise<unknown>)(input);
    return "OK";
  } catch (error) {
    if (error instanceof TRPCError) return error.code;
    throw error;
  }
}

const ROLES_PAGE = join(ROOT, "docs", "roles.md");
/** What came of every call, as it came. */
const seen: Record<string, Record<Who, boolean>> = {};

/** `docs/roles.md`. What it says of pages and addresses is what `test/e2e/roles.spec.ts` sees. */
const rolesPage = (procedures: Seen): string =>
  `# Who may do what

Printed by the tests, which ask for everything here as each of five: *nobody* (no session), a *reader*, an
*attester* and an *admin* (an account of that role), and the *operator* (the command line with the installation's
token, which acts as an admin and has no account). Write it again with
\`BEACON_WRITE_ROLES=1 npx vitest run --project server test/api/roles.test.ts\`.

*No* means: a page shows one sentence on whom it is for and a way to sign in, and everything else answers 401 to
nobody and 403 to the others, before it looks at what was sent. An admin never attests: who runs a portal does not
vouch for what it shows.

## Pages

The operator's token opens no page.

${tableOf("page", seenPages())}

## Addresses

Route handlers and what is served besides. *Yes* means that everybody gets the same answer, which for an address that
needs another credential of its own, or is not configured, is a refusal: \`POST /tlog/add\` takes tokens and keys of
submitters, the forms of \`/api/auth\` take the token of our own page and are asked without it (with it:
\`test/api/auth-door.test.ts\`), and the WebSockets know nobody, whatever cookies come along.

${tableOf("address", seenAddresses())}

## Procedures

All of \`/api/trpc\`, each called with an input that fits.

${tableOf("procedure", procedures)}
`;

describe("who may call what", () => {
  it("is decided here for every procedure that there is", () => {
    const { procedures } = (appRouter as AppRouter & { _def: { procedures: object } })._def;
    expect(Object.keys(procedures).sort()).toEqual(Object.keys(PROCEDURES).sort());
  });

  it.each(
    Object.entries(PROCEDURES).flatMap(([path, procedure]) =>
      WHO.map((role) => ({ path, role, ...procedure })),
    ),
  )("$path by $role", async ({ path, role, for: kind, input }) => {
    const code = await call(role, path, input);
    const isIn = ["OK", "NOT_FOUND", "CONFLICT"].includes(code);
    seen[path] = { ...(seen[path] as Record<Who, boolean>), [role]: isIn };
    if (mayAsk(role, kind)) expect(isIn, code).toBe(true);
    else expect(code).toBe(role === "nobody" ? "UNAUTHORIZED" : "FORBIDDEN");
  });

  it("is what docs/roles.md says", () => {
    if (process.env.BEACON_WRITE_ROLES === "1") writeFileSync(ROLES_PAGE, rolesPage(seen));
    expect(readFileSync(ROLES_PAGE, "utf8")).toBe(rolesPage(seen));
  });

  it("is decided for every page and every address that there is", () => {
    expect(Object.keys(PAGES).toSorted()).toEqual(routesIn("page"));
    expect(Object.keys(ADDRESSES).toSorted()).toEqual(routesIn("route"));
  });

  it.each([
    "jobs.submit",
    "jobs.withdraw",
    "accounts.create",
    "services.save",
    "services.setKey",
    "providers.rule",
    "providers.dropRule",
  ])("%s says nothing of a bad input to who may not call it", async (path) => {
    expect(await call("nobody", path, { bad: true })).toBe("UNAUTHORIZED");
    expect(await call("reader", path, { bad: true })).toBe("FORBIDDEN");
    expect(await call("attester", path, { bad: true })).toBe("FORBIDDEN");
    expect(await call("admin", path, { bad: true })).toBe("BAD_REQUEST");
  });

  it("leaves nothing behind when it is refused", async () => {
    const { jobs, accounts } = house.context;
    const { id } = await announced(house.context);
    const before = (await jobs.list({ cursor: null, limit: 100 })).length;
    for (const role of ["nobody", "reader", "attester"] as const) {
      await call(role, "jobs.submit", { spec: aSpec(), submissionKey: randomUUID() });
      await call(role, "jobs.withdraw", { jobId: id });
      await call(role, "accounts.create", { email: "x@example.org", name: "X", role: "admin" });
    }
    expect(await jobs.list({ cursor: null, limit: 100 })).toHaveLength(before);
    expect((await jobs.byId(id))?.withdrawnAt).toBeNull();
    expect(await accounts.byEmail("x@example.org")).toBeNull();
  });
});

describe("bounds", () => {
  it.each([
    ["jobs.list", { cursor: null, limit: 101 }],
    ["jobs.list", { cursor: null, limit: 0 }],
    ["jobs.list", { cursor: "job-x", limit: 10 }],
    ["comparisons.latest", { limit: 21 }],
    ["explorer.search", { ...EVERYTHING, limit: 101 }],
    ["explorer.search", { ...EVERYTHING, text: "a" }],
    ["explorer.search", { ...EVERYTHING, cursor: "1; DROP TABLE" }],
    ["explorer.count", { ...filterOf(EVERYTHING), countries: ["XX"] }],
    ["log.leaves", { cursor: null, limit: 101 }],
    ["log.leaves", { cursor: "-1", limit: 10 }],
    ["log.leaf", { index: -1 }],
    ["log.leaf", { index: 0.5 }],
    ["log.consistency", { from: 1, to: 999_999 }],
    ["jobs.byId", { jobId: aJobId(), more: 1 }],
    ["live.events", { lastEventId: "1; DROP TABLE" }],
  ])("%s refuses %j", async (path, input) => {
    expect(await call("nobody", path, input)).toBe("BAD_REQUEST");
  });
});

describe("a job spec that is refused", () => {
  it.each(Object.entries(CODE_OF_INVALID_EXAMPLE))(
    "%s is refused with its own code and the field to change",
    async (name, { code, path }) => {
      const limits = { glm: "10", usd: "10" };
      const caller = createCaller({ ...house.context, limits, actor: ACTORS.admin });
      const spec = exampleJson(`invalid/${name}`);
      const refusal = caller.jobs.submit({ spec, submissionKey: randomUUID() });
      await expect(refusal).rejects.toMatchObject({
        code: "BAD_REQUEST",
        cause: { code, details: { path } },
      });
    },
  );
});
