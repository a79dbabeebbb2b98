import { describe, expect, it } from "vitest";
import { CountryCode } from "@/schemas/country";
import type { LogEntry } from "@/schemas/log-entry";
import type { AttestationId, ComparisonId, Instant } from "@/schemas/primitives";
import { createTileTree } from "@/server/adapters/tree/tile-tree";
import { completenessLines } from "@/server/cli/log-completeness";
import { concat, fromHex, utf8 } from "@/server/domain/bytes";
import { canonicalBytes, cidOf } from "@/server/domain/digest";
import { sessionIdFrom, taskIdOf } from "@/server/domain/identity";
import { planTasks, tasksDigestOf } from "@/server/domain/job/plan";
import type { ReadPublished } from "@/server/domain/log/audit-tree";
import { leafBytesOf } from "@/server/domain/log/entry";
import { leafHashOf } from "@/server/domain/log/merkle";
import { encodeEntryBundle, parseTilePath, TILE_WIDTH } from "@/server/domain/log/tile";
import { auditLog, type ReadBlock } from "@/server/services/audit-log";
import { aSpec } from "@/test/domain/job/job-specs";
import { aSigner } from "@/test/domain/log/a-signer";
import {
  aComparison,
  aFailure,
  aKeyEntry,
  aLog,
  anAttestation,
  anAttesterKey,
  anIntent,
  aResult,
  aRevocation,
  aSession,
  aVerifier,
  aWithdrawal,
} from "@/test/domain/verify/a-log";
import { aJobId, DE } from "@/test/support/builders";

const taskOf = (repeat: number) =>
  taskIdOf({ job: aJobId(3), prompt: "museum", service: "control", country: DE, repeat });
const answered = (n: number) => aResult({ task: taskOf(n), repeat: n });
const opening = (tasks: number) => [aKeyEntry(), anIntent({ tasks })];

/** What a log of these entries serves; `change` may lie about a path. */
async function served(
  entries: readonly (LogEntry | Uint8Array)[],
  change: (path: string, bytes: Uint8Array) => Uint8Array | null = (_, bytes) => bytes,
  readBlock: ReadBlock | null = null,
) {
  const log = aLog({ leaves: entries });
  const leaves = log.leafBytes;
  const { tiles } = await createTileTree().append(0, leaves.map(leafHashOf), async () => {
    throw new Error("an empty log has no tiles");
  });
  const honest = (path: string): Uint8Array | null => {
    if (path === "checkpoint") return utf8(log.noteAt(entries.length));
    const { level, index: position, width } = parseTilePath(path);
    const index = Number(position);
    const from = index * TILE_WIDTH;
    if (level === "entries") return encodeEntryBundle(leaves.slice(from, from + width));
    const tile = tiles.find((one) => one.level === level && one.index === index);
    return tile === undefined ? null : tile.hashes.subarray(0, width * 32);
  };
  const read: ReadPublished = async (path) => {
    const bytes = honest(path);
    return bytes === null ? null : change(path, bytes);
  };
  return auditLog(log.policy, read, readBlock);
}
const problemsOf = async (...args: Parameters<typeof served>) => (await served(...args)).problems;

describe("auditLog", () => {
  it("finds nothing wrong with a log in which every announced task closed once", async () => {
    const entries = [
      ...opening(3),
      answered(0),
      aFailure({ task: taskOf(1), repeat: 1 }),
      aWithdrawal({ task: taskOf(2), repeat: 2 }),
      aComparison(),
    ];
    expect(await served(entries)).toMatchObject({
      size: 6,
      cosigners: 1,
      problems: [],
      jobs: [{ announced: 3, results: 1, failures: 1, withdrawn: 1, hasComparison: true }],
    });
  });

  it("counts what third parties added, and calls it none of Beacon's", async () => {
    const strangers = ["hello", '{"type":"note"}', "[1]", "null"].map(utf8);
    const entries = [...opening(1), ...strangers, Uint8Array.of(0xff), aVerifier(), answered(0)];
    expect(await served(entries)).toMatchObject({ size: 9, thirdParty: 5, problems: [] });
  });

  it("names bytes that say that they are Beacon's and are not", async () => {
    const { job: _, ...rest } = answered(0);
    const strangers = [utf8('{"type":"beacon.result/v2"}'), utf8(JSON.stringify(rest))];
    expect(await served([...opening(1), answered(0), ...strangers])).toMatchObject({
      thirdParty: 0,
      problems: [
        "entry 3 is none that this auditor knows",
        "entry 4 is none that this auditor knows",
      ],
    });
  });

  it("counts what a key signed before it was taken back", async () => {
    expect(await served([...opening(1), answered(0), aRevocation()])).toMatchObject({
      jobs: [{ results: 1 }],
      problems: [],
    });
  });

  it("takes the ends of sessions for what they are: they neither open nor close a task", async () => {
    const other = aSession({ session: sessionIdFrom(new Uint8Array(16).fill(9)), ended: "lost" });
    const entries = [
      ...opening(2),
      aSession(),
      answered(0),
      aWithdrawal({ task: taskOf(1), repeat: 1 }),
      aComparison(),
      other,
    ];
    expect(await served(entries)).toMatchObject({
      thirdParty: 0,
      problems: [],
      jobs: [{ announced: 2, results: 1, failures: 0, withdrawn: 1, hasComparison: true }],
    });
  });

  /** A job of one task with its report, and an attester's key: entries 0 to 4. */
  const attestable = [...opening(1), answered(0), aComparison(), anAttesterKey()];
  const attests = (changes: Parameters<typeof anAttestation>[0] = {}) =>
    anAttestation({ comparison_index: 3, ...changes });

  it("takes attestations for what they are: signed by attesters, about a report that stands before", async () => {
    const second = "att-aaaaaaaaaaaaaaaaaaaaaaaaaa" as AttestationId;
    const entries = [...attestable, attests(), attests({ attestation: second })];
    expect(await served(entries)).toMatchObject({ thirdParty: 0, problems: [] });
    const revocation = aRevocation({ key: anAttesterKey().key, registration: 4 });
    expect(await problemsOf([...attestable, attests(), revocation])).toEqual([]);
  });

  it.each<[string, LogEntry[], string]>([
    [
      "an attestation of a comparison that is elsewhere",
      [...attestable, attests({ comparison_index: 2 })],
      "entry 5 attests a comparison that entry 2 is not",
    ],
    [
      "an attestation of another comparison",
      [...attestable, attests({ comparison: "cmp-aaaaaaaaaaaaaaaaaaaaaaaaaa" as ComparisonId })],
      "entry 5 attests a comparison that entry 3 is not",
    ],
    [
      "an attestation before its comparison",
      [
        ...opening(1),
        anAttesterKey(),
        attests({ comparison_index: 5 }),
        answered(0),
        aComparison(),
      ],
      "entry 3 attests a comparison that entry 5 is not",
    ],
    [
      "an attestation that stands there again",
      [...attestable, attests(), attests({ verdict: "confirm" })],
      `entry 6 attests ${attests().attestation} again`,
    ],
    [
      "an attestation that a runner signed",
      [...attestable, attests({ attester_key: aKeyEntry().key })],
      "entry 5 is signed by a key that entry 0 registers for another kind of entry",
    ],
    [
      "a result that an attester signed",
      [
        ...opening(1),
        anAttesterKey(),
        aResult({ task: taskOf(0), runner_key: anAttesterKey().key }),
      ],
      "entry 3 is signed by a key that entry 2 registers for another kind of entry",
    ],
    [
      "an attestation of a key that was taken back",
      [...attestable, aRevocation({ key: anAttesterKey().key, registration: 4 }), attests()],
      "entry 6 is signed by a key that entry 5 had taken back",
    ],
    [
      "an attestation of a job that was not announced",
      [...attestable, attests({ intent: 3 })],
      "entry 5 speaks of a job that entry 3 did not announce",
    ],
  ])("names %s", async (_, entries, problem) => {
    expect(await problemsOf(entries)).toEqual([problem]);
  });

  it("reads every tile of a log of more than one", async () => {
    const entries = [...opening(600), ...Array.from({ length: 600 }, (_, n) => answered(n))];
    expect(await served(entries)).toMatchObject({ size: 602, tiles: 4, problems: [] });
  });

  it.each<[string, LogEntry[], RegExp]>([
    [
      "a task that closed twice",
      [...opening(2), answered(0), aFailure({ task: taskOf(0) })],
      /closes task .* again/,
    ],
    [
      "a result that was hidden before the comparison",
      [...opening(2), answered(0), aComparison()],
      /while tasks are open/,
    ],
    [
      "a session that ended twice",
      [...opening(1), answered(0), aSession(), aSession({ ended: "lost" })],
      /entry 4 ends session .* again/,
    ],
    ["the end of a session of a job that nothing announced", [aKeyEntry(), aSession()], /entry 1 /],
    [
      "the end of a session that names another announcement",
      [...opening(1), answered(0), aSession({ intent: 0 })],
      /entry 3 .* entry 0 did not announce/,
    ],
    [
      "the end of a session signed by a key that had been taken back",
      [...opening(1), answered(0), aRevocation(), aSession()],
      /entry 4 is signed by a key that entry 3 had taken back/,
    ],
    [
      "the end of a session signed by a key that nothing registered",
      [...opening(1), answered(0), aSession({ runner_key: aSigner(9).keyId })],
      /entry 3 is signed by a key that no entry before it registers/,
    ],
    ["more closings than were announced", [...opening(1), answered(0), answered(1)], /more tasks/],
    ["a closing that nothing announced", [aKeyEntry(), answered(0)], /did not announce/],
    [
      "a closing before its intent",
      [aKeyEntry(), answered(0), anIntent({ tasks: 1 })],
      /did not announce/,
    ],
    [
      "a job that was announced twice",
      [...opening(1), anIntent({ tasks: 9 }), answered(0)],
      /announces job .* again/,
    ],
    [
      "a job that was compared twice",
      [...opening(1), answered(0), aComparison(), aComparison({ size_bytes: 1 })],
      /compares job .* again/,
    ],
    [
      "an entry signed by a key that had been taken back",
      [...opening(2), answered(0), aRevocation(), answered(1)],
      /^entry 4 is signed by a key that entry 3 had taken back$/,
    ],
    [
      "a revocation of what was not registered there",
      [...opening(1), answered(0), aRevocation({ registration: 1 })],
      /^entry 3 takes back a key that entry 1 did not register$/,
    ],
    ["a leaf that stands there twice", [...opening(2), answered(0), answered(0)], /twice/],
  ])("names %s", async (_, entries, problem) => {
    expect((await problemsOf(entries)).join("\n")).toMatch(problem);
  });

  it("names a tile that does not hold what the entries lead to", async () => {
    const entries = [...opening(1), answered(0)];
    const problems = await problemsOf(entries, (path, bytes) =>
      path === "tile/0/000.p/3" ? concat(bytes.subarray(0, 95), Uint8Array.of(1)) : bytes,
    );
    expect(problems.join()).toContain("tile/0/000.p/3");
  });

  it("names entries that do not lead to the signed root", async () => {
    const entries = [...opening(1), answered(0)];
    const other = [...opening(1), answered(1)].map(leafBytesOf);
    const problems = await problemsOf(entries, (path, bytes) =>
      path.startsWith("tile/entries/") ? encodeEntryBundle(other) : bytes,
    );
    expect(problems.join()).toMatch(/root/);
  });

  it("names a missing cosignature, and refuses a wrong one", async () => {
    const entries = [...opening(1), answered(0)];
    const note = (edit: (text: string) => string) => (path: string, bytes: Uint8Array) =>
      path === "checkpoint" ? utf8(edit(new TextDecoder().decode(bytes))) : bytes;
    const without = await problemsOf(
      entries,
      note((text) => text.split("\n").slice(0, -2).join("\n").concat("\n")),
    );
    expect(without.join()).toMatch(/cosignatures/);
    const wrong = served(
      entries,
      note((text) => text.replace(/(.)(.{8}\n)$/, (_, a, b) => (a === "A" ? "B" : "A") + b)),
    );
    await expect(wrong).rejects.toMatchObject({ code: "NOTE_SIGNATURE_INVALID" });
  });

  it("refuses a log that does not serve what its checkpoint promises", async () => {
    const entries = [...opening(1), answered(0)];
    for (const missing of ["checkpoint", "tile/entries/000.p/3", "tile/0/000.p/3"])
      await expect(
        served(entries, (path, bytes) => (path === missing ? null : bytes)),
      ).rejects.toMatchObject({ code: "TILE_NOT_FOUND" });
  });

  it("names a job that is over and has open tasks", async () => {
    const late = anIntent({ tasks: 2, deadline: "2020-01-01T00:00:00.000Z" as Instant });
    expect(await problemsOf([aKeyEntry(), late, answered(0)])).toEqual([
      expect.stringContaining("1 of its tasks never closed"),
    ]);
  });
});

describe("auditLog, with the specs of jobs at hand", () => {
  const spec = aSpec({
    prompts: [{ id: "museum", language: "en", text: "Who built the museum?" }],
    services: [{ id: "control", door: "model", model: "control-open" }],
    countries: [DE],
    repeats: 2,
    contrasts: [],
    controls: [],
  });
  const bytes = canonicalBytes(spec);
  const orderSeed = "00".repeat(16);
  const plan = planTasks(aJobId(3), spec, fromHex(orderSeed));
  const intent = anIntent({
    spec_cid: cidOf(bytes),
    order_seed: orderSeed,
    tasks: 2,
    tasks_digest: tasksDigestOf(plan),
  });
  const withBlocks = async (entries: readonly LogEntry[], block: Uint8Array | null) =>
    (await served(entries, undefined, async () => block)).problems;

  it("finds nothing wrong when what was announced is what the spec makes", async () => {
    expect(await withBlocks([aKeyEntry(), intent, answered(0), answered(1)], bytes)).toEqual([]);
  });

  it("names a task that the job never announced", async () => {
    const stranger = answered(7);
    expect(await withBlocks([aKeyEntry(), intent, answered(0), stranger], bytes)).toEqual([
      `task ${stranger.task} was never announced by job ${aJobId(3)}`,
    ]);
  });

  it("names an announcement of other tasks than the spec makes", async () => {
    const other = { ...intent, tasks_digest: tasksDigestOf(plan.slice(1)) };
    expect(await withBlocks([aKeyEntry(), other], bytes)).toEqual([
      expect.stringContaining("announced other tasks than its spec makes"),
    ]);
  });

  it("names a spec that is not served, or not as announced", async () => {
    for (const block of [null, utf8("{}")])
      expect(await withBlocks([aKeyEntry(), intent], block)).toEqual([
        expect.stringContaining("is not served as it was announced"),
      ]);
  });
});

it("names, from the log's bytes alone, the one of 1,000 announced tasks that was hidden", async () => {
  const spec = aSpec({
    prompts: ["museum", "bridge", "dam", "ferry"].map((id) => ({
      id,
      language: "en",
      text: `Who built the ${id}?`,
    })),
    services: [{ id: "control", door: "model", model: "control-open" }],
    countries: ["DE", "KE", "BR", "US", "SG"].map((code) => CountryCode.parse(code)),
    repeats: 50,
    contrasts: [],
    controls: [],
  });
  const bytes = canonicalBytes(spec);
  const orderSeed = "11".repeat(16);
  const plan = planTasks(aJobId(3), spec, fromHex(orderSeed));
  expect(plan).toHaveLength(1_000);
  const intent = anIntent({
    spec_cid: cidOf(bytes),
    order_seed: orderSeed,
    tasks: 1_000,
    repeats: 50,
    tasks_digest: tasksDigestOf(plan),
    deadline: "2020-01-01T00:00:00.000Z" as Instant,
  });
  const hidden = plan[617];
  const closed = plan
    .filter((task) => task !== hidden)
    .map(({ id, promptId: prompt, country, repeat }) =>
      aResult({ task: id, prompt, country, repeat }),
    );
  const report = await served([aKeyEntry(), intent, ...closed], undefined, async () => bytes);
  expect(report.problems).toEqual([expect.stringContaining("1 of its tasks never closed")]);
  const [job] = report.jobs;
  expect(job?.completeness).toMatchObject({
    announced: 1_000,
    results: 999,
    isOver: true,
    open: [{ task: hidden?.id, country: hidden?.country, repeat: hidden?.repeat }],
  });
  if (job === undefined) throw new Error("no job was audited");
  const lines = [...completenessLines(report, job)];
  expect(lines).toContain("  overdue             1");
  expect(lines.filter((line) => line.includes("missing: "))).toEqual([
    expect.stringContaining(
      `missing: ${hidden?.id} (${hidden?.promptId}, control, ${hidden?.country}`,
    ),
  ]);
  expect(lines.at(-1)).toBe("What was announced is not what the log shows.");
});
