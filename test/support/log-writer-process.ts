import { randomBytes } from "node:crypto";
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { hex } from "@/server/domain/bytes";
import { type ErrorCode, isBeaconError } from "@/server/domain/errors";
import { jobIdFrom } from "@/server/domain/identity";
import { fileEntry } from "@/server/domain/log/filing";
import { leafHashOf } from "@/server/domain/log/merkle";
import { instantOf } from "@/server/domain/time";
import { appendLeaves } from "@/server/services/append-leaves";
import { groupLeaves } from "@/server/services/group-leaves";
import { guardLog } from "@/server/services/guard-log";
import { publishCheckpoint } from "@/server/services/publish-checkpoint";
import { sequenceLog } from "@/server/services/sequence-log";
import { anIntent } from "@/test/domain/verify/a-log";
import { logContext } from "@/test/support/log-context";

/**
 * A process that writes the log until it is killed, and keeps a journal of what it was told: one
 * line of JSON each, on disk before it goes on, begun with its newline so that a line that a kill cut
 * off does not spoil the next. `writer` appends leaves and files entries, and
 * sequences as well; `publisher` sequences, has its witness cosign, and publishes.
 */

/** What a journal says: told an index, told that an entry is filed, or given a cosignature. */
export type JournalLine =
  | { readonly told: "index"; readonly leafHash: string; readonly index: number }
  | { readonly told: "filed"; readonly leafHash: string }
  | { readonly told: "cosigned"; readonly note: string };

/** No crash may lead to these. */
const DAMNING: ReadonlySet<ErrorCode> = new Set([
  "LOG_HALTED",
  "LOG_ROLLED_BACK",
  "LOG_FORKED",
  "LOG_ENTRY_CORRUPT",
  "TILE_INCONSISTENT",
]);
/** The exit code of a process that met one of them. */
const DAMNED = 3;

/** How many callers append at once in one writer. */
const CALLERS = 4;
/** After a failure the same is tried again: as a client would that never heard. */
const AGAIN_MS = 40;

const [role, journalFile = "", databaseUrl = "", home = ""] = process.argv.slice(2);
const context = logContext(databaseUrl, home);
const journal = (line: JournalLine) => appendFileSync(journalFile, `\n${JSON.stringify(line)}`);

if (role === "publisher") await publish();
else await Promise.all([...Array.from({ length: CALLERS }, append()), file()]);

async function publish(): Promise<void> {
  const witnesses = context.witnesses.map((witness) => ({
    ...witness,
    addCheckpoint: async (...request: Parameters<typeof witness.addCheckpoint>) => {
      const answer = await witness.addCheckpoint(...request);
      if (answer.kind === "cosigned")
        journal({ told: "cosigned", note: request[0].checkpoint + answer.lines });
      return answer;
    },
  }));
  const deps = { ...context, witnesses };
  await insist(() => guardLog(deps));
  for (;;) {
    await insist(() => sequenceLog(deps));
    await insist(() => publishCheckpoint(deps));
    await sleep(20);
  }
}

/** Calls until it succeeds. What says that the log is another one ends the process, and the test. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await call();
    } catch (error) {
      if (isBeaconError(error) && DAMNING.has(error.code)) process.exit(DAMNED);
      await sleep(AGAIN_MS);
    }
}

function append(): () => Promise<never> {
  const add = groupLeaves({ append: (leaves) => appendLeaves(context, leaves) });
  return async () => {
    for (;;) {
      const bytes = randomBytes(40);
      const index = await insist(() => add(bytes));
      journal({ told: "index", leafHash: hex(leafHashOf(bytes)), index });
      // The same again, from time to time: it must be where it was.
      if (bytes[0] === 0) {
        const again = await insist(() => add(bytes));
        journal({ told: "index", leafHash: hex(leafHashOf(bytes)), index: again });
      }
    }
  };
}

async function file(): Promise<never> {
  for (;;) {
    const entry = aFiledIntent(context);
    await insist(() => context.log.file([entry]));
    journal({ told: "filed", leafHash: hex(entry.leafHash) });
    await insist(() => sequenceLog(context));
    await sleep(5);
  }
}

/** The announcement of a job that is due long after the test. */
function aFiledIntent({ origin, runner, now }: typeof context) {
  const entry = anIntent({
    job: jobIdFrom(randomBytes(16)),
    at: instantOf(now()),
    deadline: instantOf(new Date(now().getTime() + 86_400_000)),
    runner_key: runner.keyId,
  });
  return fileEntry(entry, origin, runner);
}
