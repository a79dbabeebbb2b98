import type { WithDeadline } from "@/server/adapters/clock/deadline";
import { createHttpWitness } from "@/server/adapters/witness/http-witness";
import { createLocalWitness } from "@/server/adapters/witness/local-witness";
import type { Witness } from "@/server/adapters/witness/witness";
import { equalBytes } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import type { Policy, PolicyWitness } from "@/server/domain/log/policy";
import {
  formatVerifierKey,
  type NamedSigner,
  type VerifierKey,
} from "@/server/domain/log/verifier-key";

export type PolicyWitnessesOptions = {
  readonly logKey: VerifierKey;
  /** This installation's own witness key; the name that it signs under is the policy's. */
  readonly ownSigner: Omit<NamedSigner, "name">;
  readonly stateFile: string;
  readonly withDeadline: WithDeadline;
  readonly now: () => Date;
};

/**
 * How long a witness elsewhere may take for one answer. A public witness answers within some 100 ms;
 * one that needs longer than this is as good as away.
 */
const ANSWER_LIMIT_MS = 3_000;

/**
 * The witnesses of a policy, as they are asked: over HTTP those that have a URL (one witness for all
 * keys of one URL), in this process the one whose key is this installation's own.
 *
 * @throws BeaconError CONFIG_INVALID naming a witness that can be asked in neither way.
 */
export function witnessesOf(policy: Policy, options: PolicyWitnessesOptions): readonly Witness[] {
  const urls = new Set(policy.witnesses.map(({ url }) => url));
  return [...urls].flatMap((url) => {
    const group = policy.witnesses.filter((witness) => witness.url === url);
    return url === null
      ? group.map((witness) => ownWitness(witness, options))
      : [elsewhere(url, group, options)];
  });
}

function ownWitness({ name, key }: PolicyWitness, options: PolicyWitnessesOptions): Witness {
  const { ownSigner, logKey, stateFile, now } = options;
  if (!equalBytes(key.publicKey, ownSigner.publicKey))
    throw new BeaconError(
      "CONFIG_INVALID",
      `BEACON_POLICY: witness ${name} has no URL and its key is not this installation's own`,
    );
  return createLocalWitness({
    signer: { ...ownSigner, name: key.name },
    logVerifierKey: formatVerifierKey(logKey),
    stateFile,
    now,
  });
}

function elsewhere(
  url: string,
  group: readonly PolicyWitness[],
  { logKey, withDeadline }: PolicyWitnessesOptions,
): Witness {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new BeaconError("CONFIG_INVALID", `BEACON_POLICY: ${url} is no http(s) URL`);
  const keys = group.map(({ key }) => key);
  return createHttpWitness({ url, keys, logKey, withDeadline, limitMs: ANSWER_LIMIT_MS });
}
