import { Badge, type Tone } from "@/components/ui/badge";
import type { JobStatus } from "@/schemas/task";

const WORDS: Readonly<Record<JobStatus, { readonly label: string; readonly tone: Tone }>> = {
  ANNOUNCING: { label: "being announced", tone: "neutral" },
  RUNNING: { label: "running", tone: "mind" },
  COMPARING: { label: "being compared", tone: "mind" },
  COMPLETED: { label: "compared", tone: "neutral" },
  WITHDRAWN: { label: "withdrawn", tone: "neutral" },
};

/** Where a job stands. */
export function JobStatusBadge({ status }: { status: JobStatus }) {
  return <Badge tone={WORDS[status].tone}>{WORDS[status].label}</Badge>;
}
