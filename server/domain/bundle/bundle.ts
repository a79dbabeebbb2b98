import type { Cid, JobId } from "@/schemas/primitives";

/** What a bundle's files are called that it has one of. */
export const BUNDLE_FILE = {
  readme: "README.txt",
  sums: "SHA256SUMS",
  manifest: "manifest.json",
  spec: "spec.json",
  comparison: "comparison.json",
  checkpoint: "checkpoint",
  policy: "policy.txt",
  methodology: "methodology.md",
  stampDigest: "timestamp/digest.txt",
} as const;

/** The files of a bundle by name, as they came out of its ZIP. */
export type BundleFiles = ReadonlyMap<string, Uint8Array>;

/** One file of a bundle that is being made. Its bytes are read when they are written, and not before. */
export type BundlePart = {
  readonly file: string;
  /** 32 bytes: what the bytes must hash to when they are read. */
  readonly sha256: Uint8Array;
  /** Its address where it is a block of the bundle; null for what only goes along in the ZIP. */
  readonly cid: Cid | null;
  read(): Promise<Uint8Array>;
};

/** A bundle that can be written, as a CAR or as a ZIP, any number of times with the same bytes. */
export type Bundle = {
  readonly jobId: JobId;
  readonly simulated: boolean;
  readonly manifest: Uint8Array;
  readonly manifestCid: Cid;
  /** Every file of the ZIP, in the order of their names. */
  readonly parts: readonly BundlePart[];
  /** Blocks of the CAR in its order, the manifest first; each CID once. */
  readonly blocks: readonly BundlePart[];
  /** 64 hex digits that stand for every byte of the ZIP: sha256 of its SHA256SUMS. */
  readonly zipDigest: string;
};

/** The name under which a bundle is saved: it says when what it is about is simulated. */
export const bundleFileName = (
  { jobId, simulated }: Pick<Bundle, "jobId" | "simulated">,
  extension: "car" | "json" | "zip",
): string => `beacon-${jobId}${simulated ? "-simulated" : ""}.${extension}`;
