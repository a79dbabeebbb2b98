import { describe, expect, it } from "vitest";
import type { LogEntry } from "@/schemas/log-entry";
import type { BundleFiles } from "@/server/domain/bundle/bundle";
import { readManifest, writeManifest } from "@/server/domain/bundle/manifest";
import { verifyBundle } from "@/server/domain/bundle/verify-bundle";
import { utf8 } from "@/server/domain/bytes";
import { aBundle, filesOf, jobEntries, resealed } from "@/test/domain/bundle/a-bundle";
import { aLog, anIntent, aRevocation } from "@/test/domain/verify/a-log";

const { bundle, log } = aBundle();
const files = await filesOf(bundle);
const judge = (of: BundleFiles) => verifyBundle({ files: of, policy: log.policy });
const nameOf = (pattern: RegExp): string =>
  [...files.keys()].find((name) => pattern.test(name)) ?? "";
const get = (name: string): Uint8Array => files.get(name) ?? new Uint8Array();

const response = nameOf(/^responses\//);
const receipt = nameOf(/^receipts\/tsk-/);

function flipped(bytes: Uint8Array, place: number): Uint8Array {
  const out = Uint8Array.from(bytes);
  out[place] = (out[place] ?? 0) ^ (1 << (place % 8));
  return out;
}

describe("a bundle", () => {
  it("is sound as it was made", async () => {
    const report = await judge(files);
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ verdict: "sound", code: null, policy: "reader" });
    expect(report.receipts).toHaveLength(8);
    expect(report.facts).toMatchObject({
      simulated: true,
      size: 8n,
      tasks: { announced: 4, results: 2, failures: 1, withdrawals: 1, open: 0 },
    });
  });

  it("is judged by its own policy only when the reader brings none, and says so", async () => {
    const report = await verifyBundle({ files, policy: null });
    expect(report).toMatchObject({ verdict: "sound", policy: "bundle" });
  });

  it("is not sound by the policy of somebody who trusts another log", async () => {
    const other = { ...log.policy, logs: [] };
    const report = await verifyBundle({ files, policy: other });
    expect(report.verdict).toBe("unsound");
    expect(report.problems.map(({ code }) => code)).toContain("NOTE_KEY_UNKNOWN");
  });

  it.each([...files.keys()])(
    "is not sound with one bit of %s flipped, and the file is named",
    async (name) => {
      const bytes = get(name);
      for (const place of [0, bytes.length >> 1, bytes.length - 1]) {
        const report = await judge(new Map(files).set(name, flipped(bytes, place)));
        expect(["unsound", "unusable"]).toContain(report.verdict);
        const named = report.problems.map(({ file }) => file);
        // The list of digests cannot be held against itself: what it no longer fits is named.
        if (name !== "SHA256SUMS") expect(named).toContain(name);
        else expect(named.length).toBeGreaterThan(0);
      }
    },
  );

  it("names a file that is not there, and one that somebody put in", async () => {
    const without = new Map(files);
    without.delete(response);
    expect((await judge(without)).problems).toContainEqual(
      expect.objectContaining({ file: response, kind: "fails", code: "BLOCK_NOT_FOUND" }),
    );
    const added = await judge(new Map(files).set("responses/extra.txt", utf8("hello")));
    expect(added.verdict).toBe("unsound");
    expect(new Set(added.problems.map(({ file }) => file))).toEqual(
      new Set(["responses/extra.txt"]),
    );
  });

  it("stays sound when a time stamp is put into its slot, and says that nothing vouches for it", async () => {
    const stamped = await judge(new Map(files).set("timestamp/manifest.tsr", utf8("a token")));
    expect(stamped.verdict).toBe("sound");
    expect(stamped.notes.join(" ")).toContain("timestamp/manifest.tsr");
  });
});

describe("a bundle that somebody changed and sealed again", () => {
  it("is not sound with another response in the place of one", async () => {
    const report = await judge(resealed(files, { [response]: utf8('{"text":"invented"}') }));
    expect(report.verdict).toBe("unsound");
    expect(report.problems).toContainEqual(
      expect.objectContaining({ file: receipt, code: "BLOCK_CID_MISMATCH" }),
    );
  });

  it("is not sound with a response that the manifest leaves out, or puts beside no receipt", async () => {
    const silent = await judge(resealed(files, { [response]: null }));
    expect(silent.problems.map(({ file, code }) => ({ file, code }))).toEqual([
      { file: receipt, code: "BLOCK_NOT_FOUND" },
    ]);
    const alone = await judge(
      resealed(
        files,
        { [receipt]: null },
        { tasks: { announced: 4, results: 1, failures: 1, withdrawn: 1 } },
      ),
    );
    expect(alone.problems.map(({ file }) => file)).toEqual([response, receipt]);
  });

  it("names the task whose receipt was left out", async () => {
    const report = await judge(
      resealed(
        files,
        { [receipt]: null, [response]: null },
        { tasks: { announced: 4, results: 1, failures: 1, withdrawn: 1 } },
      ),
    );
    expect(report.verdict).toBe("unsound");
    expect(report.problems.map(({ file }) => file)).toEqual([receipt]);
    expect(report.facts?.tasks).toMatchObject({ announced: 4, open: 1 });
  });

  it("is not sound when it announces fewer tasks than the log did", async () => {
    const report = await judge(
      resealed(files, {}, { tasks: { announced: 3, results: 2, failures: 1, withdrawn: 0 } }),
    );
    expect(report.problems.map(({ file }) => file)).toEqual(["manifest.json"]);
  });

  it("is not sound when it calls simulated answers real", async () => {
    const report = await judge(resealed(files, {}, { simulated: false }));
    expect(report.verdict).toBe("unsound");
  });

  it("is not sound with a receipt in another one's place", async () => {
    const other = [...files.keys()].filter((name) => /^receipts\/tsk-/.test(name))[1] ?? "";
    const report = await judge(resealed(files, { [receipt]: get(other), [other]: get(receipt) }));
    expect(new Set(report.problems.map(({ file }) => file))).toEqual(new Set([receipt, other]));
  });

  it("is not sound with a receipt that leads to another state of the same log", async () => {
    const leaf = readManifest(files).rows.find(({ file }) => file === receipt)?.leaf ?? -1;
    const older = aLog({ entries: jobEntries() }).receiptOf(leaf, 7);
    const report = await judge(resealed(files, { [receipt]: older }));
    expect(report.problems.map(({ file }) => file)).toEqual([receipt]);
  });

  it("is not sound with a second document beside a receipt", async () => {
    const { manifest, rows } = readManifest(files);
    const row = rows.find(({ file }) => file === response);
    if (row === undefined) throw new Error("the bundle has a response");
    const forged = "responses/forged.txt";
    const { v: _, type: __, missing: ___, blocks: ____, more: _____, ...head } = manifest;
    const listed = writeManifest(head, [{ ...row, file: forged }, ...rows]);
    const sealed = new Map(files).set("manifest.json", listed.bytes).set(forged, utf8("forged"));
    const report = await judge(resealed(sealed, {}));
    expect(report.problems.map(({ file }) => file)).toEqual([forged]);
  });

  it("is not sound with another spec", async () => {
    const report = await judge(resealed(files, { "spec.json": utf8("{}") }));
    expect(report.problems[0]).toMatchObject({
      file: "receipts/intent.tlog-proof",
      code: "BLOCK_CID_MISMATCH",
    });
    expect(report.facts?.tasks).toBeNull();
  });

  it("is not sound with a verification program that the log does not commit to", async () => {
    const report = await judge(resealed(files, { "verify/verifier.html": utf8("<p>all is well") }));
    expect(report.problems.map(({ file }) => file)).toEqual(["verify/verifier.html"]);
  });

  it("is not sound with receipts of a key that the bundle shows to be revoked before", async () => {
    const [key, intent, first, ...rest] = jobEntries();
    const entries = [key, intent, aRevocation(), first, ...rest] as LogEntry[];
    // The receipts leave the revocation out, as a dishonest portal's would.
    const silent = aBundle({
      entries,
      tamper: ({ key: registration, ...extra }) => {
        const { revocation: _, ...kept } = registration ?? {};
        return { ...extra, key: registration === null ? null : kept };
      },
    });
    const report = await verifyBundle({
      files: await filesOf(silent.bundle),
      policy: silent.log.policy,
    });
    const revoked = report.problems.filter(({ code }) => code === "KEY_REVOKED");
    expect(revoked).toHaveLength(5);
  });
});

describe("what is no bundle", () => {
  it.each([
    ["nothing", new Map<string, Uint8Array>()],
    ["a manifest that is not JSON", new Map(files).set("manifest.json", utf8("{"))],
    [
      "a manifest in another spelling",
      new Map(files).set(
        "manifest.json",
        utf8(`${new TextDecoder().decode(get("manifest.json"))}\n`),
      ),
    ],
    ["a manifest of another kind", new Map(files).set("manifest.json", utf8('{"v":2}'))],
  ])("is unusable: %s", async (_, of) => {
    expect(await judge(of)).toMatchObject({ verdict: "unusable", code: "BUNDLE_MALFORMED" });
  });

  it("is unusable with a policy that is none, unless the reader brings one", async () => {
    const broken = resealed(files, { "policy.txt": utf8("nonsense") });
    expect(await verifyBundle({ files: broken, policy: null })).toMatchObject({
      verdict: "unusable",
      code: "POLICY_MALFORMED",
    });
    expect((await judge(broken)).verdict).toBe("sound");
  });

  it("is about the job that its intent announces", async () => {
    const report = await judge(
      resealed(files, {}, { job: `${anIntent().job.slice(0, -1)}b` as never }),
    );
    expect(report.verdict).toBe("unsound");
  });
});
