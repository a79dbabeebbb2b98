import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { CompletenessPanel } from "@/components/jobs/completeness-panel";
import { CountryCode } from "@/schemas/country";
import type { TaskId } from "@/schemas/primitives";
import type { CompletenessView } from "@/schemas/snapshot";

afterEach(cleanup);

const complete: CompletenessView = {
  intentIndex: 3,
  size: 1_004,
  announced: 1_000,
  results: 990,
  failures: 7,
  withdrawals: 3,
  open: 0,
  isOver: true,
  named: [],
  unannounced: 0,
  doubled: 0,
};
const hidden = {
  task: "tsk-hidden" as TaskId,
  prompt: "vell-dam",
  service: "control-regional",
  country: CountryCode.parse("KE"),
  repeat: 2,
};
const show = (fields: Partial<CompletenessView>) =>
  render(<CompletenessPanel jobId="job-1" view={{ ...complete, ...fields }} />);

it("says that everything closed only when it did", () => {
  show({});
  expect(screen.getByText("Every announced task has closed in the log, once.")).toBeDefined();
  expect(screen.getByRole("link", { name: "entry 3" }).getAttribute("href")).toBe("/log/3");
});

it("names a hidden task once the deadline has passed, and leads to it", () => {
  show({ results: 989, open: 1, named: [hidden] });
  expect(
    screen.getByText("1 announced task is missing from the log, and the deadline has passed."),
  ).toBeDefined();
  expect(screen.getByText("Overdue")).toBeDefined();
  const link = screen.getByRole("link", { name: "vell-dam, control-regional, Kenya, repeat 3" });
  expect(link.getAttribute("href")).toBe("/responses/tsk-hidden");
  expect(link.closest("details")?.open).toBe(true);
});

it("does not blame a job that is still running", () => {
  show({ results: 500, open: 490, isOver: false, named: [hidden] });
  expect(screen.getByText("490 tasks have not closed yet.")).toBeDefined();
  expect(screen.getByText("Which are open (the first 1 of 490)")).toBeDefined();
});

it("says what was closed without an announcement, or twice, before all else", () => {
  show({ unannounced: 2, doubled: 1 });
  expect(
    screen.getByText("2 tasks were closed and never announced; 1 task was closed more than once."),
  ).toBeDefined();
});

it("does not call a job complete whose announcement nobody can look up yet", () => {
  show({ intentIndex: null });
  expect(screen.getByText("The announcement is not in a published checkpoint yet.")).toBeDefined();
});
