import { parseArgs } from "node:util";
import type { ProviderView } from "@/schemas/snapshot";
import type { CommandIo } from "@/server/cli/command";
import { type PortalClient, portalClient, sayPortalFailure } from "@/server/cli/portal-client";
import { oneLine } from "@/server/domain/one-line";
import { readEnv } from "@/server/env";

const USAGE = [
  "usage: beacon provider list",
  "       beacon provider deny ID --reason TEXT     it is never rented; the reason is public",
  "       beacon provider allow ID --reason TEXT    while any is allowed, nobody else is rented",
  "       beacon provider drop ID                   takes either back",
  "All take --url URL.",
];

const OPTIONS = { url: { type: "string" }, reason: { type: "string" } } as const;

/**
 * `beacon provider`: shows how renting from providers went, and rules on who may be rented; all through
 * the running portal.
 *
 * @returns 0 done, 1 refused, 2 no portal or wrong usage.
 * @throws BeaconError PORTAL_UNREACHABLE
 */
export async function providerCommand(args: readonly string[], io: CommandIo): Promise<0 | 1 | 2> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: OPTIONS,
  });
  const [verb = "", id = "", ...more] = positionals;
  const reason = values.reason?.trim() ?? "";
  const act = Object.hasOwn(VERBS, verb) ? VERBS[verb as keyof typeof VERBS] : undefined;
  const isRuling = verb === "deny" || verb === "allow";
  const isWhole =
    more.length === 0 &&
    (id === "") === (verb === "list") &&
    (isRuling ? reason !== "" : values.reason === undefined);
  if (act === undefined || !isWhole) {
    for (const line of USAGE) io.err(line);
    return 2;
  }
  try {
    return await act({ client: portalClient(readEnv(), values.url), id, reason, io });
  } catch (error) {
    return sayPortalFailure(error, io);
  }
}

type Asked = {
  readonly client: PortalClient;
  readonly id: string;
  readonly reason: string;
  readonly io: CommandIo;
};

const VERBS = {
  async list({ client, io }: Asked): Promise<0> {
    const { providers, notShown, rules } = await client.providers.list.query();
    for (const provider of providers) io.out(lineOf(provider));
    if (providers.length === 0) io.out("No provider was met in the last 30 days.");
    if (notShown > 0) io.out(`${notShown} more were met longer ago.`);
    for (const { providerId, rule, reason } of rules)
      io.out(`${rule} ${providerId}  |  ${oneLine(reason)}`);
    return 0;
  },

  async deny({ client, id, reason, io }: Asked): Promise<0> {
    await client.providers.rule.mutate({ providerId: id, rule: "deny", reason });
    io.out(`${id} is rented no more. Sessions that run with it go on.`);
    return 0;
  },

  async allow({ client, id, reason, io }: Asked): Promise<0> {
    await client.providers.rule.mutate({ providerId: id, rule: "allow", reason });
    io.out(`${id} may be rented, and nobody may who is not allowed as well.`);
    return 0;
  },

  async drop({ client, id, io }: Asked): Promise<0> {
    const { isDropped } = await client.providers.dropRule.mutate({ providerId: id });
    io.out(isDropped ? `The rule for ${id} is dropped.` : `There was no rule for ${id}.`);
    return 0;
  },
} as const satisfies Record<string, (asked: Asked) => Promise<0>>;

const lineOf = ({ id, name, countries, ...provider }: ProviderView): string =>
  [
    `${id}  ${oneLine(name)}${provider.simulated === true ? "  (simulated)" : ""}`,
    countries.length === 0 ? "not rented" : `rented for ${countries.join(", ")}`,
    exitOf(provider.lastExit),
    [
      `${provider.settled} settled, ${provider.lost} lost`,
      ...provider.failures.map(({ kind, count }) => `${count} ${kind}`),
    ].join(", "),
    standingOf(provider),
    `last contact ${provider.lastContact.at}: ${provider.lastContact.event}`,
  ].join("  |  ");

const exitOf = (exit: ProviderView["lastExit"]): string =>
  exit === null
    ? "exit not looked at"
    : `exit ${exit.verdict} in ${exit.country}, ${exit.asn === null ? "network not known" : `AS${exit.asn}`}, ${exit.at}`;

function standingOf({ standing, rule }: Pick<ProviderView, "standing" | "rule">): string {
  switch (standing.kind) {
    case "rentable":
      return "may be rented";
    case "denied":
      return `denied by an admin: ${oneLine(rule?.reason ?? "")}`;
    case "not-allowed":
      return "not among those that an admin allows";
    case "left-alone":
      return `left alone until ${standing.until} after ${standing.after}`;
  }
}
