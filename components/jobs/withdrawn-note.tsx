import { counted, formatCount } from "@/components/ui/count";
import type { TaskCounts } from "@/schemas/snapshot";

function inWords({ announced, queued, running, withdrawn }: TaskCounts): string {
  if (queued + running > 0)
    return "This job was withdrawn: its tasks that are still open are closing as withdrawn.";
  if (withdrawn === 0)
    return `This job was withdrawn; all of its ${counted(announced, "announced task")} had closed by then.`;
  return `This job was withdrawn: ${formatCount(withdrawn)} of its ${counted(announced, "announced task")} closed as withdrawn. Only what had come back by then is here.`;
}

/** Says of a withdrawn job that it is one, and how much of it never came to an answer. */
export function WithdrawnNote({ counts }: { counts: TaskCounts }) {
  return (
    <p className="mb-3 max-w-[66ch] border-s-4 border-beacon ps-4 text-beacon">{inWords(counts)}</p>
  );
}
