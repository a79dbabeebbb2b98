import type { BundleManifest } from "@/schemas/bundle-manifest";
import type { Cid } from "@/schemas/primitives";
import { hex } from "@/server/domain/bytes";
import { sha256OfCid } from "@/server/domain/digest";
import { oneLine } from "@/server/domain/one-line";

/** What the README of a bundle says of it. */
type Described = {
  readonly manifest: Pick<
    BundleManifest,
    "job" | "simulated" | "log" | "checkpoint" | "tasks" | "missing"
  >;
  readonly manifestCid: Cid;
  readonly title: string;
};

/** README.txt of a bundle: what it is, how to check it with three programs, what it does not show. */
export function readmeOf({ manifest, manifestCid, title }: Described): string {
  const { job, simulated, log, checkpoint, tasks, missing } = manifest;
  return `${oneLine(title)}
${job}
${simulated ? "\nSIMULATED: these answers came from control models on a played network, not from real services.\n" : ""}
WHAT THIS IS

Everything that Beacon holds of one job: the same questions, put to AI services from several
countries. The log announced the job before the first question was asked, and every announced task
closes in the log: ${tasks.announced} announced, ${tasks.results} with a response, ${tasks.failures} failed, ${tasks.withdrawn} withdrawn.
${missing === 0 ? "No bytes are missing." : `Bytes are missing of ${missing} documents: manifest.json names them (is_held: false).`}

  spec.json          what was asked, as it was announced
  responses/         what came back, byte for byte; open as text
  exchanges/         the question as it was sent, and what came with its answer
  vantages/          where questions were asked from, as the first looks out of the exit say
  sessions/          the same at the end of each vantage session, with the looks after the last question
  comparison.json    the report
  attestations/      what attesters said of the report until this bundle was made; there may be others
  receipts/          one proof for each task, for the announcement, for the report, for each attestation,
                     and for the end of each vantage session
  checkpoint         the log's signed state at ${checkpoint.size} entries; every proof leads to it
  policy.txt         whose signatures count: the log's key and its witnesses
  keys/              proofs that the log registered the signing keys, or took them back
  manifest.json      what is here, with the address of each file (and manifest/, where it is long)
  methodology.md     how this is measured, and what it cannot show
  schemas/           the form of the documents
  verify/            three programs that check the above; below
  timestamp/         for a time stamp of an outside authority
  SHA256SUMS         digests of all files, for \`sha256sum --check SHA256SUMS\`

The log is ${log}. The manifest's address is
${manifestCid}.
It is also the root of the CAR file of this job, which holds the same blocks for IPFS.

HOW TO CHECK IT

Nothing here asks you to believe this file, or the portal that it came from. Have policy.txt from a
second source as well (the portal at /tlog/policy, a witness, a colleague who fetched it earlier): with
the one in here, a check shows that the files fit together, and not whose they are.

1. In a browser, with the network off: open verify/verifier.html and drop the ZIP file on it. It checks
   every file, every proof, and that no announced task is left out.
2. With Node.js, one proof at a time:
     node verify/verify.mjs receipts/TASK.tlog-proof --policy policy.txt --block responses/TASK.txt
3. With Python and OpenSSL, one proof at a time:
     python3 verify/verify.py receipts/TASK.tlog-proof --policy policy.txt --block responses/TASK.txt

The three were written apart from each other. Where the log had committed to a program's bytes, the
proof is beside it: verify/verify.mjs.tlog-proof says which SHA-256 it must have.

TIME STAMPS

The witnesses' signatures in checkpoint carry times: by then, all of this existed. For the word of one
more party, have the digest in timestamp/digest.txt stamped (RFC 3161) and put the answer into
timestamp/manifest.tsr; it does not disturb the other checks:

     openssl ts -query -digest ${hex(sha256OfCid(manifestCid) ?? new Uint8Array())} -sha256 -cert -out manifest.tsq
     openssl ts -verify -in timestamp/manifest.tsr -data manifest.json -CAfile AUTHORITY.pem

Stamps of the log's state that were at hand are in timestamp/ too. checkpoint-SIZE.tsr and .ots are
of the first three lines of the signed state in checkpoint-SIZE.txt (head -n 3); where SIZE is smaller
than ${checkpoint.size}, checkpoint-SIZE.consistency shows that the log only grew from there. These .tsr
files are bare tokens, so openssl wants -token_in for them.

WHAT IT DOES NOT SHOW

That a service really sent these bytes: the runner's signature says who vouches for it. That the machine
that asked stood in the country: what is shown is where its traffic came out. Which version of a model
answered. Why answers differ. methodology.md says more.
`;
}

/** What timestamp/digest.txt says: which bytes to have stamped, and what is there already. */
export const stampSlotOf = (manifestCid: Cid, stamps: readonly string[]): string =>
  `To stamp: manifest.json
SHA-256: ${hex(sha256OfCid(manifestCid) ?? new Uint8Array())}
${stamps.length === 0 ? "No time stamp was at hand when this bundle was made." : `Stamps of the checkpoint: ${stamps.join(", ")}.`}
`;
