import type { Instant } from "@/schemas/primitives";
import { BeaconError } from "@/server/domain/errors";
import { cosignersOf } from "@/server/domain/log/cosignature";
import { meetsQuorum, type Policy } from "@/server/domain/log/policy";
import type { Ed25519Verifier } from "@/server/domain/signature";
import type { Evidence } from "@/server/domain/verify/read-evidence";
import {
  type Facts,
  type Finding,
  fails,
  holds,
  notApplicable,
} from "@/server/domain/verify/report";

/** `witness-quorum`: did enough of the policy's witnesses cosign the checkpoint? And which did. */
export async function checkQuorum(
  { note }: Evidence,
  policy: Policy,
  verifier: Ed25519Verifier,
): Promise<{ readonly finding: Finding; readonly cosigned: Facts["cosigned"] }> {
  const of = policy.witnesses.length;
  try {
    const cosigners = await cosignersOf(note, policy.witnesses, verifier);
    const by = cosigners.map(({ witness, atSeconds }) => ({
      name: witness.key.name,
      at: new Date(atSeconds * 1_000).toISOString() as Instant,
    }));
    const met = meetsQuorum(policy, new Set(cosigners.map(({ witness }) => witness.name)));
    return { finding: findingFor(policy, by.length, met), cosigned: { met, by, of } };
  } catch (error) {
    if (!(error instanceof BeaconError)) throw error;
    const finding = fails("A witness's signature under the log's state is wrong.", error.code);
    return { finding, cosigned: { met: false, by: [], of } };
  }
}

function findingFor(policy: Policy, signed: number, met: boolean): Finding {
  if (policy.quorum === null) return notApplicable("The policy asks for no witness.");
  const known = policy.witnesses.length;
  const tally =
    known === 1 ? `${signed} of one known witness` : `${signed} of ${known} known witnesses`;
  return met
    ? holds(`Cosigned by ${tally}: as many as the policy asks for.`)
    : fails(`Cosigned by ${tally}: fewer than the policy asks for.`, "QUORUM_NOT_MET");
}
