import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { KeyId } from "@/schemas/primitives";
import type { KeyView } from "@/schemas/snapshot";
import type { CommandIo } from "@/server/cli/command";
import { takePidLock } from "@/server/cli/pid-lock";
import { portalClient, sayPortalFailure } from "@/server/cli/portal-client";
import { retireRunner } from "@/server/context";
import { BeaconError } from "@/server/domain/errors";
import { oneLine } from "@/server/domain/one-line";
import { readEnv } from "@/server/env";

export const KEY_USAGE =
  "key list [--url URL] | key rotate [--compromised] | key revoke KEY [--reason superseded|compromised|retired]";

const REASONS = ["superseded", "compromised", "retired"] as const;

/**
 * `beacon key`: `list` shows the keys that the log has registered; `rotate` puts the runner's key of
 * a stopped installation aside, and the next start registers a new one and revokes the old;
 * `revoke` takes another key back, through the running portal.
 *
 * @returns 0 done, 1 refused, 2 no portal, a running one where none may run, or wrong usage.
 */
export async function keyCommand(args: readonly string[], io: CommandIo): Promise<0 | 1 | 2> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      url: { type: "string" },
      compromised: { type: "boolean", default: false },
      reason: { type: "string", default: "retired" },
    },
  });
  const [verb, named, ...more] = positionals;
  if (more.length > 0 || (verb !== "revoke" && named !== undefined)) {
    io.err(`usage: beacon ${KEY_USAGE}`);
    return 2;
  }
  const key = KeyId.safeParse(named);
  const reason = REASONS.find((one) => one === values.reason);
  try {
    if (verb === "list") return await list(values.url, io);
    if (verb === "rotate") return rotate(values.compromised ? "compromised" : "superseded", io);
    if (verb === "revoke" && key.success && reason !== undefined)
      return await revoke({ key: key.data, reason }, values.url, io);
  } catch (error) {
    return sayPortalFailure(error, io);
  }
  io.err(`usage: beacon ${KEY_USAGE}`);
  return 2;
}

async function list(url: string | undefined, io: CommandIo): Promise<0> {
  const keys = await portalClient(readEnv(), url).log.keys.query();
  for (const key of keys) io.out(lineOf(key));
  if (keys.length === 0) io.out("The published log has registered no key yet.");
  return 0;
}

const lineOf = ({ key, registrationIndex, revocation, isInUse, ...view }: KeyView): string =>
  [
    `${key}  ${view.role}  registered as entry ${registrationIndex}`,
    view.organisation === null ? "" : ` for ${oneLine(view.organisation)}`,
    revocation === null ? "" : `, ${revocation.reason}: revoked as entry ${revocation.index}`,
    isInUse ? ", in use" : "",
  ].join("");

function rotate(reason: (typeof REASONS)[number], io: CommandIo): 0 {
  if (!existsSync(io.home))
    throw new BeaconError("KEY_NOT_FOUND", `There is no installation in ${io.home}.`);
  const lock = takePidLock(join(io.home, "start.lock"));
  if ("heldBy" in lock)
    throw new BeaconError(
      "ALREADY_RUNNING",
      `Beacon is running on ${io.home} as process ${lock.heldBy}; stop it first, its processes hold the old key.`,
    );
  try {
    const key = retireRunner(io.home, reason);
    io.out(`${key} is put aside (${reason}).`);
    io.out(
      "The next start makes a new key, registers it in the log and revokes the old one there.",
    );
    return 0;
  } finally {
    lock.release();
  }
}

async function revoke(
  wanted: { key: KeyId; reason: (typeof REASONS)[number] },
  url: string | undefined,
  io: CommandIo,
): Promise<0> {
  const { isNew } = await portalClient(readEnv(), url).log.revokeKey.mutate(wanted);
  io.out(isNew ? `${wanted.key} is revoked.` : `${wanted.key} was revoked before.`);
  return 0;
}
