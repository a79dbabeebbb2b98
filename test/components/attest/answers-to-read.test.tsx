import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { AnswersToRead } from "@/components/attest/answers-to-read";
import type { TaskCell } from "@/schemas/snapshot";
import { taskIdOf } from "@/server/domain/identity";
import { aJobSnapshot, aSpec } from "@/test/components/jobs/a-job-snapshot";

afterEach(cleanup);

const [country] = aSpec().countries;
const job = aJobSnapshot();
const aTask = (repeat: number, status: TaskCell["status"]): TaskCell => {
  const cell = {
    prompt: "p1",
    service: "control-open",
    country: country ?? "home",
    repeat,
  } as const;
  return {
    id: taskIdOf({ job: job.id, ...cell }),
    ...cell,
    status,
    state: status === "SUCCEEDED" ? "answered" : null,
    leafIndex: null,
  };
};

describe("the answers to read", () => {
  it("are counted by prompt and service, and lead to the first repeat that has one", () => {
    const tasks = [aTask(0, "FAILED"), aTask(2, "SUCCEEDED"), aTask(3, "SUCCEEDED")];
    render(<AnswersToRead job={{ ...job, tasks }} />);
    expect(screen.getByText("Is the museum open on Mondays?")).toBeTruthy();
    expect(screen.getByRole("link", { name: "2 responses" }).getAttribute("href")).toBe(
      `/jobs/${job.id}?prompt=p1&service=control-open&repeat=3#asked`,
    );
  });

  it("are none where nothing came back", () => {
    render(<AnswersToRead job={{ ...job, tasks: [aTask(0, "FAILED")] }} />);
    expect(screen.getByText("No answer came back.")).toBeTruthy();
  });
});
