import type { AttesterKeyView } from "@/schemas/attestation-view";
import type { KeyEntry } from "@/schemas/log-entry";
import type { KeyId, UserId } from "@/schemas/primitives";
import type { AccountStore } from "@/server/adapters/db/account-store";
import type { AttesterKeyStore, Enrolment } from "@/server/adapters/db/attester-key-store";
import type { LogStore } from "@/server/adapters/db/log-store";
import type { Challenges } from "@/server/adapters/keys/challenges";
import type { Signer } from "@/server/adapters/keys/key-store";
import type { Throttle } from "@/server/adapters/keys/throttle";
import { enrolmentMessage } from "@/server/domain/attest/enrolment-message";
import { keyView } from "@/server/domain/attest/key-view";
import { isSoundKey } from "@/server/domain/attest/sound-key";
import { base64 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { keyIdOf } from "@/server/domain/identity";
import { fileEntry } from "@/server/domain/log/filing";
import { readEntry } from "@/server/domain/log/read-entry";
import { ed25519Verifier } from "@/server/domain/signature";
import { instantOf } from "@/server/domain/time";

export type EnrolKeyDeps = {
  readonly accounts: Pick<AccountStore, "byId">;
  readonly attesterKeys: Pick<AttesterKeyStore, "enrol" | "byId">;
  readonly challenges: Pick<Challenges, "spend">;
  /** Counts the keys that each account enrols. */
  readonly enrolmentThrottle: Throttle;
  readonly log: Pick<LogStore, "ofKind" | "state">;
  readonly logKey: Signer;
  readonly runner: Pick<Signer, "keyId">;
  readonly origin: string;
  readonly now: () => Date;
};

/** What somebody brings who enrols a key. */
export type EnrolmentRequest = {
  /** Raw, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Where the key lives, in its owner's words. */
  readonly label: string;
  /** The portal's, for this. */
  readonly challenge: string;
  /** The new key's signature of `enrolmentMessage`, 64 bytes. */
  readonly proof: Uint8Array;
};

/** Keys that one account may sign with at a time: more devices than anybody has at hand. */
const MAX_KEYS = 10;

/**
 * Enrols a key of an attester: whoever enrols it shows that they hold it, and the log registers it with
 * the organisation that they speak for. Safe to repeat: a key is enrolled once, by one account.
 *
 * @throws BeaconError KEY_ENROLMENT_REFUSED, KEY_ENROLMENT_TOO_MANY, KEY_REVOKED for a key that was taken
 *   back, CHALLENGE_REFUSED
 */
export async function enrolKey(
  deps: EnrolKeyDeps,
  accountId: UserId,
  { publicKey, label, challenge, proof }: EnrolmentRequest,
): Promise<AttesterKeyView> {
  const key = keyIdOf(publicKey);
  const organisation = await organisationOf(deps, accountId);
  const known = await deps.attesterKeys.byId(key);
  if (known?.accountId === accountId) return shown(deps, key);
  await mustBeFree(deps, key);
  const message = enrolmentMessage({
    origin: deps.origin,
    account: accountId,
    publicKey,
    challenge,
  });
  const verifier = await ed25519Verifier();
  const isHeld =
    isSoundKey(publicKey) && (await verifier.verify({ publicKey, message, signature: proof }));
  if (!isHeld) throw refused("The proof is not this key's signature of the challenge.");
  if (!deps.enrolmentThrottle.take(accountId))
    throw new BeaconError(
      "KEY_ENROLMENT_TOO_MANY",
      "This account has enrolled many keys today; try again tomorrow.",
    );
  if (!(await deps.challenges.spend("enrol", challenge)))
    throw new BeaconError(
      "CHALLENGE_REFUSED",
      "The challenge is too old or was answered before; ask for another.",
    );
  const createdAt = deps.now();
  const entry: KeyEntry = {
    v: 1,
    type: "beacon.key/v1",
    at: instantOf(createdAt),
    key,
    role: "attester",
    organisation,
    algorithm: "ed25519",
    public_key: base64(publicKey),
  };
  const enrolment = await deps.attesterKeys.enrol(
    { key, accountId, publicKey, organisation, label, createdAt },
    fileEntry(entry, deps.origin, { keyId: deps.origin, sign: deps.logKey.sign }),
    MAX_KEYS,
  );
  unlessRefused(enrolment);
  return shown(deps, key);
}

const refused = (message: string): BeaconError => new BeaconError("KEY_ENROLMENT_REFUSED", message);
const TAKEN = "This key is enrolled for another account.";
const NO_ATTESTER =
  "Only an attester may enrol a key, and only when an admin has said for which organisation they speak.";

async function organisationOf({ accounts }: EnrolKeyDeps, accountId: UserId): Promise<string> {
  const account = await accounts.byId(accountId);
  const mayAttest = account?.role === "attester" && account.disabledAt === null;
  if (!mayAttest || account.organisation === null) throw refused(NO_ATTESTER);
  return account.organisation;
}

/** No account has the key, and the log does not know it as somebody else's. */
async function mustBeFree(deps: EnrolKeyDeps, key: KeyId): Promise<void> {
  if ((await deps.attesterKeys.byId(key)) !== null) throw refused(TAKEN);
  const registered = await deps.log.ofKind("beacon.key/v1", null);
  const isOther = registered.some(({ bytes }) => {
    const entry = readEntry(bytes);
    return entry?.type === "beacon.key/v1" && entry.key === key;
  });
  if (isOther || key === deps.runner.keyId)
    throw refused("The log has registered this key for something else.");
}

function unlessRefused(enrolment: Enrolment): void {
  if (enrolment === "taken") throw refused(TAKEN);
  if (enrolment === "not-attester") throw refused(NO_ATTESTER);
  if (enrolment === "too-many")
    throw refused(`An account signs with at most ${MAX_KEYS} keys; revoke one first.`);
}

async function shown(deps: EnrolKeyDeps, key: KeyId): Promise<AttesterKeyView> {
  const enrolled = await deps.attesterKeys.byId(key);
  if (enrolled === null) throw new Error(`key ${key} was enrolled and is not there`);
  if (enrolled.revokedAt !== null)
    throw new BeaconError("KEY_REVOKED", "This key was revoked; make and enrol another.");
  return keyView(enrolled, (await deps.log.state()).publishedSize);
}
