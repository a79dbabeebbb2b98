import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { JobFormFields, type Submit } from "@/components/jobs/job-form";
import { createQueryClient } from "@/components/query-client";
import { CountryCode } from "@/schemas/country";
import { JobSpec } from "@/schemas/job-spec";
import type { Installation } from "@/server/domain/job/catalog";
import { parseJobSpec } from "@/server/domain/job/parse-spec";
import { aCatalog } from "@/test/components/jobs/a-catalog";

afterEach(cleanup);

const show = (submit: Submit, fields: Partial<Installation> = {}) =>
  render(
    <QueryClientProvider client={createQueryClient()}>
      <JobFormFields catalog={aCatalog(fields)} submit={submit} />
    </QueryClientProvider>,
  );
const type = (label: RegExp, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
const box = (name: RegExp) => screen.getByRole("checkbox", { name }) as HTMLInputElement;
const choose = (label: RegExp | string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));
const tick = (name: RegExp) => fireEvent.click(screen.getByRole("checkbox", { name }));

function write() {
  type(/^Title/, "Is the museum open?");
  type(/^Prompt 1/, "Is the museum open on Mondays?");
}
function fillIn() {
  write();
  tick(/^control-open/);
  tick(/Germany/);
  tick(/Kenya/);
}

/** Fills the form in, sends it, and answers the spec as the schema and the server's rules accept it. */
async function sentAfter(fill: () => void, fields: Partial<Installation> = {}): Promise<JobSpec> {
  const sent: unknown[] = [];
  show(async (spec) => {
    sent.push(spec);
    return { jobId: "job-a" };
  }, fields);
  write();
  fill();
  press("Announce and run");
  await expect.poll(() => sent.length).toBe(1);
  expect(JobSpec.parse(sent[0])).toEqual(sent[0]);
  return parseJobSpec(sent[0], { glm: "5", usd: "5" });
}
const summary = () => screen.getByText(/^\d+ tasks?/).parentElement?.textContent ?? "";

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

describe("the services of the form", () => {
  it("are told apart by the way in which they are asked", () => {
    show(async () => ({ jobId: "job-a" }));
    for (const [way, id] of [
      ["through the rented machine", /^control-open/],
      ["through the provider’s exit", /^vendor-model-a/],
      ["from this machine only", /^ollama-llama/],
    ] as const) {
      const group = screen.getByRole("region", { name: `Asked ${way}` });
      expect(within(group).getByRole("checkbox", { name: id })).toBeTruthy();
    }
  });

  it("cannot be chosen while they are paused or have no key, and say so", () => {
    show(async () => ({ jobId: "job-a" }));
    expect(box(/^resting-model-a/).disabled).toBe(true);
    expect(box(/^resting-model-a/).closest("label")?.textContent).toContain(
      "paused until 2026-11-22T13:00:00.000Z: It failed 5 times in a row.",
    );
    expect(box(/^keyless-model-a/).disabled).toBe(true);
    expect(box(/^keyless-model-a/).closest("label")?.textContent).toContain("No key is stored");
    expect(box(/^vendor-model-a/).disabled).toBe(false);
  });

  it("make a spec of this machine alone, without a country", async () => {
    const spec = await sentAfter(() => {
      tick(/Germany/);
      tick(/^ollama-llama/);
      expect(screen.queryByRole("checkbox", { name: /Germany/ })).toBeNull();
      expect(screen.getByText(/no country and no provider is involved/)).toBeTruthy();
      expect(screen.queryByRole("checkbox", { name: /Also from home/ })).toBeNull();
      expect(summary()).toMatch(/^4 tasks/);
    });
    expect(spec.countries).toEqual([]);
    expect(spec).not.toHaveProperty("home");
    expect(spec.services).toMatchObject([{ id: "ollama-llama", door: "home", model: "llama" }]);
  });

  it("on the internet may be asked from home as well, which may be the baseline", async () => {
    const spec = await sentAfter(() => {
      tick(/^vendor-model-a/);
      tick(/Germany/);
      expect(summary()).toMatch(/^4 tasks/);
      tick(/Also from home \(this machine, no country\)/);
      expect(summary()).toMatch(/^8 tasks/);
      choose("Compare all countries with", "home");
      type(/^US dollars/, "1");
    });
    expect(spec.home).toBe(true);
    expect(spec.contrasts).toEqual([
      { id: "refusal-rate-from-home", outcome: "refusal-rate", baseline: "home", against: ["DE"] },
    ]);
    expect(spec).not.toHaveProperty("images");
  });

  it("forget a baseline at home when nothing is asked from there any more", async () => {
    const spec = await sentAfter(() => {
      tick(/^control-open/);
      tick(/^vendor-model-a/);
      tick(/Germany/);
      tick(/Also from home/);
      choose("Compare all countries with", "home");
      tick(/^vendor-model-a/);
    });
    expect(spec.contrasts).toEqual([]);
    expect(spec).not.toHaveProperty("home");
  });

  it("have their images pinned where providers download them", async () => {
    const pin = (letter: string) => ({
      url: `https://images.example/${letter}.gvmi`,
      sha3_224: letter.repeat(56),
    });
    const spec = await sentAfter(
      () => {
        tick(/^vendor-model-a/);
        tick(/Germany/);
        type(/^US dollars/, "1");
      },
      { images: { model: pin("a"), exit: pin("b") }, simulated: false },
    );
    expect(spec.images).toEqual({ exit: pin("b") });
  });

  it("are looked for in a country that is searched among all of them", () => {
    const countries = CountryCode.options.map((code) => CountryCode.parse(code));
    show(async () => ({ jobId: "job-a" }), { countries, areProvidersKnown: false });
    expect(screen.queryByText(/Only countries with a provider/)).toBeNull();
    tick(/Kenya/);
    type(/Find a country/, "germ");
    expect(box(/Germany/).checked).toBe(false);
    expect(box(/Kenya/).checked).toBe(true);
    expect(screen.queryByRole("checkbox", { name: /Brazil/ })).toBeNull();
  });
});

describe("what a job of the form can cost", () => {
  it("is said in dollars for all tasks, and held against the budget", () => {
    show(async () => ({ jobId: "job-a" }));
    write();
    tick(/^vendor-model-a/);
    tick(/Germany/);
    type(/Repeats a cell/, "20");
    // 20 x (512 tokens out, 256 for the template, 30 bytes of the question) x US$ 1 a million.
    expect(summary()).toMatch(/Dollars at most: US\$ 0\.01596 /);
    expect(summary()).toContain("a budget of US$ 0 is refused");
    type(/^US dollars/, "0.01");
    expect(summary()).toContain("more than the budget of US$ 0.01");
    type(/^US dollars/, "0.01596");
    expect(summary()).not.toContain("more than the budget");
  });

  it("is nothing where nothing is paid for", () => {
    show(async () => ({ jobId: "job-a" }));
    tick(/^control-open/);
    tick(/^ollama-llama/);
    expect(summary()).toMatch(/Dollars at most: US\$ 0(?!\.)/);
    expect(summary()).not.toContain("more than the budget");
  });

  it("is not known when nobody knows a price", () => {
    show(async () => ({ jobId: "job-a" }));
    tick(/^unpriced-model-u/);
    tick(/^vendor-model-a/);
    expect(summary()).toContain("Dollars at most: not known");
    expect(summary()).toContain("unpriced-model-u");
  });

  it("says nothing while a number is none", () => {
    show(async () => ({ jobId: "job-a" }));
    tick(/^vendor-model-a/);
    type(/Longest answer/, "");
    expect(summary()).not.toContain("Dollars at most");
    type(/Longest answer/, "1.5");
    expect(summary()).not.toContain("Dollars at most");
  });
});

it("says which services cannot be asked with the job's sampling, and only then", () => {
  show(async () => ({ jobId: "job-a" }));
  tick(/^vendor-model-a/);
  expect(screen.queryByText(/Not every service can be asked alike/)).toBeNull();
  tick(/^claude-model-c/);
  expect(screen.getByRole("note").textContent).toContain(
    "claude-model-c is not sent seed (Anthropic takes none)",
  );
});

describe("the simulation of the form", () => {
  const folded = () => screen.getByText(/Faults made on purpose, simulated/).closest("details");

  it("is folded, and stands only where the network is simulated", () => {
    show(async () => ({ jobId: "job-a" }));
    expect(folded()?.open).toBe(false);
    cleanup();
    show(async () => ({ jobId: "job-a" }), { simulated: false });
    expect(screen.queryByText(/Faults made on purpose/)).toBeNull();
  });

  it("writes the script into the spec, in the schema's words", async () => {
    const spec = await sentAfter(() => {
      tick(/^control-open/);
      tick(/Germany$/);
      tick(/Kenya$/);
      press("Add a provider fault");
      expect(screen.getByText(/cannot be reached any more/)).toBeTruthy();
      choose("Provider fault 1", "lies-about-country");
      expect(screen.getByText(/comes out in another country/)).toBeTruthy();
      choose("When", "at-start");
      type(/^Share/, "25");
      tick(/^Kenya, provider fault 1/);
      press("Add a provider fault");
      choose("Provider fault 2", "floods");
      press("Remove provider fault 2");
      press("Add a network fault");
      choose("Network fault 1", "restart");
      type(/^After, s/, "3");
      type(/^For, s/, "1.5");
      expect(screen.getByText(/simulated: 2 faults/)).toBeTruthy();
    });
    expect(spec.simulation).toEqual({
      providers: [
        { fault: "lies-about-country", moment: "at-start", countries: ["KE"], share: 0.25 },
      ],
      yagna: [{ fault: "restart", after_s: 3, for_s: 1.5 }],
    });
  });

  it("leaves the spec without a script when every fault is taken away again", async () => {
    const spec = await sentAfter(() => {
      tick(/^control-open/);
      tick(/Germany/);
      press("Add a network fault");
      press("Remove network fault 1");
    });
    expect(spec).not.toHaveProperty("simulation");
  });

  it("keeps showing a country that a fault names when the job drops it", () => {
    show(async () => ({ jobId: "job-a" }));
    tick(/Kenya/);
    press("Add a provider fault");
    tick(/^Kenya, provider fault 1/);
    tick(/Kenya$/);
    expect(box(/^Kenya, provider fault 1/).checked).toBe(true);
  });
});
