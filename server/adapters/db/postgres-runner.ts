import { type SpawnSyncOptions, spawnSync } from "node:child_process";
import { chownSync, lchownSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { BeaconError } from "@/server/domain/errors";

/**
 * As whom PostgreSQL runs. It refuses to run as root, so root lends it another identity.
 *
 * `self`: we are an ordinary user. `dropped`: we are root, and the server runs as an unprivileged
 * account; the data folder belongs to that account and is handed over as an open descriptor, so
 * that the folders above it may stay closed to others. `mapped`: we are a root that may not change
 * identity (a container without capabilities); the server runs in a user namespace in which our
 * own id bears an ordinary name.
 */
export type PostgresRunner =
  | { readonly kind: "self" }
  | { readonly kind: "dropped"; readonly uid: number; readonly gid: number }
  | { readonly kind: "mapped"; readonly uid: number; readonly gid: number };

/** An unprivileged account that every Linux has; initdb wants one with a name. */
function unprivilegedAccount(): { uid: number; gid: number } {
  const accounts = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => uid > 0 && gid > 0);
  const account = accounts.find(({ name }) => name === "nobody") ?? accounts[0];
  if (account !== undefined) return { uid: account.uid, gid: account.gid };
  throw new BeaconError(
    "STATE_FOLDER_BROKEN",
    "PostgreSQL does not run as root, and /etc/passwd names no ordinary account to lend it",
  );
}

function runs(command: string, args: readonly string[], options: SpawnSyncOptions): boolean {
  return spawnSync(command, args, { ...options, stdio: "ignore" }).status === 0;
}

const mapping = (uid: number, gid: number) => [
  "--user",
  `--map-user=${uid}`,
  `--map-group=${gid}`,
  "--",
];

/** The ordinary user to whom existing data belongs; null when there is none, or it is root's. */
function ownerOf(data: string): { uid: number; gid: number } | null {
  const found = statSync(data, { throwIfNoEntry: false });
  return found === undefined || found.uid === 0 ? null : { uid: found.uid, gid: found.gid };
}

/**
 * Chooses as whom PostgreSQL runs on this machine: as the owner of `data`, where we may.
 *
 * @throws BeaconError STATE_FOLDER_BROKEN when we are root and may lend no other identity.
 */
export function choosePostgresRunner(data: string): PostgresRunner {
  if (process.getuid?.() !== 0) return { kind: "self" };
  const account = ownerOf(data) ?? unprivilegedAccount();
  if (runs("/bin/sh", ["-c", ":"], { ...account, cwd: "/" })) {
    return { kind: "dropped", ...account };
  }
  if (runs("unshare", [...mapping(account.uid, account.gid), "/bin/sh", "-c", ":"], { cwd: "/" })) {
    return { kind: "mapped", ...account };
  }
  throw new BeaconError(
    "STATE_FOLDER_BROKEN",
    "PostgreSQL does not run as root, and this root may neither change its user nor make a user namespace: start Beacon as an ordinary user or set DATABASE_URL",
  );
}

/**
 * How to start a program of PostgreSQL on the data folder `data` as `runner`.
 *
 * @param descriptor the child's number of an open descriptor of the data folder.
 */
export function postgresCommand(
  runner: PostgresRunner,
  program: string,
  data: string,
  descriptor: number,
): {
  readonly command: string;
  readonly args: readonly string[];
  readonly dataPath: string;
  readonly identity: { readonly uid?: number; readonly gid?: number };
} {
  switch (runner.kind) {
    case "self":
      return { command: program, args: [], dataPath: data, identity: {} };
    case "dropped":
      return {
        command: program,
        args: [],
        dataPath: `/proc/self/fd/${descriptor}`,
        identity: { uid: runner.uid, gid: runner.gid },
      };
    case "mapped":
      return {
        command: "unshare",
        args: [...mapping(runner.uid, runner.gid), program],
        dataPath: data,
        identity: {},
      };
  }
}

function chownTree(path: string, uid: number, gid: number): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) chownTree(child, uid, gid);
    else lchownSync(child, uid, gid);
  }
  chownSync(path, uid, gid);
}

/**
 * Sees to it that the data folder belongs to whom PostgreSQL runs as.
 *
 * @throws BeaconError STATE_FOLDER_BROKEN
 */
export function giveDataTo(runner: PostgresRunner, data: string): void {
  const owner = statSync(data);
  const uid = runner.kind === "dropped" ? runner.uid : (process.getuid?.() ?? owner.uid);
  const gid = runner.kind === "dropped" ? runner.gid : (process.getgid?.() ?? owner.gid);
  if (owner.uid === uid) return;
  try {
    chownTree(data, uid, gid);
  } catch (cause) {
    throw new BeaconError(
      "STATE_FOLDER_BROKEN",
      `${data} belongs to user ${owner.uid} and cannot be given to user ${uid}: start Beacon as the user who started it first`,
      { cause },
    );
  }
}
