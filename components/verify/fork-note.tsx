import { counted } from "@/components/ui/count";
import { formatInstant } from "@/components/ui/instant";
import type { Fork } from "@/components/verify/watch-log";
import { formatForkEvidence } from "@/server/domain/log/fork-evidence";

const entries = (size: bigint): string => counted(size, "entry", "entries");

/** What was found, in plain words. */
const FOUND: Readonly<Record<Fork["reason"], (fork: Fork) => string>> = {
  root: ({ earlier }) =>
    `Both states are of ${entries(earlier.size)}, and their roots are different.`,
  proof: ({ earlier, present }) =>
    `The state of ${entries(present.size)} that the log shows now and the state of ${entries(earlier.size)} that this browser saw do not continue each other.`,
  withheld: ({ earlier, present }) =>
    `The log does not show how its state of ${entries(present.size)} and the state of ${entries(earlier.size)} that this browser saw continue each other. An honest log always can.`,
};

/** What the saved file says before the notes. */
const explanationOf = (fork: Fork): readonly string[] => [
  `Two states of the log ${fork.earlier.origin} that do not belong to one history.`,
  FOUND[fork.reason](fork),
  `The earlier state was seen ${fork.earlier.at}: size ${fork.earlier.size}, root ${fork.earlier.root}`,
  `The later state was seen after it: size ${fork.present.size}, root ${fork.present.root}`,
  fork.earlier.note === null
    ? "The signed note of the earlier state was not kept; only the later one is below."
    : "Both signed notes are below as the log served them, the earlier one first (C2SP signed-note).",
];

/** The evidence as a file: both notes verbatim, or the one that was kept. */
export const evidenceOf = (fork: Fork): string =>
  formatForkEvidence(
    explanationOf(fork),
    [fork.earlier.note, fork.present.note].filter((note) => note !== null),
  );

/** The loudest thing on the portal: the log showed two histories. */
export function ForkNote({ fork }: { fork: Fork }) {
  const { earlier } = fork;
  return (
    <section
      role="alert"
      aria-label="Fork alarm"
      className="mb-4 rounded-lg border-2 border-bad bg-bad-soft px-5 py-4 wrap-anywhere text-bad"
    >
      <p className="font-serif text-xl font-semibold">
        This log has shown two different histories.
      </p>
      <p className="mt-2 text-sm">
        {FOUND[fork.reason](fork)} The earlier one was seen on {formatInstant(earlier.at)}, with the
        root {earlier.root}.
      </p>
      <p className="mt-2 text-sm">
        The log signed both, and its operator cannot take that back. Rely on nothing that this log
        says until somebody else has looked at both notes: save them, and show them to a witness, a
        journalist, or whoever else has seen this log.
      </p>
      {earlier.note === null && (
        <p className="mt-2 text-sm">
          This browser had kept the size and the root of the earlier state, not its signed note: the
          file holds the later note and those two.
        </p>
      )}
      <p className="mt-3">
        <a
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(evidenceOf(fork))}`}
          download={`two-histories-of-${earlier.origin.replace(/[^a-z0-9.-]+/gi, "-")}.txt`}
          className="inline-flex min-h-11 items-center rounded border border-bad bg-sheet px-3.5 py-1.5 text-[13.5px] font-[550] text-bad no-underline"
        >
          {earlier.note === null
            ? "Save the signed note as a file"
            : "Save both signed notes as one file"}
        </a>
      </p>
    </section>
  );
}
