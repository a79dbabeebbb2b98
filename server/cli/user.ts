import { parseArgs } from "node:util";
import { z } from "zod";
import {
  type AccountView,
  EmailAddress,
  type InvitationView,
  NewAccount,
  NewInvitation,
  Role,
} from "@/schemas/account";
import { Organisation } from "@/schemas/attestation";
import type { CommandIo } from "@/server/cli/command";
import { type PortalClient, portalClient, sayPortalFailure } from "@/server/cli/portal-client";
import { oneLine } from "@/server/domain/one-line";
import { readEnv } from "@/server/env";

const USAGE = [
  "usage: beacon user list",
  "       beacon user invite EMAIL --name NAME [--role ROLE] [--organisation TEXT] [--days N]",
  "       beacon user withdraw INVITATION",
  "       beacon user add EMAIL [--name NAME] [--role ROLE] [--openid]     with a generated password, or none",
  "       beacon user role EMAIL reader|attester|admin",
  "       beacon user organisation EMAIL [--organisation TEXT]     for whom an attester speaks; without: for nobody",
  "       beacon user disable|enable|end-sessions EMAIL",
  "ROLE is attester unless it is named. All take --url URL.",
];

const OPTIONS = {
  url: { type: "string" },
  name: { type: "string" },
  role: { type: "string" },
  organisation: { type: "string" },
  days: { type: "string" },
  openid: { type: "boolean" },
} as const;
type Values = ReturnType<typeof parse>["values"];
type Option = keyof Values;

const parse = (args: readonly string[]) =>
  parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });

/** So long a link is good unless it is said. */
const DAYS = "7";
/** As many as one answer of the portal holds. */
const PAGE = 100;

/** What each verb is given: how many words after it, and which options besides the address of the portal. */
const SHAPES: Readonly<Record<keyof typeof VERBS, readonly [words: number, options: Option[]]>> = {
  list: [0, []],
  invite: [1, ["name", "role", "organisation", "days"]],
  withdraw: [1, []],
  add: [1, ["name", "role", "openid"]],
  role: [2, []],
  organisation: [1, ["organisation"]],
  disable: [1, []],
  enable: [1, []],
  "end-sessions": [1, []],
};

/**
 * `beacon user`: shows who has an account, invites people, and changes what an account may do; all through
 * the running portal.
 *
 * @returns 0 done, 1 refused, 2 no portal or wrong usage.
 */
export async function userCommand(args: readonly string[], io: CommandIo): Promise<0 | 1 | 2> {
  const { values, positionals } = parse(args);
  const [verb = "", ...words] = positionals;
  const act = Object.hasOwn(VERBS, verb) ? VERBS[verb as keyof typeof VERBS] : undefined;
  if (act === undefined || !fits(verb as keyof typeof VERBS, words, values)) return misused(io);
  try {
    return await act({ client: portalClient(readEnv(), values.url), words, values, io });
  } catch (error) {
    if (error instanceof z.ZodError) return misused(io);
    return sayPortalFailure(error, io);
  }
}

function misused(io: CommandIo): 2 {
  for (const line of USAGE) io.err(line);
  return 2;
}

function fits(verb: keyof typeof VERBS, words: readonly string[], values: Values): boolean {
  const [count, options] = SHAPES[verb];
  const isKnown = (name: string) => name === "url" || options.includes(name as Option);
  return words.length === count && Object.keys(values).every(isKnown);
}

type Asked = {
  readonly client: PortalClient;
  readonly words: readonly string[];
  readonly values: Values;
  readonly io: CommandIo;
};

const VERBS = {
  async list({ client, io }: Asked): Promise<0> {
    for await (const account of accountsOf(client)) io.out(lineOf(account));
    const { items } = await client.invitations.list.query({ cursor: null, limit: PAGE });
    for (const invitation of items)
      if (invitation.state === "open") io.out(invitationLine(invitation));
    return 0;
  },

  /** The link is shown once: the portal keeps only what it can recognize it by. */
  async invite({ client, words: [email], values, io }: Asked): Promise<0> {
    const invitation = NewInvitation.parse({
      email,
      name: values.name ?? email,
      role: values.role ?? "attester",
      organisation: values.organisation ?? null,
      validDays: Number(values.days ?? DAYS),
    });
    const { id, link, expiresAt } = await client.invitations.create.mutate(invitation);
    io.out(`${invitation.role} ${invitation.email} is invited until ${expiresAt}: ${id}`);
    io.out(`link (shown once): ${link}`);
    return 0;
  },

  async withdraw({ client, words: [id = ""], io }: Asked): Promise<0> {
    await client.invitations.withdraw.mutate({ id: id as InvitationView["id"] });
    io.out(`${id} opens nothing any more.`);
    return 0;
  },

  async add({ client, words: [email], values, io }: Asked): Promise<0> {
    const account = NewAccount.parse({
      email,
      name: values.name ?? email,
      role: values.role ?? "attester",
    });
    if (values.openid === true) {
      await client.accounts.createForOpenId.mutate(account);
      io.out(`${account.role} ${account.email}`);
      io.out("without a password: signs in with OpenID Connect");
      return 0;
    }
    const { password } = await client.accounts.create.mutate(account);
    io.out(`${account.role} ${account.email}`);
    io.out(`password (shown once): ${password}`);
    return 0;
  },

  async role({ client, words: [email = "", wanted], io }: Asked): Promise<0 | 1> {
    const role = Role.parse(wanted);
    return withAccount(client, email, io, async ({ id }) => {
      const { revokedKeys } = await client.accounts.setRole.mutate({ id, role });
      return `${email} is ${role} now.${keysWords(revokedKeys)}`;
    });
  },

  async organisation({ client, words: [email = ""], values, io }: Asked): Promise<0 | 1> {
    const organisation = Organisation.optional().parse(values.organisation) ?? null;
    return withAccount(client, email, io, async ({ id }) => {
      const { revokedKeys } = await client.accounts.setOrganisation.mutate({ id, organisation });
      const whom = organisation === null ? "nobody" : oneLine(organisation);
      return `${email} speaks for ${whom} now.${keysWords(revokedKeys)}`;
    });
  },

  disable: ({ client, words: [email = ""], io }: Asked): Promise<0 | 1> =>
    withAccount(client, email, io, async ({ id }) => {
      const { revokedKeys } = await client.accounts.disable.mutate({ id });
      return `${email} cannot sign in any more; all sessions have ended.${keysWords(revokedKeys)}`;
    }),

  enable: ({ client, words: [email = ""], io }: Asked): Promise<0 | 1> =>
    withAccount(client, email, io, async ({ id }) => {
      await client.accounts.enable.mutate({ id });
      return `${email} may sign in again. Keys that were revoked stay revoked.`;
    }),

  "end-sessions": ({ client, words: [email = ""], io }: Asked): Promise<0 | 1> =>
    withAccount(client, email, io, async ({ id }) => {
      await client.accounts.endSessions.mutate({ id });
      return `All sessions of ${email} have ended.`;
    }),
} as const satisfies Record<string, (asked: Asked) => Promise<0 | 1>>;

/** Every account, page by page. */
async function* accountsOf(client: PortalClient): AsyncGenerator<AccountView> {
  let cursor: AccountView["id"] | null = null;
  do {
    const page: Awaited<ReturnType<PortalClient["accounts"]["list"]["query"]>> =
      await client.accounts.list.query({ cursor, limit: PAGE });
    yield* page.items;
    cursor = page.nextCursor as AccountView["id"] | null;
  } while (cursor !== null);
}

/** Does something with the account of an address, and says what it says. */
async function withAccount(
  client: PortalClient,
  email: string,
  io: CommandIo,
  act: (account: AccountView) => Promise<string>,
): Promise<0 | 1> {
  const wanted = EmailAddress.parse(email).toLowerCase();
  for await (const account of accountsOf(client)) {
    if (account.email !== wanted) continue;
    io.out(await act(account));
    return 0;
  }
  io.err(`ACCOUNT_NOT_FOUND: There is no account of ${email}.`);
  return 1;
}

const keysWords = (revokedKeys: number): string =>
  revokedKeys === 0 ? "" : ` Keys revoked: ${revokedKeys}.`;

const lineOf = (account: AccountView): string =>
  [
    account.email,
    oneLine(account.name),
    account.role,
    account.organisation === null ? "no organisation" : oneLine(account.organisation),
    account.disabledAt === null ? "may sign in" : `disabled since ${account.disabledAt}`,
    account.signsInWith.join(" and ") || "has not signed in yet",
    `open sessions: ${account.openSessions}`,
    account.lastSeenAt === null ? "not seen" : `last seen ${account.lastSeenAt}`,
  ].join("  |  ");

const invitationLine = ({ id, email, name, role, expiresAt }: InvitationView): string =>
  [`invited: ${email}`, oneLine(name), role, `until ${expiresAt}`, id].join("  |  ");
