import { readFileSync } from "node:fs";
import { equalBytes } from "@/server/domain/bytes";
import { BeaconError, isBeaconError } from "@/server/domain/errors";
import { type Policy, parsePolicy } from "@/server/domain/log/policy";
import { formatVerifierKey, type VerifierKey } from "@/server/domain/log/verifier-key";

/**
 * The policy that an operator wrote for this log: one `log` line with this log's own key, and the
 * witnesses that must have cosigned (C2SP tlog-policy).
 *
 * @throws BeaconError CONFIG_INVALID when the file cannot be read or is no policy of this log.
 */
export function readPolicyFile(path: string, logKey: VerifierKey): Policy {
  const policy = parse(path);
  const [log, ...others] = policy.logs;
  const isOwn =
    log !== undefined &&
    log.key.name === logKey.name &&
    equalBytes(log.key.publicKey, logKey.publicKey);
  if (!isOwn || others.length > 0)
    throw invalid(path, `its one log line must be: log ${formatVerifierKey(logKey)}`);
  return policy;
}

function parse(path: string): Policy {
  try {
    return parsePolicy(readFileSync(path, "utf8"));
  } catch (cause) {
    throw invalid(path, isBeaconError(cause) ? cause.message : "it cannot be read", cause);
  }
}

const invalid = (path: string, message: string, cause?: unknown): BeaconError =>
  new BeaconError("CONFIG_INVALID", `BEACON_POLICY: ${path}: ${message}`, {
    cause,
    details: { path },
  });
