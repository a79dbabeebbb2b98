import { inflateRawSync } from "node:zlib";
import { CarReader } from "@ipld/car/reader";
import { sha256 } from "@noble/hashes/sha2.js";
import { beforeAll, describe, expect, it } from "vitest";
import type { AnchorKind, AnchorStatus } from "@/schemas/anchor";
import { BundleManifest } from "@/schemas/bundle-manifest";
import type { SessionEntry } from "@/schemas/log-entry";
import type { JobId } from "@/schemas/primitives";
import { answerBundle, bundleDeps, layOutBundle } from "@/server/api/bundles";
import { anchorIdOf } from "@/server/domain/anchor/anchor-id";
import type { Bundle } from "@/server/domain/bundle/bundle";
import { readZip } from "@/server/domain/bundle/read-zip";
import { verifyBundle } from "@/server/domain/bundle/verify-bundle";
import { concat, fromBase64, hex, utf8 } from "@/server/domain/bytes";
import { canonicalBytes, cidOf } from "@/server/domain/digest";
import { GENERAL_LIMITS, notShown } from "@/server/domain/eval/not-shown";
import { fileEntry } from "@/server/domain/log/filing";
import { verifyConsistency } from "@/server/domain/log/merkle";
import { instantOf } from "@/server/domain/time";
import { readEvidence } from "@/server/domain/verify/read-evidence";
import { buildBundle } from "@/server/services/build-bundle";
import { fileAttestation } from "@/server/services/file-attestation";
import { registerVerifiers } from "@/server/services/register-verifiers";
import { writeCar, writeZip } from "@/server/services/write-bundle";
import { resealed } from "@/test/domain/bundle/a-bundle";
import { aSpec } from "@/test/domain/job/job-specs";
import { aFinishedJob, anAnswer, finishedVantage } from "@/test/support/a-finished-job";
import { anEnrolledAttester, signedBy } from "@/test/support/an-attester";
import { aJobId, announced, aSessionId, submitted, writeAll } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { ownContext } from "@/test/support/context";

const house = ownContext();
let jobId: JobId;
let bundle: Bundle;

beforeAll(async () => {
  jobId = await aFinishedJob(house.context);
  bundle = await layOutBundle(house.context, jobId);
});

async function whole(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(Uint8Array.from(chunk));
  return concat(...all);
}
const inflate = (bytes: Uint8Array, sizeBytes: number) =>
  new Uint8Array(inflateRawSync(bytes, { maxOutputLength: Math.max(1, sizeBytes) }));
const filesOf = async (of: Bundle) => readZip(await whole(writeZip(of)), inflate);
const manifestOf = (of: Bundle) =>
  BundleManifest.parse(JSON.parse(new TextDecoder().decode(of.manifest)));

describe("the manifest", () => {
  it("names every block and every receipt of the job, with its role, size, task and leaf", () => {
    const { blocks, tasks, missing, simulated, checkpoint } = manifestOf(bundle);
    expect(tasks).toEqual({ announced: 4, results: 2, failures: 1, withdrawn: 1 });
    expect({ missing, simulated }).toEqual({ missing: 0, simulated: true });
    const count = (role: string) => blocks.filter((block) => block.role === role).length;
    expect({
      spec: count("spec"),
      comparison: count("comparison"),
      response: count("response"),
      exchange: count("exchange"),
      vantage: count("vantage"),
      checkpoint: count("checkpoint"),
      policy: count("policy"),
    }).toEqual({
      spec: 1,
      comparison: 1,
      response: 2,
      exchange: 2,
      vantage: 1,
      checkpoint: 1,
      policy: 1,
    });
    const ofTasks = blocks.filter(({ role, task }) => role === "receipt" && task !== null);
    expect(new Set(ofTasks.map(({ task }) => task)).size).toBe(4);
    // Where tasks were asked from is said once for many of them.
    for (const { role, leaf } of blocks)
      expect(leaf === null).toBe(["checkpoint", "policy", "vantage"].includes(role));
    for (const { leaf } of blocks) expect(leaf ?? 0).toBeLessThan(checkpoint.size);
  });

  it("has an address of its own, which is the address of its bytes", () => {
    expect(cidOf(bundle.manifest)).toBe(bundle.manifestCid);
  });
});

describe("the CAR", () => {
  it("has the manifest as its one root, and every block that the manifest names, once", async () => {
    const car = await CarReader.fromBytes(await whole(writeCar(bundle)));
    expect((await car.getRoots()).map(String)).toEqual([bundle.manifestCid]);
    const found: string[] = [];
    for await (const { cid, bytes } of car.blocks()) {
      expect(cidOf(bytes)).toBe(String(cid));
      found.push(String(cid));
    }
    expect(found[0]).toBe(bundle.manifestCid);
    expect(new Set(found).size).toBe(found.length);
    const named = manifestOf(bundle).blocks.map(({ cid }) => cid as string);
    expect(new Set(found)).toEqual(new Set([bundle.manifestCid, ...named]));
  });

  it("says so when a block changes while it is written", async () => {
    const [first, ...rest] = bundle.blocks;
    const changed = { ...first, read: async () => utf8("another") } as typeof first & object;
    await expect(whole(writeCar({ ...bundle, blocks: [changed, ...rest] }))).rejects.toMatchObject({
      code: "BLOCK_CID_MISMATCH",
    });
  });
});

describe("the ZIP", () => {
  it("is the same bytes for the same state of the log", async () => {
    const again = await layOutBundle(house.context, jobId);
    expect(again.zipDigest).toBe(bundle.zipDigest);
    const [one, two] = [await whole(writeZip(bundle)), await whole(writeZip(again))];
    expect(hex(sha256(one))).toBe(hex(sha256(two)));
  });

  it("holds raw responses, proofs, policy, schemas, method and programs, in the order of names", async () => {
    const names = [...(await filesOf(bundle)).keys()];
    expect(names).toEqual([...names].sort());
    for (const name of [
      "README.txt",
      "SHA256SUMS",
      "checkpoint",
      "comparison.json",
      "manifest.json",
      "methodology.md",
      "policy.txt",
      "receipts/comparison.tlog-proof",
      "receipts/intent.tlog-proof",
      "schemas/bundle-manifest.schema.json",
      "spec.json",
      "timestamp/digest.txt",
    ])
      expect(names).toContain(name);
    expect(names.filter((name) => name.startsWith("responses/"))).toHaveLength(2);
    expect(names.filter((name) => /^receipts\/tsk-.*\.tlog-proof$/.test(name))).toHaveLength(4);
    expect(names.filter((name) => /^keys\/.*\.registration\.tlog-proof$/.test(name))).toHaveLength(
      1,
    );
    const response = names.find((name) => name.startsWith("responses/")) ?? "";
    expect((await filesOf(bundle)).get(response)).toEqual(anAnswer(0));
  });

  it("says in its method what the job's own comparison does not show", async () => {
    const files = await filesOf(bundle);
    const comparison = JSON.parse(new TextDecoder().decode(files.get("comparison.json")));
    const { spec } = (await house.context.jobs.byId(jobId)) ?? {};
    if (spec === undefined) throw new Error("the job is gone");
    const method = new TextDecoder().decode(files.get("methodology.md"));
    const sentences = notShown({ spec, comparison });
    expect(sentences.length).toBeGreaterThan(GENERAL_LIMITS.length);
    for (const sentence of sentences) expect(method).toContain(`- ${sentence}\n`);
  });

  it("is sound by the policy that the reader brings, and by its own", async () => {
    const files = await filesOf(bundle);
    const own = await verifyBundle({ files, policy: house.context.policy });
    expect(own.problems).toEqual([]);
    expect(own).toMatchObject({ verdict: "sound", policy: "reader" });
    expect(own.facts?.tasks).toEqual({
      announced: 4,
      results: 2,
      failures: 1,
      withdrawals: 1,
      open: 0,
    });
    expect(await verifyBundle({ files, policy: null })).toMatchObject({
      verdict: "sound",
      policy: "bundle",
    });
  });
});

describe("a bundle", () => {
  it("is not made for a job that nobody knows", async () => {
    await expect(layOutBundle(house.context, aJobId(77))).rejects.toMatchObject({
      code: "JOB_NOT_FOUND",
    });
  });

  it("is not made while a task is open", async () => {
    const open = await announced(house.context);
    await expect(layOutBundle(house.context, open.id)).rejects.toMatchObject({
      code: "BUNDLE_NOT_READY",
    });
  });

  it("carries proofs to one checkpoint, also when the log grows while it is made", async () => {
    const { context } = house;
    let grown = false;
    const growing = {
      ...context,
      content: {
        ...context.content,
        get: async (cid: Parameters<typeof context.content.get>[0]) => {
          if (!grown) {
            grown = true;
            await submitted(context);
            await writeAll(context);
          }
          return context.content.get(cid);
        },
      },
    };
    const files = await filesOf(await layOutBundle(growing, jobId));
    expect((await verifyBundle({ files, policy: context.policy })).verdict).toBe("sound");
    expect(grown).toBe(true);
    await checkLog(context);
  });

  it("names what is missing, in the manifest and to whoever checks it", async () => {
    const { context } = house;
    const gone = cidOf(anAnswer(0));
    const without = {
      ...context,
      content: {
        ...context.content,
        get: async (cid: typeof gone) => (cid === gone ? null : context.content.get(cid)),
      },
    };
    const partial = await layOutBundle(without, jobId);
    const missing = manifestOf(partial).blocks.filter(({ is_held }) => !is_held);
    expect(missing.map(({ cid }) => cid)).toEqual([gone, gone]);
    expect(manifestOf(partial).missing).toBe(2);
    const report = await verifyBundle({ files: await filesOf(partial), policy: context.policy });
    expect(report.verdict).toBe("incomplete");
    expect(report.problems.map(({ file, kind, code }) => ({ file, kind, code }))).toEqual(
      missing.map(({ file }) => ({ file, kind: "missing", code: "BLOCK_NOT_FOUND" })),
    );
  });

  it("takes bytes that rotted on disk for missing", async () => {
    const { context } = house;
    const rotten = {
      ...context,
      content: { ...context.content, get: async () => utf8("rotten") },
    };
    const partial = await layOutBundle(rotten, jobId);
    // Spec, report, two responses with their exchanges, and where they were asked from.
    expect(manifestOf(partial).missing).toBe(7);
  });
});

describe("where a job was asked from", () => {
  it("goes along: in receipts, as documents, and with the end of each session", async () => {
    const { context } = house;
    const [row] = manifestOf(bundle).blocks.filter(({ role }) => role === "vantage");
    const files = await filesOf(bundle);
    const task = [...files.keys()].find((name) => name.startsWith("responses/")) ?? "";
    const proof = task.replace("responses/", "receipts/").replace(".txt", ".tlog-proof");
    const { entry, vantage } = readEvidence(files.get(proof) ?? new Uint8Array());
    expect(vantage).toEqual(finishedVantage);
    expect(entry).toMatchObject({ vantage: row?.cid });
    expect(files.get(`vantages/${row?.cid}.json`)).toEqual(canonicalBytes(finishedVantage));
    const before = await verifyBundle({ files, policy: context.policy });
    expect(before.notes.join(" ")).toContain("Of 1 of 1 vantage sessions");
  });

  it("says how each session ended, once the log says it", async () => {
    const { context } = house;
    const job = await aFinishedJob(context);
    const { intentIndex } = (await context.jobs.byId(job)) ?? {};
    if (typeof intentIndex !== "number") throw new Error("the job was announced");
    const final = canonicalBytes({ ...finishedVantage, within_km: 12.5 });
    const session = aSessionId();
    const end: SessionEntry = {
      v: 1,
      type: "beacon.session/v1",
      at: instantOf(context.now()),
      simulated: true,
      job,
      intent: intentIndex,
      session,
      country: finishedVantage.country,
      provider: finishedVantage.provider.id,
      geo: "verified",
      cid: await context.content.put(final),
      size_bytes: final.length,
      ended: "settled",
      cost_glm: "0.01",
      runner_key: context.runner.keyId,
    };
    await context.log.file([fileEntry(end, context.origin, context.runner)]);
    await writeAll(context);
    const files = await filesOf(await layOutBundle(context, job));
    expect(files.get(`sessions/${session}.json`)).toEqual(final);
    const report = await verifyBundle({ files, policy: context.policy });
    expect(report).toMatchObject({ verdict: "sound", problems: [] });
    const receipt = report.receipts.find(({ file }) => file === `receipts/${session}.tlog-proof`);
    expect(receipt?.report.checks[0]).toMatchObject({ name: "bytes-match-cid", outcome: "holds" });
    expect(report.notes.join(" ")).not.toContain("vantage sessions");
    await checkLog(context);
  });
});

describe("a bundle of a thousand tasks", () => {
  it("is sound, and names the one task whose receipt somebody hid and sealed over", async () => {
    const { context } = house;
    const [prompt] = aSpec().prompts;
    const prompts = Array.from({ length: 5 }, (_, i) => ({ ...prompt, id: `question-${i}` }));
    const countries = ["DE", "KE", "US", "BR"];
    const job = await aFinishedJob(context, { prompts, countries, repeats: 50 });
    const files = await filesOf(await layOutBundle(context, job));
    const whole = await verifyBundle({ files, policy: context.policy });
    expect(whole).toMatchObject({ verdict: "sound", problems: [] });
    expect(whole.facts?.tasks).toMatchObject({ announced: 1_000, open: 0 });
    const receipts = [...files.keys()].filter((name) => /^receipts\/tsk-/.test(name));
    const hidden = receipts[617] ?? "";
    const response = hidden.replace("receipts/", "responses/").replace("tlog-proof", "txt");
    const exchange = hidden.replace("receipts/", "exchanges/").replace("tlog-proof", "json");
    const without = resealed(files, { [hidden]: null, [response]: null, [exchange]: null });
    const report = await verifyBundle({ files: without, policy: context.policy });
    expect(report.verdict).toBe("unsound");
    expect(report.problems.map(({ file }) => file)).toEqual([hidden]);
    expect(report.facts?.tasks).toMatchObject({ announced: 1_000, open: 1 });
  }, 120_000);
});

describe("the time-stamp slot", () => {
  it("says which bytes to stamp, and that there is no stamp", async () => {
    const slot = new TextDecoder().decode((await filesOf(bundle)).get("timestamp/digest.txt"));
    expect(slot).toContain(hex(sha256(bundle.manifest)));
    expect(slot).toContain("No time stamp was at hand");
  });

  it("holds the earliest stamp of each kind that covers the job, tied to the bundle's state", async () => {
    const { context } = house;
    await submitted(context);
    await writeAll(context);
    const now = await context.log.published();
    const { comparisonIndex } = (await context.jobs.byId(jobId)) ?? {};
    if (now === null || typeof comparisonIndex !== "number") throw new Error("the job is over");
    const first = comparisonIndex + 1;
    const asked: (readonly [number, number])[] = [];
    const stamped = await buildBundle(
      {
        ...bundleDeps(context),
        stamps: async (from, to) => {
          asked.push([from, to]);
          const stamp = { extension: "tsr", proof: utf8("early"), note: "a note" } as const;
          return [
            { ...stamp, size: first },
            { ...stamp, size: to, proof: utf8("late") },
            { ...stamp, size: to, extension: "ots", proof: utf8("ots") },
          ];
        },
      },
      jobId,
    );
    expect(asked).toEqual([[first, now.size]]);
    const files = await filesOf(stamped);
    const texts = [...files]
      .filter(([name]) => name.startsWith("timestamp/checkpoint-"))
      .map(([name, bytes]) => [name, new TextDecoder().decode(bytes)] as const);
    const proof = texts.find(([name]) => name.endsWith(".consistency"))?.[1] ?? "";
    expect(new Set(texts.map(([name]) => name))).toEqual(
      new Set([
        `timestamp/checkpoint-${first}.consistency`,
        `timestamp/checkpoint-${first}.tsr`,
        `timestamp/checkpoint-${first}.txt`,
        `timestamp/checkpoint-${now.size}.ots`,
        `timestamp/checkpoint-${now.size}.txt`,
      ]),
    );
    const hashes = proof
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => fromBase64(line));
    const oldRoot = await context.tree.rootOf(first, context.log.tileReader(first));
    expect(() =>
      verifyConsistency({
        oldSize: BigInt(first),
        newSize: BigInt(now.size),
        oldRoot,
        newRoot: now.root,
        proof: hashes.map((hash) => hash ?? new Uint8Array()),
      }),
    ).not.toThrow();
    const report = await verifyBundle({ files, policy: context.policy });
    expect(report.verdict).toBe("sound");
    expect(report.notes[0]).toContain(`timestamp/checkpoint-${first}.tsr`);
  });
});

describe("the programs of a bundle", () => {
  const program = { file: "verify/verify.mjs", bytes: utf8("a program") };
  const filesWith = async () =>
    filesOf(
      await buildBundle(
        { ...bundleDeps(house.context), publicFiles: async () => [program] },
        jobId,
      ),
    );
  const commitTo = async (bytes: Uint8Array) => {
    const { context } = house;
    const served = { file: "verify.mjs", sha256: sha256(bytes), sizeBytes: bytes.length };
    await registerVerifiers(context, [served]);
    await writeAll(context);
  };

  it("go along with the proof that the log commits to their bytes, and only to those", async () => {
    const proof = "verify/verify.mjs.tlog-proof";
    await commitTo(utf8("another program"));
    const before = await filesWith();
    expect(before.has(proof)).toBe(false);
    const judged = await verifyBundle({ files: before, policy: house.context.policy });
    expect(judged.verdict).toBe("sound");
    expect(judged.notes.join(" ")).toContain("No entry of the log commits to these programs");
    await commitTo(program.bytes);
    const after = await filesWith();
    expect(after.has(proof)).toBe(true);
    const report = await verifyBundle({ files: after, policy: house.context.policy });
    expect(report.verdict).toBe("sound");
    expect(report.notes.join(" ")).not.toContain("No entry of the log commits");
  });
});

describe("the stamps of a bundle", () => {
  it("are the anchors of this installation that cover the job, final ones first", async () => {
    const { context } = house;
    const published = await context.log.published();
    if (published === null) throw new Error("a checkpoint is published");
    const { size } = published;
    const anchored = async (kind: AnchorKind, status: AnchorStatus, bytes: Uint8Array | null) => {
      const service = `https://${kind}-${status}.example/`;
      const id = anchorIdOf({ kind, service, size });
      const digest = sha256(utf8("the text"));
      const requestedAt = context.now();
      await context.anchors.createOnce({ id, kind, service, size, digest, requestedAt });
      const claimed = await context.anchors.claim({ id, tries: 0, checkedAt: null }, context.now());
      if (claimed === null) throw new Error("nobody else claims it");
      const proof = bytes === null ? {} : { proof: { bytes, attestedAt: null } };
      await context.anchors.record(claimed, { status, detail: null, ...proof });
    };
    await anchored("rfc3161", "FAILED", utf8("a failed token"));
    await anchored("rfc3161", "FINAL", utf8("a token"));
    await anchored("opentimestamps", "PENDING", utf8("a pending proof"));
    await anchored("rfc3161", "PENDING", null);
    const files = await filesOf(await layOutBundle(context, jobId));
    const text = (name: string) => new TextDecoder().decode(files.get(`timestamp/${name}`));
    expect(text(`checkpoint-${size}.tsr`)).toBe("a token");
    expect(text(`checkpoint-${size}.ots`)).toBe("a pending proof");
    expect(text(`checkpoint-${size}.txt`)).toBe(published.note);
    expect(text("digest.txt")).toContain(`timestamp/checkpoint-${size}.tsr`);
  });
});

describe("the portal's answer", () => {
  const ask = (name: string, tag: string | null = null) => answerBundle(house.context, name, tag);

  it("names the file, its type and that it is simulated, and is not guessed about", async () => {
    const types = {
      zip: "application/zip",
      car: "application/vnd.ipld.car; version=1",
      json: "application/json",
    };
    for (const [extension, type] of Object.entries(types)) {
      const { headers, status } = await ask(`${jobId}.${extension}`);
      expect(status).toBe(200);
      expect(headers.get("content-type")).toBe(type);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-disposition")).toBe(
        `attachment; filename="beacon-${jobId}-simulated.${extension}"`,
      );
    }
  });

  it("streams the same bytes that the bundle is", async () => {
    const fresh = await layOutBundle(house.context, jobId);
    const answer = await ask(`${jobId}.zip`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect(bytes).toEqual(await whole(writeZip(fresh)));
  });

  it("is 304 for what the reader has already", async () => {
    const tag = (await ask(`${jobId}.car`)).headers.get("etag");
    expect(tag).toMatch(/^"bafkrei.*\.car"$/);
    expect((await ask(`${jobId}.car`, tag)).status).toBe(304);
  });

  it.each(["nothing.zip", "job-a.zip", "../../etc/passwd", `${aJobId(5)}.tar`, `${aJobId(5)}.zip`])(
    "refuses %s",
    async (name) => {
      await expect(ask(name)).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
    },
  );
});

describe("a job that was attested", () => {
  it("has every attestation with its receipt, its report and its key's registration", async () => {
    const { context } = house;
    const job = await aFinishedJob(context);
    const ada = await anEnrolledAttester(context);
    const sealed = await Promise.all([1, 2].map(() => signedBy(ada, context, job)));
    for (const one of sealed) await fileAttestation(context, one);
    const before = manifestOf(await layOutBundle(context, job)).blocks;
    expect(before.filter(({ role }) => role === "attestation")).toEqual([]);
    await writeAll(context);
    const attested = await layOutBundle(context, job);
    const reports = manifestOf(attested).blocks.filter(({ role }) => role === "attestation");
    expect(new Set(reports.map(({ file }) => file))).toEqual(
      new Set(sealed.map(({ report }) => `attestations/${report.id}.json`)),
    );
    const files = await filesOf(attested);
    for (const { report } of sealed) {
      expect(files.get(`attestations/${report.id}.json`)).toEqual(canonicalBytes(report));
      expect(files.has(`receipts/${report.id}.tlog-proof`)).toBe(true);
    }
    expect(files.has(`keys/${ada.signer.keyId}.registration.tlog-proof`)).toBe(true);
    const judged = await verifyBundle({ files, policy: context.policy });
    expect([judged.verdict, judged.problems]).toEqual(["sound", []]);
    expect(judged.notes).toContain(
      "Attestations of the report in the bundle: 2. The log may hold others.",
    );
  });
});
