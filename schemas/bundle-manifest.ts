import { z } from "zod";
import { Cid, JobId, LeafIndex, TaskId } from "@/schemas/primitives";

/** Rows in one document: with the longest rows, still below the 1 MiB that a block may hold. */
export const MAX_BUNDLE_ROWS = 2_500;

/** A file's name in a bundle: folders and names of plain ASCII, none of which begins with a dot. */
const BundleFile = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/);

/** One block of a bundle: bytes with an address of their own, and the name that they have in the ZIP. */
export const BundleBlock = z.strictObject({
  /**
   * `attestation`: an attester's report about the comparison. `exchange`: the question as it was sent, and what came with its answer. `vantage`: where questions
   * were asked from, at a session's start or, with a leaf, at its end.
   */
  role: z.enum([
    "spec",
    "comparison",
    "attestation",
    "response",
    "exchange",
    "vantage",
    "receipt",
    "checkpoint",
    "policy",
  ]),
  file: BundleFile,
  cid: Cid,
  size_bytes: z.int().nonnegative(),
  /** False: nobody could give the bytes when the bundle was made, and they are not in it. */
  is_held: z.boolean(),
  /** The task that it belongs to; null when it belongs to the whole job. */
  task: TaskId.nullable(),
  /** The one leaf that commits to it, or that it proves; null when none does, or leaves of many tasks. */
  leaf: LeafIndex.nullable(),
});
export type BundleBlock = z.infer<typeof BundleBlock>;

/**
 * What a job's bundle holds. Its RFC 8785 bytes are a block, and the root of the CARv1. Rows that do
 * not fit stand in further blocks, named in `more`.
 */
export const BundleManifest = z.strictObject({
  v: z.literal(1),
  type: z.literal("beacon.bundle/v1"),
  job: JobId,
  simulated: z.boolean(),
  /** The log's origin, and the checkpoint that every receipt of the bundle leads to. */
  log: z.string().min(1).max(200),
  checkpoint: z.strictObject({
    size: LeafIndex,
    /** 32 bytes, base64. */
    root: z.base64().length(44),
  }),
  /** Where the log announced the job. */
  intent: LeafIndex,
  /** Tasks announced, and how they closed. */
  tasks: z.strictObject({
    announced: z.int().min(1),
    results: z.int().nonnegative(),
    failures: z.int().nonnegative(),
    withdrawn: z.int().nonnegative(),
  }),
  /** How many rows, here and in `more`, are not held. */
  missing: z.int().nonnegative(),
  blocks: z.array(BundleBlock).max(MAX_BUNDLE_ROWS),
  more: z
    .array(
      z.strictObject({
        file: BundleFile,
        cid: Cid,
        size_bytes: z.int().nonnegative(),
        blocks: z.int().min(1).max(MAX_BUNDLE_ROWS),
      }),
    )
    .max(64),
});
export type BundleManifest = z.infer<typeof BundleManifest>;

/** Further rows of a manifest. */
export const BundlePage = z.strictObject({
  v: z.literal(1),
  type: z.literal("beacon.bundle-page/v1"),
  job: JobId,
  blocks: z.array(BundleBlock).min(1).max(MAX_BUNDLE_ROWS),
});
export type BundlePage = z.infer<typeof BundlePage>;
