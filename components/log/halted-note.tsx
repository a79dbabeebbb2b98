import { counted } from "@/components/ui/count";
import { Instant } from "@/components/ui/instant";
import { ErrorNote } from "@/components/ui/states";
import type { LogHead } from "@/schemas/snapshot";

/** Says that the log stands still or waits for its witnesses, and why. Nothing while all is well. */
export function HaltedNote({ head }: { head: LogHead }) {
  const { halted, unpublished, witnesses, quorum } = head;
  const silent = witnesses.filter(({ lastAsked }) => lastAsked !== null && lastAsked.code !== null);
  if (halted !== null)
    return (
      <div className="mb-6">
        <ErrorNote title="This log stands still: nothing is signed any more.">
          <p>{halted.reason}</p>
          <p className="mt-1">
            Since <Instant at={halted.at} />. What was published before stays as it is, and can be
            checked.
          </p>
        </ErrorNote>
      </div>
    );
  if (unpublished === 0 || witnesses.length - silent.length >= quorum) return null;
  return (
    <div className="mb-6">
      <ErrorNote title="Nothing new is published: too few witnesses cosign.">
        <p>
          {counted(unpublished, "entry has", "entries have")} a place in the log and wait. The state
          below is the last one that {quorum} of {counted(witnesses.length, "witness", "witnesses")}{" "}
          cosigned; it stays valid.
        </p>
      </ErrorNote>
    </div>
  );
}
