import { parseArgs } from "node:util";
import { z } from "zod";
import type { CommandIo } from "@/server/cli/command";
import { portalClient, sayPortalFailure } from "@/server/cli/portal-client";
import { isBeaconError } from "@/server/domain/errors";
import { readEnv } from "@/server/env";

export const USER_USAGE = "user add EMAIL [--name NAME] [--role admin|attester] [--url URL]";

const Wanted = z.object({
  email: z.email().max(320),
  name: z.string().min(1).max(100),
  role: z.enum(["admin", "attester"]),
});

/**
 * `beacon user add`: makes an account and shows its generated password once.
 *
 * @returns 0 made, 1 refused, 2 no portal or wrong usage.
 */
export async function userCommand(args: readonly string[], io: CommandIo): Promise<0 | 1 | 2> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { name: { type: "string" }, role: { type: "string" }, url: { type: "string" } },
  });
  const [verb, email] = positionals;
  const wanted = Wanted.safeParse({
    email,
    name: values.name ?? email,
    role: values.role ?? "attester",
  });
  if (verb !== "add" || !wanted.success) {
    io.err(`usage: beacon ${USER_USAGE}`);
    return 2;
  }
  try {
    const client = portalClient(readEnv(), values.url);
    const { password } = await client.accounts.create.mutate(wanted.data);
    io.out(`${wanted.data.role} ${wanted.data.email}`);
    io.out(`password (shown once): ${password}`);
    return 0;
  } catch (error) {
    if (isBeaconError(error)) {
      io.err(`${error.code}: ${error.message}`);
      return 2;
    }
    return sayPortalFailure(error, io);
  }
}
