import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pythonOrSkip } from "@/test/cli/public-verifiers/find-python";
import { run } from "@/test/cli/public-verifiers/run-verifiers";
import { exampleProofs } from "@/test/support/example-proofs";
import { ROOT } from "@/test/support/run-tool";

const FOLDER = join(ROOT, "public", "examples");
const files = exampleProofs();
// `BEACON_WRITE_EXAMPLES=1 npx vitest run --project server test/cli/example-proofs` writes them anew.
if (process.env.BEACON_WRITE_EXAMPLES === "1") {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(FOLDER, name), bytes);
}

const argumentsFor = (receipt: string, block: string) => [
  join(FOLDER, `${receipt}.tlog-proof`),
  "--policy",
  join(FOLDER, "policy.txt"),
  "--block",
  join(FOLDER, block),
];
/** Which exit code each verifier owes: 0 sound, 1 not. */
const CASES = [
  { receipt: "response", block: "response.json", exit: 0 },
  { receipt: "comparison", block: "comparison.json", exit: 0 },
  { receipt: "attestation", block: "attestation.json", exit: 0 },
  { receipt: "attestation", block: "attestation-altered.json", exit: 1 },
  { receipt: "attestation", block: "comparison.json", exit: 1 },
] as const;

describe("the example proofs", () => {
  it("are what the log of the examples has, and nothing else stands beside them", () => {
    expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(files).sort());
    for (const [name, bytes] of Object.entries(files))
      expect(readFileSync(join(FOLDER, name)).equals(Buffer.from(bytes)), name).toBe(true);
  });

  it.each(CASES)("verify.mjs on $receipt with $block: exit $exit", async (given) => {
    const script = join(ROOT, "public", "verify", "verify.mjs");
    const ended = await run(process.execPath, [
      script,
      ...argumentsFor(given.receipt, given.block),
    ]);
    expect(ended.exit, ended.out + ended.err).toBe(given.exit);
  });

  it.for(CASES)("verify.py on $receipt with $block: exit $exit", async (given, test) => {
    const python = pythonOrSkip(test);
    const script = join(ROOT, "public", "verify", "verify.py");
    const ended = await run(python, [script, ...argumentsFor(given.receipt, given.block)]);
    expect(ended.exit, ended.out + ended.err).toBe(given.exit);
  });
});
