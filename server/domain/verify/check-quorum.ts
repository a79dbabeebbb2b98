import type { Instant } from "@/schemas/primitives";
import { cosignersOf } from "@/server/domain/log/cosignature";
import { meetsQuorum, type Policy } from "@/server/domain/log/policy";
import type { Ed25519Verifier } from "@/server/domain/signature";
import { refusalIn } from "@/server/domain/verify/finding-of";
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
    const { code } = refusalIn(error);
    return {
      finding: fails("A witness's signature under the log's state is wrong.", code),
      cosigned: { met: false, by: [], of },
    };
  }
}

function findingFor({ quorum, witnesses }: Policy, signed: number, met: boolean): Finding {
  if (quorum === null) return notApplicable("The policy asks for no witness.");
  const known = witnesses.length;
  const tally = `Cosigned by ${signed} of ${known === 1 ? "one known witness" : `${known} known witnesses`}`;
  return met
    ? holds(`${tally}: as many as the policy asks for.`)
    : fails(`${tally}: fewer than the policy asks for.`, "QUORUM_NOT_MET");
}
