import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withDeadline } from "@/server/adapters/clock/deadline";
import { createPrisma } from "@/server/adapters/db/client";
import { createEventBus } from "@/server/adapters/db/event-bus";
import { createLogHalt } from "@/server/adapters/db/log-halt";
import { createLogStore } from "@/server/adapters/db/log-store";
import { createWitnessStore } from "@/server/adapters/db/witness-store";
import { openKeys } from "@/server/adapters/keys/file-keys";
import { createTileTree } from "@/server/adapters/tree/tile-tree";
import { witnessesOf } from "@/server/adapters/witness/policy-witnesses";
import { parsePolicy } from "@/server/domain/log/policy";
import { logger } from "@/server/telemetry/logger";

/**
 * What writing the log needs of a context, and nothing else: a process that is killed hundreds of
 * times must start quickly. Keys, policy and witness are those of the state folder `home`.
 */
export function logContext(databaseUrl: string, home: string) {
  const now = () => new Date();
  const prisma = createPrisma(databaseUrl, 3);
  const keys = openKeys(join(home, "keys"));
  const policy = parsePolicy(readFileSync(join(home, "policy.txt"), "utf8"));
  const [log] = policy.logs;
  if (log === undefined) throw new Error("the policy names the log");
  return {
    log: createLogStore(prisma, databaseUrl),
    logHalt: createLogHalt(prisma),
    witnessStore: createWitnessStore(prisma),
    bus: createEventBus(databaseUrl, now, logger),
    tree: createTileTree(),
    origin: log.key.name,
    logKey: keys.log,
    runner: keys.runner,
    policy,
    witnesses: witnessesOf(policy, {
      logKey: log.key,
      ownSigner: keys.witness,
      stateFile: join(home, "witness", "state.json"),
      withDeadline,
      now,
    }),
    withDeadline,
    now,
  };
}
