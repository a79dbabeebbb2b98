import type { WithDeadline } from "@/server/adapters/clock/deadline";
import { formatAddCheckpoint } from "@/server/adapters/witness/add-checkpoint-body";
import { readBounded } from "@/server/adapters/witness/bounded-body";
import { monitoringPath } from "@/server/adapters/witness/monitoring-path";
import type { AddCheckpoint, Witness, WitnessAnswer } from "@/server/adapters/witness/witness";
import { fromUtf8, utf8 } from "@/server/domain/bytes";
import { BeaconError, isBeaconError } from "@/server/domain/errors";
import { type Checkpoint, parseCheckpoint } from "@/server/domain/log/checkpoint";
import { fromDecimal } from "@/server/domain/log/decimal";
import { parseNote, verifyNote } from "@/server/domain/log/note";
import { ownLinesOf } from "@/server/domain/log/own-lines";
import type { VerifierKey } from "@/server/domain/log/verifier-key";
import { ed25519Verifier } from "@/server/domain/signature";

export type HttpWitnessOptions = {
  /** The submission prefix; the monitoring endpoint is looked for below it too. */
  readonly url: string;
  /** At least one. Lines of other keys are ignored. */
  readonly keys: readonly VerifierKey[];
  /** The log that asks: only what it signed is believed of it. */
  readonly logKey: VerifierKey;
  readonly withDeadline: WithDeadline;
  /** For one answer, headers and body. */
  readonly limitMs: number;
};

/** Sixteen post-quantum lines of nearly 5 kB in base64 would not fit; no witness has that many keys. */
const MAX_ANSWER_BYTES = 65_536;

type Answer = { readonly status: number; readonly type: string; readonly body: Uint8Array };

/**
 * A witness elsewhere, asked over HTTP as C2SP tlog-witness says. `fetch` keeps connections alive.
 * It may answer what it likes: an answer is bounded in time and bytes, no redirect is followed, and
 * only lines of its own keys are taken.
 */
export function createHttpWitness(options: HttpWitnessOptions): Witness {
  const { keys, logKey, limitMs, withDeadline } = options;
  const [first] = keys;
  if (first === undefined) throw new Error("a witness has a key");
  const prefix = options.url.replace(/\/$/, "");
  const { name } = first;
  const ask = (path: string, init: RequestInit, signal?: AbortSignal): Promise<Answer> =>
    withDeadline(limitMs, signal === undefined ? [] : [signal], (limited) =>
      fetchBounded(name, `${prefix}/${path}`, { ...init, signal: limited }),
    );
  return {
    name,
    keys,
    operator: "independent",
    async addCheckpoint(request, signal) {
      const body = utf8(formatAddCheckpoint(request)) as BodyInit;
      const init = { method: "POST", body, headers: { "content-type": "text/plain" } };
      return readAnswer(name, keys, request, await ask("add-checkpoint", init, signal));
    },
    async latest(origin, signal) {
      const answer = await ask(monitoringPath(origin), {}, signal);
      return answer.status === 404 ? null : readLatest(name, logKey, answer);
    },
  };
}

async function fetchBounded(name: string, url: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(url, { ...init, redirect: "manual" });
    const body = await readBounded(response.body, MAX_ANSWER_BYTES);
    if (body === null)
      throw new BeaconError(
        "WITNESS_REFUSED",
        `${name} answers more than ${MAX_ANSWER_BYTES} bytes`,
      );
    const [type = ""] = (response.headers.get("content-type") ?? "").split(";");
    return { status: response.status, type: type.trim().toLowerCase(), body };
  } catch (cause) {
    if (isBeaconError(cause)) throw cause;
    const isLate = cause instanceof DOMException;
    const what = isLate ? "did not answer in time" : "cannot be reached";
    throw new BeaconError("WITNESS_UNAVAILABLE", `${name} ${what}`, { cause });
  }
}

/** Puts every answer that a witness may give into our words. */
async function readAnswer(
  name: string,
  keys: readonly VerifierKey[],
  { oldSize, checkpoint }: AddCheckpoint,
  { status, type, body }: Answer,
): Promise<WitnessAnswer> {
  const isSameSize = oldSize === parseCheckpoint(parseNote(checkpoint).text).size;
  const refuse = (reason: string): BeaconError =>
    new BeaconError("WITNESS_REFUSED", `${name} ${reason}`, { details: { status } });
  if (status === 200)
    return { kind: "cosigned", lines: await linesIn(name, keys, checkpoint, body) };
  if (status === 409) {
    const size = type === "text/x.tlog.size" ? sizeIn(body) : null;
    if (size !== null && size !== oldSize) return { kind: "stale", size };
  }
  // The specification once had 409, and has 422, for another root of the size that the witness holds.
  if ((status === 409 || status === 422) && isSameSize)
    throw new BeaconError("LOG_FORKED", `${name} holds another tree of the same size`, {
      details: { status },
    });
  if (status === 409) throw refuse("contradicts itself about the size that it holds");
  if (status === 422) throw refuse("holds a tree that this checkpoint does not extend");
  if (status === 429 || status >= 500)
    throw new BeaconError("WITNESS_UNAVAILABLE", `${name} answers HTTP ${status}`, {
      details: { status },
    });
  throw refuse(`answers HTTP ${status}`);
}

function sizeIn(body: Uint8Array): bigint | null {
  const text = fromUtf8(body);
  return text?.endsWith("\n") ? fromDecimal(text.slice(0, -1)) : null;
}

/** @throws BeaconError WITNESS_REFUSED when no line of its own verifies. Lines of others are ignored. */
async function linesIn(
  name: string,
  keys: readonly VerifierKey[],
  checkpoint: string,
  body: Uint8Array,
): Promise<string> {
  try {
    const verifier = await ed25519Verifier();
    const { lines } = await ownLinesOf(checkpoint, fromUtf8(body) ?? "", keys, verifier);
    if (lines !== "") return lines;
  } catch (cause) {
    if (!isBeaconError(cause)) throw cause;
    throw new BeaconError("WITNESS_REFUSED", `${name} answers with what are no signature lines`, {
      cause,
    });
  }
  throw new BeaconError("WITNESS_REFUSED", `${name} answers with no cosignature of its own`);
}

async function readLatest(
  name: string,
  logKey: VerifierKey,
  { status, body }: Answer,
): Promise<Checkpoint> {
  if (status !== 200) {
    const code = status === 429 || status >= 500 ? "WITNESS_UNAVAILABLE" : "WITNESS_REFUSED";
    throw new BeaconError(code, `${name} answers HTTP ${status}`, { details: { status } });
  }
  try {
    const note = parseNote(fromUtf8(body) ?? "");
    await verifyNote(note, [logKey], await ed25519Verifier());
    const checkpoint = parseCheckpoint(note.text);
    if (checkpoint.origin === logKey.name) return checkpoint;
  } catch (cause) {
    if (!isBeaconError(cause)) throw cause;
    throw new BeaconError(
      "WITNESS_REFUSED",
      `${name} shows a checkpoint that this log never signed`,
      {
        cause,
      },
    );
  }
  throw new BeaconError("WITNESS_REFUSED", `${name} shows the checkpoint of another log`);
}
