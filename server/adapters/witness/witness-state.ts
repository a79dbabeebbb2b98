import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { base64, fromBase64 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import type { Checkpoint } from "@/server/domain/log/checkpoint";
import { fromDecimal, jsonPosition } from "@/server/domain/log/decimal";
import { EMPTY_ROOT, HASH_BYTES } from "@/server/domain/log/merkle";

/** The largest checkpoint of one log that a witness has cosigned. */
export type WitnessState = Checkpoint & {
  /** The checkpoint as the log signed it, with the witness's lines; null in files of old, and of the empty tree. */
  readonly note: string | null;
};

/**
 * What a witness remembers of the log `origin`, from its state file; the empty tree when there is no
 * file.
 *
 * @throws BeaconError WITNESS_REFUSED when the file is damaged or remembers another log: a witness
 *   that has forgotten what it signed must not sign.
 */
export async function readWitnessState(path: string, origin: string): Promise<WitnessState> {
  const text = await readIfThere(path);
  if (text === null) return { origin, size: 0n, root: EMPTY_ROOT, note: null };
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
export async function writeWitnessState(path: string, state: WitnessState): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { origin, size, root, note } = state;
  const content = JSON.stringify({ origin, size: jsonPosition(size), root: base64(root), note });
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await writeDurably(draft, `${content}\n`);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(folder);
}

function parseState(text: string): WitnessState | null {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null) return null;
  const { origin, size: written, root: encoded, note } = value as Record<string, unknown>;
  const size = sizeOf(written);
  const root = typeof encoded === "string" ? fromBase64(encoded) : null;
  if (typeof origin !== "string" || size === null || size === 0n || root?.length !== HASH_BYTES)
    return null;
  if (note !== undefined && note !== null && typeof note !== "string") return null;
  return { origin, size, root, note: note ?? null };
}

/** A number where JSON keeps it exact, else a decimal. */
function sizeOf(written: unknown): bigint | null {
  if (typeof written === "string") return fromDecimal(written);
  return Number.isSafeInteger(written) ? fromDecimal(String(written)) : null;
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
