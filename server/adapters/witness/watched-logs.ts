import { BeaconError, isBeaconError } from "@/server/domain/errors";
import { parseVerifierKey, type VerifierKey } from "@/server/domain/log/verifier-key";

/** Ours: a witness of one machine. */
const MAX_LOGS = 10_000;

/**
 * The logs that a witness watches, from lines as a C2SP policy has them: `log <vkey> [url]`, comments
 * with `#`. Several keys of one origin are several lines; what else a policy says is passed over, so
 * that a log's own policy file will do.
 *
 * @throws BeaconError CONFIG_INVALID naming the line.
 */
export function parseWatchedLogs(text: string): readonly VerifierKey[] {
  const keys: VerifierKey[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    const [keyword = "#", vkey = ""] = line.split(/[ \t]+/).filter((word) => word !== "");
    if (keyword.startsWith("#") || PASSED_OVER.has(keyword)) continue;
    if (keyword !== "log") throw invalid(`line ${i + 1}: no line starts with ${keyword}`);
    keys.push(logKeyOf(vkey, `line ${i + 1}`));
  }
  if (keys.length > MAX_LOGS) throw invalid(`more than ${MAX_LOGS} logs`);
  return keys;
}

const PASSED_OVER: ReadonlySet<string> = new Set(["witness", "group", "quorum"]);

/** A log's key as somebody wrote it. @throws BeaconError CONFIG_INVALID naming `place`. */
export function logKeyOf(vkey: string, place: string): VerifierKey {
  try {
    const key = parseVerifierKey(vkey);
    if (key.use === "note") return key;
  } catch (cause) {
    if (!isBeaconError(cause)) throw cause;
    throw invalid(`${place}: not a verifier key`, cause);
  }
  throw invalid(`${place}: the key of a log signs notes (type 1)`);
}

const invalid = (message: string, cause?: unknown): BeaconError =>
  new BeaconError("CONFIG_INVALID", message, { cause });
