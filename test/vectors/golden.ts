import { readFileSync } from "node:fs";
import { utf8 } from "@/server/domain/bytes";
import { leafHashOf } from "@/server/domain/log/merkle";

/** One of our golden vector files (CC0): synthetic keys and entries, figures checked with Go's x/mod. */
export const golden = <T>(file: string): T =>
  JSON.parse(readFileSync(new URL(`./beacon-golden/${file}`, import.meta.url), "utf8"));

/** The entry that the golden trees have at `index`. */
export const goldenEntry = (index: number): Uint8Array => utf8(`leaf-${index}`);

/** The leaf hashes of the golden tree of `size` leaves. */
export const goldenLeafHashes = (size: number): readonly Uint8Array[] =>
  Array.from({ length: size }, (_, index) => leafHashOf(goldenEntry(index)));

/** `c2sp-golden.json`, without the post-quantum part. */
export type C2spGolden = {
  readonly keys: Readonly<Record<string, { readonly vkey: string; readonly seed: string }>>;
  readonly policy: string;
  readonly checkpoints: Readonly<Record<string, string>>;
  readonly equivocation: { readonly a: string; readonly b: string };
  readonly accept: Readonly<Record<string, GoldenProof>>;
  readonly reject: Readonly<Record<string, GoldenProof & { readonly why: string }>>;
};
export type GoldenProof = { readonly entry: string; readonly proof: string };

/** `rfc6962-golden.json`. */
export type MerkleGolden = {
  readonly roots: readonly string[];
  readonly examples: readonly { index: number; size: number; proof: readonly string[] }[];
  readonly consistencyExamples: readonly { from: number; to: number; proof: readonly string[] }[];
};
