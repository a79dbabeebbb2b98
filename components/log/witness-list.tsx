import { Badge } from "@/components/ui/badge";
import { Hash } from "@/components/ui/hash";
import { Instant } from "@/components/ui/instant";
import type { LogHead } from "@/schemas/snapshot";

/** Who cosigned the published state, and how much that is worth. */
export function WitnessList({ head: { witnesses, quorum } }: { head: LogHead }) {
  const isLocalOnly = witnesses.every(({ operator }) => operator === "local");
  return (
    <div className="grid gap-4">
      <p className="max-w-[66ch] text-sm text-muted">
        {witnesses.length === 0
          ? "No witness is named in the policy: nobody but the log itself vouches for its state."
          : `A state is published only when ${quorum} of ${witnesses.length} cosigned that it continues what they saw before.`}
      </p>
      {witnesses.length > 0 && isLocalOnly && (
        <p className="max-w-[66ch] border-s-4 border-beacon ps-4 text-sm text-beacon">
          {witnesses.length === 1 ? "The only witness is" : "All witnesses are"} run by the operator
          of this portal. That protects against mistakes and against a restored backup. It does not
          protect against the operator: for that, witnesses of others have to cosign.
        </p>
      )}
      {!isLocalOnly && (
        <p className="max-w-[66ch] text-sm text-muted">
          Who runs the witnesses that are asked over the network, this page cannot know: their keys
          tell them apart, not their owners.
        </p>
      )}
      <ul className="grid gap-3">
        {witnesses.map((witness) => (
          <li key={witness.name} className="grid gap-1 border-t border-line pt-3 text-[13.5px]">
            <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <b className="code font-semibold">{witness.name}</b>
              <Badge tone={witness.operator === "local" ? "mind" : "neutral"}>
                {witness.operator === "local" ? "same operator" : "asked over the network"}
              </Badge>
            </span>
            <span className="text-muted">
              Key <Hash label="the witness’s key hash" value={witness.keyHash} /> ·{" "}
              {witness.cosignedAt === null ? (
                <span className="text-beacon">has not cosigned this state</span>
              ) : (
                <>
                  cosigned <Instant at={witness.cosignedAt} />
                </>
              )}
            </span>
            <LastAsked asked={witness.lastAsked} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Why a witness did not cosign the last time; nothing when it did. */
function LastAsked({ asked }: { asked: LogHead["witnesses"][number]["lastAsked"] }) {
  if (asked === null || asked.code === null) return null;
  return (
    <span className="text-beacon wrap-anywhere">
      Asked <Instant at={asked.at} />, without a cosignature:{" "}
      {asked.message ?? "it did not say why"} <span className="code">{asked.code}</span>
    </span>
  );
}
