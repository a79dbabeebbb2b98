import { Instant } from "@/components/ui/instant";
import { ErrorNote } from "@/components/ui/states";
import type { LogHead } from "@/schemas/snapshot";

/** Says that the log stands still, and why. Nothing while it is written. */
export function HaltedNote({ halted }: { halted: LogHead["halted"] }) {
  if (halted === null) return null;
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
}
