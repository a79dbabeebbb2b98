import type { BundleBlock, BundleManifest } from "@/schemas/bundle-manifest";
import { titleIn } from "@/server/domain/bundle/announced-tasks";
import { BUNDLE_FILE, type BundleFiles } from "@/server/domain/bundle/bundle";
import { checkBlocks } from "@/server/domain/bundle/check-blocks";
import { checkClosings } from "@/server/domain/bundle/check-closings";
import { checkEvidence, sessionsNote } from "@/server/domain/bundle/check-evidence";
import {
  checkAgainstLog,
  checkReceipts,
  judgeReceipts,
  type OnProgress,
} from "@/server/domain/bundle/check-receipts";
import { readManifest } from "@/server/domain/bundle/manifest";
import type { BundleProblem, BundleReceipt, BundleReport } from "@/server/domain/bundle/report";
import { checkSums } from "@/server/domain/bundle/sums";
import { fromUtf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { type Policy, parsePolicy } from "@/server/domain/log/policy";
import { ed25519Verifier } from "@/server/domain/signature";

/** What a reader has at hand to judge a bundle. */
export type BundleInput = {
  readonly files: BundleFiles;
  /** Whom the reader trusts; null: the bundle's own policy, which shows only that its files fit together. */
  readonly policy: Policy | null;
  readonly onProgress?: OnProgress;
};

/**
 * Judges a whole bundle from its files: every file against the list of digests, every block against the
 * manifest, every receipt against its bytes and the policy, and the receipts against what the job
 * announced. It goes on after something has failed, and throws for no bundle.
 */
export async function verifyBundle(input: BundleInput): Promise<BundleReport> {
  const { files } = input;
  const { engine } = await ed25519Verifier();
  const sums = checkSums(files);
  const common = {
    policy: input.policy === null ? ("bundle" as const) : ("reader" as const),
    files: files.size,
    engine,
  };
  const read = readOrRefuse(input);
  if (read instanceof BeaconError)
    return {
      ...common,
      verdict: "unusable",
      code: read.code,
      trouble: read.message,
      problems: sums.problems,
      receipts: [],
      facts: null,
      notes: [],
    };

  const { manifest, rows, policy } = read;
  const receipts = await judgeReceipts(files, rows, policy, input.onProgress ?? (() => {}));
  const sound = receipts.filter(({ report }) => report.verdict === "sound");
  const spec = files.get(BUNDLE_FILE.spec) ?? null;
  const { problems: unclosed, tasks } = checkClosings(manifest, sound, spec);
  const problems = [
    ...sums.problems,
    ...checkBlocks(files, rows),
    ...checkReceipts(files, manifest, rows, receipts),
    ...checkEvidence(rows, receipts),
    ...checkAgainstLog(files, sound),
    ...unclosed,
  ];
  const { job, simulated, log: origin, checkpoint } = manifest;
  return {
    ...common,
    verdict: verdictOf(problems),
    code: null,
    trouble: null,
    problems,
    receipts,
    facts: {
      job,
      title: spec === null ? null : titleIn(spec),
      simulated,
      origin,
      size: BigInt(checkpoint.size),
      tasks,
    },
    notes: notesOf(files, sums.added, sound),
  };
}

type Read = {
  readonly manifest: BundleManifest;
  readonly rows: readonly BundleBlock[];
  readonly policy: Policy;
};

function readOrRefuse({ files, policy }: BundleInput): Read | BeaconError {
  try {
    return { ...readManifest(files), policy: policy ?? policyIn(files) };
  } catch (error) {
    if (error instanceof BeaconError) return error;
    throw error;
  }
}

function policyIn(files: BundleFiles): Policy {
  const bytes = files.get(BUNDLE_FILE.policy);
  if (bytes === undefined)
    throw new BeaconError("BUNDLE_MALFORMED", "the bundle has no policy.txt");
  try {
    return parsePolicy(fromUtf8(bytes) ?? "");
  } catch (error) {
    if (!(error instanceof BeaconError)) throw error;
    throw new BeaconError(error.code, `policy.txt is not a policy: ${error.message}`, {
      cause: error,
    });
  }
}

function verdictOf(problems: readonly BundleProblem[]): BundleReport["verdict"] {
  if (problems.some(({ kind }) => kind === "fails")) return "unsound";
  return problems.length === 0 ? "sound" : "incomplete";
}

function notesOf(
  files: BundleFiles,
  added: readonly string[],
  sound: readonly BundleReceipt[],
): readonly string[] {
  const committed = new Set(
    sound.flatMap(({ report }) =>
      report.facts?.entry.type === "beacon.verifier/v1" ? [report.facts.entry.file] : [],
    ),
  );
  const uncommitted = [...files.keys()]
    .filter((file) => file.startsWith("verify/") && !file.endsWith(".tlog-proof"))
    .map((file) => file.slice("verify/".length))
    .filter((file) => !committed.has(file));
  const silent = sessionsNote(sound);
  const attested = sound.filter(
    ({ report }) => report.facts?.entry.type === "beacon.attestation/v1",
  ).length;
  const stamps = [...files.keys()].filter((file) => /^timestamp\/.*\.(tsr|ots)$/.test(file));
  return [
    stamps.length === 0
      ? "No time stamp of an outside authority is in the bundle."
      : `Time stamps are not checked here: ${stamps.join(", ")}. README.txt says how to check them.`,
    ...(added.length === 0
      ? []
      : [
          `Added after the bundle was made, and vouched for by nothing in it: ${added.join(", ")}.`,
        ]),
    ...(silent === null ? [] : [silent]),
    attested === 0
      ? "No attestation of the report is in the bundle. The log may hold some."
      : `Attestations of the report in the bundle: ${attested}. The log may hold others.`,
    ...(uncommitted.length === 0
      ? []
      : [`No entry of the log commits to these programs: ${uncommitted.join(", ")}.`]),
  ];
}
