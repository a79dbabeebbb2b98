import { describe, expect, it } from "vitest";
import { fileAttestation } from "@/server/services/file-attestation";
import { revokeOwnKey } from "@/server/services/revoke-attester-keys";
import { showAttestations } from "@/server/services/show-attestations";
import { aFinishedJob } from "@/test/support/a-finished-job";
import { anEnrolledAttester, signedBy } from "@/test/support/an-attester";
import { writeAll } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();

describe("a report", () => {
  it("by a key that somebody else may have had is shown and not counted, once the log says so", async () => {
    const { context } = house;
    const jobId = await aFinishedJob(context);
    const reasons = ["retired", "superseded", "compromised"] as const;
    const signers = [];
    for (const reason of reasons) {
      const attester = await anEnrolledAttester(context, `House of the ${reason}`);
      await fileAttestation(context, await signedBy(attester, context, jobId));
      signers.push({ ...attester, reason });
    }
    await writeAll(context);
    const counted = async () => (await showAttestations(context, jobId)).tally.contest;
    expect(await counted()).toBe(3);
    for (const { account, signer, reason } of signers)
      await revokeOwnKey(context, account, { key: signer.keyId, reason });
    // Filed and not published: the log says nothing yet, and neither does the count.
    expect(await counted()).toBe(3);
    await writeAll(context);
    const { tally, reports } = await showAttestations(context, jobId);
    expect(tally.contest).toBe(2);
    expect(reports.map(({ keyRevokedAs }) => keyRevokedAs)).toEqual(reasons);
    expect(tally.organisations.map(({ name }) => name)).toEqual([
      "House of the retired",
      "House of the superseded",
    ]);
  });
});
