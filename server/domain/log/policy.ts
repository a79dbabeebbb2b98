import { equalBytes } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { fromDecimal } from "@/server/domain/log/decimal";
import {
  formatVerifierKey,
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
  /** Names that no line may define again. */
  readonly names: Set<string>;
  /** Those of them that a group may still have as a member. */
  readonly free: Set<string>;
};

/**
 * Reads a policy file.
 *
 * @throws BeaconError POLICY_MALFORMED naming the line.
 */
export function parsePolicy(text: string): Policy {
  if (text.length > MAX_POLICY_CHARACTERS) throw malformed("the policy is too large");
  if (/[^\t\n -~\x80-\uffff]/.test(text)) throw malformed("the policy has a control character");
  const draft: Draft = {
    logs: [],
    witnesses: [],
    groups: [],
    quorums: [],
    names: new Set(["none"]),
    free: new Set(),
  };
  for (const [i, line] of text.split("\n").entries()) {
    const [keyword = "#", ...words] = line.match(/[^\t ]+/g) ?? [];
    if (keyword.startsWith("#")) continue;
    try {
      readLine(draft, keyword, words);
    } catch (cause) {
      throw malformed(`line ${i + 1}: ${(cause as Error).message}`, cause);
    }
  }
  const { logs, witnesses, groups, quorums } = draft;
  const [quorum, ...others] = quorums;
  if (quorum === undefined || others.length > 0) throw malformed("a policy has one quorum line");
  return { logs, witnesses, groups, quorum: quorum === "none" ? null : quorum };
}

/** The lines of a policy: how many words follow the keyword at most, and how they are read. */
const LINES: ReadonlyMap<string, readonly [most: number, LineReader]> = /* @__PURE__ */ new Map<
  string,
  readonly [number, LineReader]
>([
  ["log", [2, readLog]],
  ["witness", [3, readWitness]],
  ["group", [Number.POSITIVE_INFINITY, readGroup]],
  ["quorum", [1, readQuorum]],
]);

/** Takes the words behind a keyword into the draft. It counts none: what is missing is no key and no name. */
type LineReader = (draft: Draft, words: readonly string[]) => void;

function readLine(draft: Draft, keyword: string, words: readonly string[]): void {
  const line = LINES.get(keyword);
  if (line === undefined) throw malformed(`no line starts with ${keyword}`);
  const [most, read] = line;
  if (words.length > most) throw malformed("too many words");
  read(draft, words);
}

function readLog({ logs }: Draft, [key, url]: readonly string[]): void {
  logs.push({ key: newKey(key, true, logs), url: url ?? null });
}

function readWitness(draft: Draft, [name, key, url]: readonly string[]): void {
  const { witnesses } = draft;
  witnesses.push({
    name: define(draft, name),
    key: newKey(key, false, witnesses),
    url: url ?? null,
  });
}

function readGroup(draft: Draft, [name, rule, ...members]: readonly string[]): void {
  const threshold =
    rule === "all" ? members.length : rule === "any" ? 1 : Number(fromDecimal(rule ?? ""));
  if (threshold < 1 || threshold > members.length)
    throw malformed(`1 to ${members.length} members can be asked`);
  for (const member of members)
    if (!draft.free.delete(member))
      throw malformed(`${member} is not defined above or in a group already`);
  draft.groups.push({ name: define(draft, name), threshold, members });
}

function readQuorum({ names, quorums }: Draft, [name = ""]: readonly string[]): void {
  if (!names.has(name)) throw malformed(`${name} is not defined above`);
  quorums.push(name);
}

function define({ names, free }: Draft, name: string | undefined): string {
  if (name === undefined || names.has(name)) throw malformed(`${name} is defined above`);
  names.add(name);
  free.add(name);
  return name;
}

function newKey(
  text = "",
  isLog: boolean,
  others: readonly { readonly key: VerifierKey }[],
): VerifierKey {
  const key = parseVerifierKey(text);
  if ((key.use === "note") !== isLog) throw malformed("a key of this type does other work");
  if (others.some((other) => equalBytes(other.key.publicKey, key.publicKey)))
    throw malformed("this key is in the policy already");
  return key;
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
  const met = new Set(cosigned);
  // A group's members are defined above it, so one walk decides them all.
  for (const { name, threshold, members } of policy.groups)
    if (members.filter((member) => met.has(member)).length >= threshold) met.add(name);
  return policy.quorum === null || met.has(policy.quorum);
}
