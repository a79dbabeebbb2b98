import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTileTree } from "@/server/adapters/tree/tile-tree";
import { builtVerifiers } from "@/server/cli/verifiers";
import { base64, concat, utf8 } from "@/server/domain/bytes";
import { leafHashOf } from "@/server/domain/log/merkle";
import { formatPolicy, type Policy } from "@/server/domain/log/policy";
import { encodeEntryBundle, parseTilePath, TILE_WIDTH } from "@/server/domain/log/tile";
import { parseVerifierKey } from "@/server/domain/log/verifier-key";
import { reportJson } from "@/server/domain/verify/report";
import { type VerificationInput, verifyReceipt } from "@/server/domain/verify/verify-receipt";
import {
  aBlock,
  aKeyEntry,
  aLog,
  anIntent,
  aResult,
  aRevocation,
} from "@/test/domain/verify/a-log";
import { openPage } from "@/test/support/browser-page";
import { type C2spGolden, golden } from "@/test/vectors/golden";

/** What the portal's own headers allow the worker (next.config.ts). */
const WORKER_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

let open: Awaited<ReturnType<typeof openPage>>;
let files: Map<string, string>;
/** What the log serves; a test may lie about a path. */
let published: (path: string) => Uint8Array | null = () => null;
let workerPolicy = WORKER_POLICY;

beforeAll(async () => {
  files = new Map((await builtVerifiers()).map(({ file, text }) => [file, text]));
  open = await openPage((path) => {
    const program = files.get(path.replace("verify/", ""));
    if (program !== undefined)
      return {
        headers: {
          "content-type": "text/javascript",
          "content-security-policy": workerPolicy,
        },
        body: utf8(program),
      };
    const body = path.startsWith("tlog/") ? published(path.slice("tlog/".length)) : null;
    return body === null ? null : { headers: {}, body };
  });
});
afterAll(() => open.close());

type Case = Omit<VerificationInput, "policy"> & { readonly policy: Policy };

/** The library's report in Chromium, as JSON. Strings, so that no tool rewrites the imports. */
const judgedInChromium = ({ receipt, block, policy, lastSeen, consistency }: Case) =>
  open.page.evaluate(`(async () => {
    const { parsePolicy, verifyReceipt } = await import("/verify/verifier.js");
    const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    const report = await verifyReceipt({
      receipt: bytes(${JSON.stringify(base64(receipt))}),
      block: ${block === null ? null : `bytes(${JSON.stringify(base64(block))})`},
      policy: parsePolicy(${JSON.stringify(formatPolicy(policy))}),
      lastSeen: ${lastSeen === null ? null : `{ size: ${lastSeen.size}n, root: bytes("${base64(lastSeen.root)}") }`},
      consistency: ${consistency === null ? null : `${JSON.stringify(consistency.map(base64))}.map(bytes)`},
    });
    return JSON.stringify(report, (_, value) => (typeof value === "bigint" ? Number(value) : value), 2);
  })()`);

const log = aLog();
const flipped = (bytes: Uint8Array, at: number) =>
  bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
const a = (changes: Partial<Case>): Case => ({
  receipt: log.receiptOf(2),
  block: aBlock(),
  policy: log.policy,
  lastSeen: null,
  consistency: null,
  ...changes,
});
const revoked = aLog({ entries: [aKeyEntry(), anIntent(), aRevocation(), aResult()] });

describe("the verifier as a library, in a real browser", () => {
  it.each<[string, string, Case]>([
    ["sound", "a sound receipt", a({})],
    ["sound", "a receipt without its document", a({ block: null })],
    [
      "sound",
      "a receipt that continues a state seen before",
      a({ lastSeen: { size: 3n, root: log.rootAt(3) }, consistency: log.consistency(3) }),
    ],
    [
      "unsound",
      "a receipt of another history",
      a({ lastSeen: { size: 3n, root: log.rootAt(4) }, consistency: log.consistency(3) }),
    ],
    ["unsound", "another document", a({ block: utf8("other") })],
    ["unsound", "a log that the policy does not know", a({ policy: { ...log.policy, logs: [] } })],
    [
      "unsound",
      "an entry by a revoked key",
      a({ receipt: revoked.receiptOf(3), policy: revoked.policy }),
    ],
    ["unusable", "a flipped byte", a({ receipt: flipped(log.receiptOf(2), 40) })],
    ["unusable", "nothing", a({ receipt: new Uint8Array() })],
  ])("gives the portal's own report: %s for %s", async (verdict, _, input) => {
    const report = await verifyReceipt(input);
    expect(report.verdict).toBe(verdict);
    expect(await judgedInChromium(input)).toBe(reportJson(report));
  });

  it("checks the golden post-quantum cosignature with the browser's own cryptography", async () => {
    const vectors = golden<C2spGolden & { readonly mldsa: { readonly checkpoint: string } }>(
      "c2sp-golden.json",
    );
    const { publicKey, name } = parseVerifierKey(vectors.keys.pq1?.vkey ?? "");
    const parts = {
      name,
      publicKey: base64(publicKey),
      note: vectors.mldsa.checkpoint,
    };
    const found = await open.page.evaluate(`(async ({ name, publicKey, note }) => {
      const { verifySubtreeCosignature } = await import("/verify/verifier-more.js");
      const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
      const text = note.slice(0, note.lastIndexOf("\\n\\n") + 1);
      const line = note.split("\\n").find((line) => line.includes(name));
      const blob = bytes(line.slice(line.lastIndexOf(" ") + 1)).subarray(4);
      const at = Number(new DataView(blob.buffer, blob.byteOffset).getBigUint64(0));
      const ask = (seconds) =>
        verifySubtreeCosignature(name, bytes(publicKey), text, seconds, blob.subarray(8));
      const fetched = performance.getEntriesByType("resource").map(({ name }) => name);
      return [await ask(at), await ask(at + 1), fetched.some((url) => url.includes("noble"))];
    })(${JSON.stringify(parts)})`);
    expect(found).toEqual([true, false, false]);
  });
});

describe("the audit of a whole log, in a real browser", () => {
  const entries = [
    aKeyEntry(),
    anIntent({ tasks: 700 }),
    ...Array.from({ length: 700 }, (_, repeat) => aResult({ repeat })),
  ];
  const grown = aLog({ leaves: [...entries, utf8("of a third party")] });
  const size = grown.leafBytes.length;
  let honest: (path: string) => Uint8Array | null;

  beforeAll(async () => {
    const { tiles } = await createTileTree().append(
      0,
      grown.leafBytes.map(leafHashOf),
      async () => {
        throw new Error("an empty log has no tiles");
      },
    );
    honest = (path) => {
      if (path === "checkpoint") return utf8(grown.noteAt(size));
      const { level, index, width } = parseTilePath(path);
      const from = Number(index) * TILE_WIDTH;
      if (level === "entries") return encodeEntryBundle(grown.leafBytes.slice(from, from + width));
      const tile = tiles.find((one) => one.level === level && BigInt(one.index) === index);
      return tile?.hashes.subarray(0, width * 32) ?? null;
    };
  });

  /** Everything that the worker says. */
  const audited = (policy = grown.policyText): Promise<readonly Record<string, unknown>[]> =>
    open.page.evaluate(`new Promise((resolve) => {
      const worker = new Worker("/verify/verifier-audit.js", { type: "module" });
      const said = [];
      worker.onmessage = ({ data }) => {
        said.push(data);
        if (data.kind !== "progress") resolve(said);
      };
      worker.onerror = () => resolve([{ kind: "not loaded" }]);
      worker.postMessage({ policy: ${JSON.stringify(policy)}, prefix: location.origin + "/tlog" });
    })`);
  const answerOf = async (
    lie: (path: string) => Uint8Array | null | undefined,
    policy?: string,
  ) => {
    published = (path) => {
      const told = lie(path);
      return told === undefined ? honest(path) : told;
    };
    return (await audited(policy)).at(-1);
  };
  const problems = (...found: readonly string[]) => ({
    kind: "done",
    audit: expect.objectContaining({ size, problems: found }),
  });

  it("rebuilds every tile and the root, and tells how far it is", async () => {
    published = honest;
    const said = await audited();
    expect(said[0]).toEqual({ kind: "progress", done: 0, size });
    expect(said.at(-1)).toMatchObject({
      kind: "done",
      audit: {
        origin: grown.origin,
        size: 703,
        tiles: 4,
        cosigners: 1,
        root: base64(grown.rootAt(size)),
        problems: [],
        engine: "wasm",
      },
    });
  });

  it("goes on in JavaScript where WebAssembly is forbidden", async () => {
    workerPolicy = WORKER_POLICY.replace(" 'wasm-unsafe-eval'", "");
    const answer = await answerOf(() => undefined);
    workerPolicy = WORKER_POLICY;
    expect(answer).toMatchObject({ kind: "done", audit: { problems: [], engine: "javascript" } });
  });

  it("names a tile, an upper tile and an entry that were changed", async () => {
    const changed = (path: string) => flipped(honest(path) ?? new Uint8Array(), 40);
    for (const tile of ["tile/0/001", "tile/1/000.p/2"])
      expect(await answerOf((path) => (path === tile ? changed(path) : undefined))).toEqual(
        problems(`${tile} does not hold the hashes that the entries lead to`),
      );
    const bundle = "tile/entries/000";
    const swapped = [
      concat(grown.leafBytes[0] ?? utf8(""), utf8(" ")),
      ...grown.leafBytes.slice(1, 256),
    ];
    expect(
      await answerOf((path) => (path === bundle ? encodeEntryBundle(swapped) : undefined)),
    ).toEqual(
      problems(
        `the entries do not lead to the signed root of size ${size}`,
        "tile/0/000 does not hold the hashes that the entries lead to",
        "tile/1/000.p/2 does not hold the hashes that the entries lead to",
      ),
    );
  });

  it("says with its code what it could not read", async () => {
    const failed = (code: string) => expect.objectContaining({ kind: "failed", code });
    for (const missing of ["checkpoint", "tile/0/001", "tile/entries/002.p/191", "tile/1/000.p/2"])
      expect(await answerOf((path) => (path === missing ? null : undefined))).toEqual(
        failed("TILE_NOT_FOUND"),
      );
    const short = encodeEntryBundle(grown.leafBytes.slice(0, 255));
    expect(await answerOf((path) => (path === "tile/entries/000" ? short : undefined))).toEqual(
      failed("TILE_INCONSISTENT"),
    );
    expect(await answerOf((path) => (path === "checkpoint" ? utf8("x") : undefined))).toEqual(
      failed("NOTE_MALFORMED"),
    );
    expect(await answerOf(() => undefined, "quorum none\n")).toEqual(failed("NOTE_KEY_UNKNOWN"));
    expect(await answerOf(() => undefined, "nonsense")).toEqual(failed("POLICY_MALFORMED"));
  });
});
