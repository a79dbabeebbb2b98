import type { CommandIo } from "@/server/cli/command";
import { isBeaconError } from "@/server/domain/errors";
import { readEnv } from "@/server/env";

type Command = (args: readonly string[], io: CommandIo) => Promise<0 | 1 | 2>;

/** Each command is loaded when it is called for: `verify` must not wait for a database client. */
const COMMANDS: Readonly<Record<string, { usage: string; load: () => Promise<Command> }>> = {
  run: {
    usage: "run SPEC.json [--wait]            submit a job spec to the running portal",
    load: async () => (await import("@/server/cli/run")).runCommand,
  },
  verify: {
    usage: "verify FILE.tlog-proof [--json]   check a receipt offline",
    load: async () => (await import("@/server/cli/verify")).verifyCommand,
  },
  log: {
    usage: "log head|audit                    show or audit the published log",
    load: async () => (await import("@/server/cli/log")).logCommand,
  },
  user: {
    usage: "user add EMAIL [--role ROLE]      make an account",
    load: async () => (await import("@/server/cli/user")).userCommand,
  },
  keygen: {
    usage: "keygen ROLE NAME                  make a signing key",
    load: async () => {
      const { keygenCommand } = await import("@/server/cli/keygen");
      const { createKey } = await import("@/server/context");
      return (args, io) => keygenCommand(args, { ...io, createKey });
    },
  },
  bench: {
    usage: "bench pipeline [--json]           measure this machine",
    load: async () => (await import("@/server/cli/bench")).benchCommand,
  },
  schemas: {
    usage: "schemas                           write public/schemas from schemas/",
    load: async () => (await import("@/server/cli/schemas")).schemasCommand,
  },
};

/** `npm run beacon -- COMMAND …`. @returns the exit code: 2 for wrong usage. */
async function main([name, ...args]: readonly string[]): Promise<0 | 1 | 2> {
  const io: CommandIo = {
    out: (line) => console.log(line),
    err: (line) => console.error(line),
    home: readEnv().BEACON_HOME,
  };
  const command = name === undefined ? undefined : COMMANDS[name];
  if (command === undefined) {
    io.err("usage: npm run beacon -- COMMAND");
    for (const { usage } of Object.values(COMMANDS)) io.err(`  ${usage}`);
    return 2;
  }
  try {
    return await (await command.load())(args, io);
  } catch (error) {
    const isUsage =
      error instanceof TypeError &&
      "code" in error &&
      String(error.code).startsWith("ERR_PARSE_ARGS");
    if (!isUsage && !isBeaconError(error)) throw error;
    io.err(isBeaconError(error) ? `${error.code}: ${error.message}` : (error as Error).message);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
