import { counted, formatCount } from "@/components/ui/count";
import type { TaskCounts } from "@/schemas/snapshot";

const PARTS = [
  { key: "succeeded", label: "response", plural: "responses", tone: "bg-accent" },
  { key: "failed", label: "failure", plural: "failures", tone: "bg-fault" },
  { key: "withdrawn", label: "withdrawn", plural: "withdrawn", tone: "bg-line-strong" },
  { key: "running", label: "being asked", plural: "being asked", tone: "bg-beacon" },
  { key: "queued", label: "waiting", plural: "waiting", tone: "bg-transparent" },
] as const;

/** How much of what was announced has closed, and how. The words carry it; the bar repeats them. */
export function Completeness({ counts }: { counts: TaskCounts }) {
  const closed = counts.succeeded + counts.failed + counts.withdrawn;
  const parts = PARTS.filter(({ key }) => counts[key] > 0);
  return (
    <div className="grid gap-1.5">
      <div aria-hidden="true" className="flex h-2 gap-px overflow-hidden rounded-full bg-line">
        {parts.map(({ key, tone }) => (
          <span key={key} className={tone} style={{ flexGrow: counts[key] }} />
        ))}
      </div>
      <p className="text-[13px] text-muted">
        {formatCount(closed)} of {counted(counts.announced, "announced task")} closed
        {parts.length > 0 && ": "}
        {parts.map(({ key, label, plural }) => counted(counts[key], label, plural)).join(" · ")}
      </p>
    </div>
  );
}
