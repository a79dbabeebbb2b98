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
  ask: {
    usage: "ask QUESTION --service ID         ask one question now, from here or from countries",
    load: async () => (await import("@/server/cli/ask")).askCommand,
  },
  verify: {
    usage: "verify FILE.tlog-proof [--json]   check a receipt offline",
    load: async () => (await import("@/server/cli/verify")).verifyCommand,
  },
  log: {
    usage:
      "log head|audit|fsck|completeness               show or audit the published log, or rebuild it",
    load: async () => (await import("@/server/cli/log")).logCommand,
  },
  bundle: {
    usage: "bundle JOB | bundle verify FILE   save all of a job, or check what was saved",
    load: async () => (await import("@/server/cli/bundle")).bundleCommand,
  },
  anchor: {
    usage: "anchor list|now|verify FILE …     who outside vouches for checkpoints",
    load: async () => {
      const { anchorCommand } = await import("@/server/cli/anchor");
      const { verifyTimeStamp } = await import("@/server/context");
      return (args, io) => anchorCommand(args, { ...io, verifyTimeStamp });
    },
  },
  user: {
    usage: "user list|invite|role|disable|…   who may sign in, and as what",
    load: async () => (await import("@/server/cli/user")).userCommand,
  },
  status: {
    usage: "status [--json]                   how every process is, by its own word",
    load: async () => (await import("@/server/cli/status")).statusCommand,
  },
  keygen: {
    usage: "keygen ROLE NAME                  make a signing key",
    load: async () => {
      const { keygenCommand } = await import("@/server/cli/keygen");
      const { createKey, createMlDsaKey } = await import("@/server/context");
      return (args, io) => keygenCommand(args, { ...io, createKey, createMlDsaKey });
    },
  },
  witness: {
    usage: "witness --name NAME --key FILE …  run a witness for other logs",
    load: async () => {
      const { witnessCommand } = await import("@/server/cli/witness");
      const { openWatchedWitness } = await import("@/server/witness");
      const stopped = new Promise<void>((resolve) => {
        for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
      });
      return (args, io) => witnessCommand(args, { ...io, open: openWatchedWitness, stopped });
    },
  },
  golem: {
    usage: "golem doctor [--rent COUNTRY]     is the Golem network ready, and what is missing",
    load: async () => {
      const { golemCommand } = await import("@/server/cli/golem");
      const { openGolemDoctor } = await import("@/server/golem-doctor");
      const stop = new AbortController();
      for (const signal of ["SIGTERM", "SIGINT"] as const)
        process.once(signal, () => stop.abort(new Error(signal)));
      return (args, { out, err }) =>
        golemCommand(args, { out, err, openDoctor: openGolemDoctor, stopped: stop.signal });
    },
  },
  image: {
    usage: "image build|verify|inspect        what runs in rented machines",
    load: async () => {
      const { imageCommand } = await import("@/server/cli/image");
      const { imageTools } = await import("@/server/context");
      return (args, io) => imageCommand(args, { ...io, ...imageTools });
    },
  },
  service: {
    usage: "service list|add|key|check|…      services on the internet or at home",
    load: async () => {
      const { serviceCommand } = await import("@/server/cli/service");
      const { readHiddenInput } = await import("@/server/cli/hidden-input");
      return (args, io) => serviceCommand(args, { ...io, readInput: readHiddenInput });
    },
  },
  provider: {
    usage: "provider list|deny|allow|drop     who is rented, how that went, and who may be",
    load: async () => (await import("@/server/cli/provider")).providerCommand,
  },
  vault: {
    usage: "vault rotate                      seal the services' keys under a new master key",
    load: async () => (await import("@/server/cli/vault")).vaultCommand,
  },
  attest: {
    usage: "attest review|sign|list|enrol|revoke  sign what you found of a comparison",
    load: async () => {
      const { attestCommand } = await import("@/server/cli/attest");
      const { readKey } = await import("@/server/context");
      return (args, io) => attestCommand(args, { ...io, readKey });
    },
  },
  key: {
    usage: "key list|rotate|revoke            the keys that sign entries",
    load: async () => (await import("@/server/cli/key")).keyCommand,
  },
  bench: {
    usage: "bench log|pipeline [--json]       measure this machine",
    load: async () => (await import("@/server/cli/bench")).benchCommand,
  },
  "metrics-doc": {
    usage: "metrics-doc                       write docs/metrics.md from the list of metrics",
    load: async () => (await import("@/server/cli/metrics-doc")).metricsDocCommand,
  },
  schemas: {
    usage: "schemas                           write public/schemas from schemas/",
    load: async () => (await import("@/server/cli/schemas")).schemasCommand,
  },
  verifiers: {
    usage: "verifiers                         write the browser verifier into public/verify",
    load: async () => (await import("@/server/cli/verifiers")).verifiersCommand,
  },
};

/** `npm run beacon -- COMMAND …`. @returns the exit code: 2 for wrong usage. */
async function main([name, ...args]: readonly string[]): Promise<0 | 1 | 2> {
  const io: CommandIo = {
    out: (line) => console.log(line),
    err: (line) => console.error(line),
    // Read when it is asked for: a variable that does not fit is the command's failure, and its to tell.
    get home() {
      return readEnv().BEACON_HOME;
    },
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
