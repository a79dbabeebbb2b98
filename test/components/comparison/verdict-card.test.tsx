import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { VerdictCard } from "@/components/comparison/verdict-card";
import quick from "@/schemas/examples/quick.json";
import { JobSpec } from "@/schemas/job-spec";
import { Instant } from "@/schemas/primitives";
import type { ComparisonSnapshot } from "@/schemas/snapshot";
import { canonicalBytes, cidOf } from "@/server/domain/digest";
import { compareJob } from "@/server/domain/eval/compare";
import { notShown } from "@/server/domain/eval/not-shown";
import { comparisonIdOf } from "@/server/domain/identity";
import { aJobId } from "@/test/support/builders";

afterEach(cleanup);

it("names what the comparison does not show, sentence by sentence as its data say", () => {
  const spec = JobSpec.parse(quick);
  const cid = cidOf(canonicalBytes(spec));
  const comparison = compareJob({
    id: comparisonIdOf(aJobId()),
    job: aJobId(),
    spec,
    specCid: cid,
    simulated: true,
    computedAt: Instant.parse("2026-11-22T11:19:00.000Z"),
    icu: "77.1",
    tasks: [],
  });
  const snapshot: ComparisonSnapshot = { comparison, cid, leafIndex: null, spec };
  render(<VerdictCard snapshot={snapshot} states={[]} />);
  const shown = screen.getAllByRole("listitem").map(({ textContent }) => textContent);
  expect(shown.slice(comparison.finding.reasons.length)).toEqual(notShown({ spec, comparison }));
});
