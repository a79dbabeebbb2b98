import { describe, expect, it } from "vitest";
import type { TaskCounts } from "@/schemas/snapshot";
import { JobStatus } from "@/schemas/task";
import { type JobFacts, jobStatusOf } from "@/server/domain/job/status";

const counts = (fields: Partial<TaskCounts> = {}): TaskCounts => ({
  announced: 4,
  queued: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  withdrawn: 0,
  ...fields,
});
const facts = (fields: Partial<JobFacts> = {}): JobFacts => ({
  intentPublished: true,
  counts: counts({ succeeded: 4 }),
  comparisonStored: false,
  withdrawn: false,
  ...fields,
});

describe("a job's status", () => {
  it.each<[string, JobFacts, JobStatus]>([
    [
      "before its intent is published",
      facts({ intentPublished: false, counts: counts({ queued: 4 }) }),
      "ANNOUNCING",
    ],
    ["while tasks wait", facts({ counts: counts({ queued: 1, succeeded: 3 }) }), "RUNNING"],
    ["while tasks run", facts({ counts: counts({ running: 1, failed: 3 }) }), "RUNNING"],
    ["once every task has closed", facts(), "COMPARING"],
    [
      "once every task has closed, all of them badly",
      facts({ counts: counts({ failed: 4 }) }),
      "COMPARING",
    ],
    ["once the comparison is stored", facts({ comparisonStored: true }), "COMPLETED"],
    [
      "once an admin withdrew it",
      facts({ withdrawn: true, counts: counts({ queued: 4 }) }),
      "WITHDRAWN",
    ],
    [
      "once it was withdrawn and compared",
      facts({ withdrawn: true, comparisonStored: true }),
      "WITHDRAWN",
    ],
  ])("%s", (_, given, status) => {
    expect(jobStatusOf(given)).toBe(status);
  });

  it("is one of the five, whatever the facts", () => {
    for (const intentPublished of [true, false])
      for (const comparisonStored of [true, false])
        for (const withdrawn of [true, false])
          for (const queued of [0, 4])
            expect(JobStatus.options).toContain(
              jobStatusOf({
                intentPublished,
                comparisonStored,
                withdrawn,
                counts: counts({ queued }),
              }),
            );
  });
});
