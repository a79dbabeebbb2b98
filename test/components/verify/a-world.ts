import type { VerificationWorld } from "@/components/verify/verification-world";
import { base64, utf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { aKeyEntry, aLog, anIntent, aResult } from "@/test/domain/verify/a-log";

/** What the service said, as a chat completion. */
export const ANSWER = "Yes, the museum is open on Mondays.";
export const document = utf8(JSON.stringify({ choices: [{ message: { content: ANSWER } }] }));
export const result = aResult({ cid: cidOf(document), size_bytes: document.length });

/** A log of key, intent, the result (entry 2) and three more of its kind. */
export const log = aLog({
  entries: [aKeyEntry(), anIntent(), result, ...[1, 2, 3].map((repeat) => ({ ...result, repeat }))],
});
export const RESULT_INDEX = 2;

/** The policy's one witness by its key's hash, as the portal names it. */
export const witnessKeys = log.policy.witnesses.map(({ key }) =>
  key.id.toString(16).padStart(8, "0"),
);

/** A memory that a test can look into. */
export function aMemory(kept: Record<string, string> = {}) {
  const entries = new Map(Object.entries(kept));
  return {
    entries,
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => void entries.set(key, value),
  };
}

/** This browser as it would remember the log at `size`; `root` is another one for a fork. */
export const seenAt = (size: number, root = log.rootAt(size)) => ({
  [`beacon.last-seen:${log.origin}`]: JSON.stringify({
    size,
    root: base64(root),
    at: "2026-11-21T08:00:00.000Z",
  }),
});

/** A portal that serves this log honestly, every part of it replaceable. */
export const aWorld = (
  files: { readonly [path: string]: Uint8Array | Error } = {},
  changes: Partial<VerificationWorld> = {},
): VerificationWorld => ({
  fetchBytes: async (path) => {
    const served: { readonly [path: string]: Uint8Array | Error } = {
      [`/tlog/proof/${RESULT_INDEX}`]: log.receiptOf(RESULT_INDEX),
      "/tlog/policy": utf8(log.policyText),
      [`/ipfs/${result.cid}?format=raw`]: document,
      ...files,
    };
    const answer = served[path] ?? new Error(`The portal answered 404 for ${path}.`);
    if (answer instanceof Error) throw answer;
    return answer;
  },
  fetchConsistency: async (from, to) => log.consistency(from, to).map(base64),
  memory: aMemory(),
  now: () => new Date("2026-11-22T12:00:00.000Z"),
  ...changes,
});
