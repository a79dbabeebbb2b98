import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { base64, fromBase64 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import type { Checkpoint } from "@/server/domain/log/checkpoint";
import { EMPTY_ROOT, HASH_BYTES } from "@/server/domain/log/merkle";

/**
 * The largest checkpoint of the log `origin` that the witness has cosigned, from its state file;
 * the empty tree when there is no file.
 *
 * @throws BeaconError WITNESS_REFUSED when the file is damaged or remembers another log: a witness
 *   that has forgotten what it signed must not sign.
 */
export async function readWitnessState(path: string, origin: string): Promise<Checkpoint> {
  const text = await readIfThere(path);
  if (text === null) return { origin, size: 0, root: EMPTY_ROOT };
  const state = parseState(text);
  if (state === null)
    throw new BeaconError("WITNESS_REFUSED", `the witness's state file ${path} is damaged`, {
      details: { path },
    });
  if (state.origin !== origin)
    throw new BeaconError("WITNESS_REFUSED", `${path} remembers the log ${state.origin}`, {
      details: { path },
    });
  return state;
}

/** Replaces the state file, on disk for good when this returns. */
export async function writeWitnessState(path: string, state: Checkpoint): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await writeDurably(draft, `${JSON.stringify({ ...state, root: base64(state.root) })}\n`);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(folder);
}

function parseState(text: string): Checkpoint | null {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null) return null;
  const { origin, size, root: encoded } = value as Partial<Record<string, unknown>>;
  const root = typeof encoded === "string" ? fromBase64(encoded) : null;
  if (typeof origin !== "string" || typeof size !== "number" || root?.length !== HASH_BYTES)
    return null;
  return Number.isSafeInteger(size) && size > 0 ? { origin, size, root } : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null;
    throw new BeaconError("WITNESS_REFUSED", `the witness's state file ${path} cannot be read`, {
      cause,
      details: { path },
    });
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
