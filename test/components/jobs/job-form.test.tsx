import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { type Catalog, JobFormFields, type Submit } from "@/components/jobs/job-form";
import { createQueryClient } from "@/components/query-client";
import type { CountryCode } from "@/schemas/country";
import { JobSpec } from "@/schemas/job-spec";

afterEach(cleanup);

const catalog: Catalog = {
  services: [
    {
      id: "control-open",
      model: "control-open",
      door: "model",
      description: "Alike everywhere.",
      simulated: true,
    },
    {
      id: "control-regional",
      model: "control-regional",
      door: "model",
      description: "Has habits.",
      simulated: true,
    },
  ],
  countries: ["DE", "KE", "BR"] as CountryCode[],
  limits: { glm: "5", usd: "0" },
};

const show = (submit: Submit) =>
  render(
    <QueryClientProvider client={createQueryClient()}>
      <JobFormFields catalog={catalog} submit={submit} />
    </QueryClientProvider>,
  );
const type = (label: RegExp, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
const tick = (name: RegExp) => fireEvent.click(screen.getByRole("checkbox", { name }));

function fillIn() {
  type(/^Title/, "Is the museum open?");
  type(/^Prompt 1/, "Is the museum open on Mondays?");
  tick(/control-open/);
  tick(/Germany/);
  tick(/Kenya/);
}

describe("the job form", () => {
  it("counts the tasks, and makes a spec that the schema accepts", async () => {
    const sent: unknown[] = [];
    show(async (spec) => {
      sent.push(spec);
      return { jobId: "job-a" };
    });
    fillIn();
    fireEvent.click(screen.getByRole("button", { name: "Add a prompt" }));
    type(/^Prompt 2/, "هل المتحف مفتوح؟");
    fireEvent.change(screen.getByLabelText("Compare all countries with"), {
      target: { value: "DE" },
    });
    expect(screen.getByText(/^16 tasks/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Announce and run" }));
    await screen.findByRole("button", { name: "Announce and run" });
    await expect.poll(() => sent.length).toBe(1);
    expect(JobSpec.parse(sent[0])).toMatchObject({
      countries: ["DE", "KE"],
      contrasts: [{ id: "refusal-rate-from-de", baseline: "DE", against: ["KE"] }],
      system_prompt: null,
      deadline_s: 900,
    });
  });

  it("shows the server's refusal beside the form, with its code, and can be sent again", async () => {
    show(async () => {
      throw Object.assign(new Error("the budget asks for 9 GLM, at most 5 are allowed"), {
        data: { beaconCode: "JOB_SPEC_BUDGET_OVER_LIMIT" },
      });
    });
    fillIn();
    fireEvent.click(screen.getByRole("button", { name: "Announce and run" }));
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("at most 5 are allowed");
    expect(alert.textContent).toContain("JOB_SPEC_BUDGET_OVER_LIMIT");
    expect(alert.textContent).toContain("Nothing has been announced");
  });

  it("uses one submission key however often it is sent", async () => {
    const keys: string[] = [];
    show(async (_, key) => {
      keys.push(key);
      throw new Error("try again");
    });
    fillIn();
    for (const times of [1, 2]) {
      fireEvent.click(screen.getByRole("button", { name: "Announce and run" }));
      await expect.poll(() => keys.length).toBe(times);
      await screen.findByRole("alert");
    }
    expect(new Set(keys).size).toBe(1);
  });

  it("cannot be sent while it announces nothing", () => {
    show(async () => ({ jobId: "job-a" }));
    expect(
      (screen.getByRole("button", { name: "Announce and run" }) as HTMLButtonElement).disabled,
    ).toBe(true);
  });
});
