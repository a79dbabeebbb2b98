import { hex } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { fromDecimal } from "@/server/domain/log/decimal";
import {
  formatVerifierKey,
  type KeyUse,
  parseVerifierKey,
  type VerifierKey,
} from "@/server/domain/log/verifier-key";

/** A log that the policy trusts. Its key's name is its origin. */
export type PolicyLog = { readonly key: VerifierKey; readonly url: string | null };

/** A witness; `name` is what the policy's groups call it, its key has a name of its own. */
export type PolicyWitness = {
  readonly name: string;
  readonly key: VerifierKey;
  readonly url: string | null;
};

/** Counts as one witness when at least `threshold` of its members do. */
export type PolicyGroup = {
  readonly name: string;
  readonly threshold: number;
  /** Witnesses and groups by name. */
  readonly members: readonly string[];
};

/** Whom a reader trusts (C2SP tlog-policy). */
export type Policy = {
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  readonly groups: readonly PolicyGroup[];
  /** The witness or group that must have cosigned; null when the policy says `none`. */
  readonly quorum: string | null;
};

/** Ours. The specification asks for room for 32 logs, witnesses and groups. */
const MAX_POLICY_CHARACTERS = 131_072;

type Draft = {
  readonly logs: PolicyLog[];
  readonly witnesses: PolicyWitness[];
  readonly groups: PolicyGroup[];
  readonly quorums: string[];
  /** Names defined so far. */
  readonly names: Set<string>;
  /** Names that some group has as a member. */
  readonly members: Set<string>;
};

/**
 * Reads a policy file.
 *
 * @throws BeaconError POLICY_MALFORMED naming the line.
 */
export function parsePolicy(text: string): Policy {
  if (text.length > MAX_POLICY_CHARACTERS) throw malformed("the policy is too large");
  if (hasForbiddenCharacter(text)) throw malformed("the policy has a control character");
  const draft: Draft = {
    logs: [],
    witnesses: [],
    groups: [],
    quorums: [],
    names: new Set(["none"]),
    members: new Set(["none"]),
  };
  for (const [i, line] of text.split("\n").entries()) {
    const words = line.split(/[ \t]+/).filter((word) => word !== "");
    const [keyword = "#", ...rest] = words;
    if (keyword.startsWith("#")) continue;
    const place = `line ${i + 1}`;
    const readLine = LINE_READERS.get(keyword);
    if (readLine === undefined) throw malformed(`${place}: no line starts with ${keyword}`);
    readLine(draft, rest, place);
  }
  const [quorum, ...others] = draft.quorums;
  if (quorum === undefined || others.length > 0) throw malformed("a policy has one quorum line");
  const { logs, witnesses, groups } = draft;
  return { logs, witnesses, groups, quorum: quorum === "none" ? null : quorum };
}

type LineReader = (draft: Draft, words: readonly string[], place: string) => void;

const LINE_READERS: ReadonlyMap<string, LineReader> = /* @__PURE__ */ new Map<string, LineReader>([
  ["log", readLog],
  ["witness", readWitness],
  ["group", readGroup],
  ["quorum", readQuorum],
]);

function readLog(draft: Draft, [vkey, url, ...more]: readonly string[], place: string): void {
  if (vkey === undefined || more.length > 0) throw malformed(`${place}: log KEY [URL]`);
  draft.logs.push({ key: newKey(vkey, "note", draft.logs, place), url: url ?? null });
}

function readWitness(draft: Draft, words: readonly string[], place: string): void {
  const [name, vkey, url, ...more] = words;
  if (name === undefined || vkey === undefined || more.length > 0)
    throw malformed(`${place}: witness NAME KEY [URL]`);
  const key = newKey(vkey, "cosignature", draft.witnesses, place);
  define(draft, name, place);
  draft.witnesses.push({ name, key, url: url ?? null });
}

function readGroup(draft: Draft, words: readonly string[], place: string): void {
  const [name, rule, ...members] = words;
  if (name === undefined || rule === undefined || members.length === 0)
    throw malformed(`${place}: group NAME all|any|NUMBER MEMBER...`);
  const threshold = thresholdOf(rule, members.length);
  if (threshold === null) throw malformed(`${place}: 1 to ${members.length} members can be asked`);
  for (const member of members) {
    if (!draft.names.has(member)) throw malformed(`${place}: ${member} is not defined above`);
    if (draft.members.has(member)) throw malformed(`${place}: ${member} cannot be a member here`);
    draft.members.add(member);
  }
  define(draft, name, place);
  draft.groups.push({ name, threshold, members });
}

function readQuorum(draft: Draft, [name, ...more]: readonly string[], place: string): void {
  if (name === undefined || more.length > 0) throw malformed(`${place}: quorum NAME`);
  if (!draft.names.has(name)) throw malformed(`${place}: ${name} is not defined above`);
  draft.quorums.push(name);
}

function thresholdOf(rule: string, members: number): number | null {
  if (rule === "all") return members;
  if (rule === "any") return 1;
  const threshold = fromDecimal(rule);
  return threshold !== null && threshold >= 1 && threshold <= members ? threshold : null;
}

function define(draft: Draft, name: string, place: string): void {
  if (draft.names.has(name)) throw malformed(`${place}: ${name} is taken`);
  draft.names.add(name);
}

function newKey(
  text: string,
  use: KeyUse,
  others: readonly { readonly key: VerifierKey }[],
  place: string,
): VerifierKey {
  const key = readKey(text, place);
  if (key.use !== use) throw malformed(`${place}: this type of key does another work`);
  if (others.some((other) => hex(other.key.publicKey) === hex(key.publicKey)))
    throw malformed(`${place}: this public key is in the policy already`);
  return key;
}

function readKey(text: string, place: string): VerifierKey {
  try {
    return parseVerifierKey(text);
  } catch (cause) {
    throw malformed(`${place}: not a verifier key for Ed25519`, cause);
  }
}

function hasForbiddenCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09 && code !== 0x0a) || code === 0x7f) return true;
  }
  return false;
}

const malformed = (message: string, cause?: unknown): BeaconError =>
  new BeaconError("POLICY_MALFORMED", message, { cause });

/** Writes a policy so that `parsePolicy` reads the same again. */
export function formatPolicy(policy: Policy): string {
  const keyAndUrl = ({ key, url }: PolicyLog): string[] =>
    url === null ? [formatVerifierKey(key)] : [formatVerifierKey(key), url];
  const lines = [
    ...policy.logs.map((log) => ["log", ...keyAndUrl(log)]),
    ...policy.witnesses.map((witness) => ["witness", witness.name, ...keyAndUrl(witness)]),
    ...policy.groups.map((group) => ["group", group.name, group.threshold, ...group.members]),
    ["quorum", policy.quorum ?? "none"],
  ];
  return lines.map((words) => `${words.join(" ")}\n`).join("");
}

/**
 * Whether the quorum is met.
 *
 * @param cosigned the policy's names of the witnesses whose cosignatures were verified.
 */
export function meetsQuorum(policy: Policy, cosigned: ReadonlySet<string>): boolean {
  const counts = (name: string): boolean => {
    const group = policy.groups.find((candidate) => candidate.name === name);
    if (group === undefined) return cosigned.has(name);
    return group.members.filter(counts).length >= group.threshold;
  };
  return policy.quorum === null || counts(policy.quorum);
}
