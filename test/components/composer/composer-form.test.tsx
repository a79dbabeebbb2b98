import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CountryCode } from "@/schemas/country";
import { JobSpec } from "@/schemas/job-spec";
import type { Installation } from "@/server/domain/job/catalog";
import { parseJobSpec } from "@/server/domain/job/parse-spec";
import {
  announce,
  aside,
  ask,
  box,
  fillIn,
  from,
  go,
  openComposer,
  press,
  stateOfStep,
  stepLink,
  tick,
  type,
  write,
} from "./a-composer";

beforeEach(() => {
  window.history.replaceState(null, "", "/jobs/new");
});
afterEach(cleanup);

/** Fills the form in, sends it, and answers the spec as the schema and the server's rules accept it. */
async function sentAfter(fill: () => void, here: Partial<Installation> = {}): Promise<JobSpec> {
  const sent: unknown[] = [];
  openComposer({
    here,
    submit: async (spec) => {
      sent.push(spec);
      return { jobId: "job-a", created: true };
    },
  });
  write();
  fill();
  announce();
  await expect.poll(() => sent.length).toBe(1);
  expect(JobSpec.parse(sent[0])).toEqual(sent[0]);
  return parseJobSpec(sent[0], { glm: "5", usd: "5" });
}

describe("announcing", () => {
  it("sends a spec that the schema accepts, and goes on to the job", async () => {
    const sent: unknown[] = [];
    const { announced, portal } = openComposer({
      submit: async (spec) => {
        sent.push(spec);
        return { jobId: "job-a", created: true };
      },
    });
    fillIn();
    go("Questions");
    press("Add a prompt");
    type(/^Prompt 2/, "هل المتحف مفتوح؟");
    go("Contrasts");
    type("Compare all countries with", "DE");
    expect(aside()).toContain("16 tasks");
    expect(aside()).toContain("in 4 cells");
    announce();
    await expect.poll(() => announced).toEqual(["job-a"]);
    expect(JobSpec.parse(sent[0])).toMatchObject({
      countries: ["DE", "KE"],
      contrasts: [{ id: "refusal-rate-from-de", baseline: "DE", against: ["KE"] }],
      system_prompt: null,
      deadline_s: 900,
    });
    await expect.poll(() => portal.drafts.size).toBe(0);
  });

  it("says the server's refusal with its code, leads to its step, and can be done again", async () => {
    let times = 0;
    openComposer({
      submit: async () => {
        times++;
        throw Object.assign(new Error("budget.glm is 9; this portal allows at most 5 a job."), {
          data: { beaconCode: "JOB_SPEC_BUDGET_OVER_LIMIT", beaconPath: "budget.glm" },
        });
      },
    });
    fillIn();
    announce();
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("at most 5 a job");
    expect(alert.textContent).toContain("JOB_SPEC_BUDGET_OVER_LIMIT");
    expect(alert.textContent).toContain("Nothing has been announced");
    expect(stateOfStep("Budget")).toBe("needs attention");
    press("Announce and run");
    await expect.poll(() => times).toBe(2);
    fireEvent.click(await screen.findByRole("button", { name: "Go to Budget and deadline" }));
    const glm = screen.getByLabelText(/^GLM/);
    expect(document.activeElement).toBe(glm);
    expect(glm.getAttribute("aria-invalid")).toBe("true");
    type(/^GLM/, "2");
    expect(glm.getAttribute("aria-invalid")).toBeNull();
    expect(stateOfStep("Budget")).toBe("done");
  });

  it("uses one submission key however often it is sent", async () => {
    const keys: string[] = [];
    openComposer({
      submit: async (_, key) => {
        keys.push(key);
        throw new Error("try again");
      },
    });
    fillIn();
    go("Review");
    for (const times of [1, 2]) {
      press("Announce and run");
      await expect.poll(() => keys.length).toBe(times);
      await screen.findByRole("alert");
    }
    expect(new Set(keys).size).toBe(1);
  });

  it("says so when an earlier press had reached the portal, and does not lose what was changed since", async () => {
    const keys: string[] = [];
    const { announced, keeper } = openComposer({
      submit: async (_, key) => {
        keys.push(key);
        return { jobId: "job-a", created: false };
      },
    });
    fillIn();
    announce();
    expect((await screen.findByRole("alert")).textContent).toContain("announced before");
    expect(screen.getByRole("link", { name: "Go to the job" }).getAttribute("href")).toBe(
      "/jobs/job-a",
    );
    press("Keep this as a new draft");
    expect(announced).toEqual([]);
    expect(keeper.state().body.spec.title).toBe("Is the museum open?");
    press("Announce and run");
    await expect.poll(() => keys.length).toBe(2);
    expect(new Set(keys).size).toBe(2);
  });

  it("announces nothing while something is to be mended, and says what, each a way to its field", () => {
    let times = 0;
    openComposer({
      submit: async () => {
        times++;
        return { jobId: "job-a", created: true };
      },
    });
    announce();
    expect(times).toBe(0);
    expect(screen.getByText(/things to mend before it can be announced/)).toBeTruthy();
    for (const name of ["Questions", "Services", "Review"])
      expect(stateOfStep(name)).toBe("needs attention");
    for (const name of ["Repeats", "Contrasts", "Budget"]) expect(stateOfStep(name)).toBe("done");
    fireEvent.click(
      screen.getByRole("link", { name: /Questions: Prompt 1: Write the question\./ }),
    );
    expect(document.activeElement).toBe(screen.getByLabelText("Prompt 1"));
    expect(screen.getByText("Write a title of 3 to 200 characters.")).toBeTruthy();
  });
});

describe("the steps", () => {
  it("can be taken in any order; where one is stands in the address, back and forward included", async () => {
    openComposer();
    const shown = () => screen.getByRole("heading", { level: 2 }).textContent;
    expect(shown()).toBe("Questions");
    go("Budget");
    expect(shown()).toBe("Budget and deadline");
    expect(window.location.search).toBe("?step=budget");
    expect(stepLink("Budget").getAttribute("aria-current")).toBe("step");
    go("Services");
    window.history.back();
    await expect.poll(shown).toBe("Budget and deadline");
    window.history.forward();
    await expect.poll(shown).toBe("Services");
  });

  it("begin where the address says", () => {
    window.history.replaceState(null, "", "/jobs/new?step=sampling");
    openComposer();
    expect(screen.getByRole("heading", { level: 2 }).textContent).toBe("Repeats and sampling");
  });

  it("take the focus along, and Enter goes on to the next one", () => {
    openComposer();
    fireEvent.submit(screen.getByRole("form", { name: "Questions" }));
    const heading = screen.getByRole("heading", { level: 2 });
    expect(heading.textContent).toBe("Services");
    expect(document.activeElement).toBe(heading);
    press("Next: Countries");
    fireEvent.click(screen.getByRole("link", { name: "Back: Services" }));
    expect(document.activeElement?.textContent).toBe("Services");
  });

  it("hold nothing against anyone before they were left, or a field was", () => {
    openComposer();
    expect(stateOfStep("Questions")).toBe("not yet");
    expect(screen.queryByText(/Write a title/)).toBeNull();
    fireEvent.blur(screen.getByLabelText(/^Title/));
    expect(screen.getByText(/Write a title/)).toBeTruthy();
    expect(screen.queryByText("Write the question.")).toBeNull();
    go("Services");
    expect(stateOfStep("Questions")).toBe("needs attention");
    expect(stateOfStep("Services")).toBe("not yet");
    write();
    expect(stateOfStep("Questions")).toBe("done");
  });

  it("say what is wrong at its field, which names it", () => {
    openComposer();
    const wrong = (label: RegExp) => {
      const control = screen.getByLabelText(label);
      fireEvent.blur(control);
      const id = control.getAttribute("aria-describedby") ?? "";
      return document.getElementById(id)?.textContent;
    };
    type(/^Language/, "english!");
    expect(wrong(/^Language/)).toBe("Write the language as a BCP 47 tag, such as en, ar or pt-BR.");
    go("Repeats");
    for (const [label, value, sentence] of [
      [/^Repeats a cell/, "0", "Write a whole number from 1 to 50."],
      [/^Temperature/, "", "Write a number from 0 to 2."],
      [/^Top p/, "1.5", "Write a number above 0 and up to 1."],
      [/^Longest answer/, "many", "Write a whole number from 1 to 8,192."],
      [/^Seed base/, "-1", "Write a whole number from 0 to 2,147,483,647."],
    ] as const) {
      type(label, value);
      expect(wrong(label), String(label)).toBe(sentence);
    }
    ask(/^vendor-model-a/);
    go("Budget");
    for (const [label, value, sentence] of [
      [/^GLM/, "0", "Say how much GLM may be spent on rented providers."],
      [/^GLM/, "1,5", "Write an amount, such as 2.5."],
      [/^GLM/, "6", "This portal allows at most 5 a job."],
      [/^US dollars/, "0", "vendor-model-a is paid for; say how many dollars may be spent."],
      [/^Deadline/, "0.1", "Write a number of minutes from 0.5 to 1,440."],
    ] as const) {
      type(label, value);
      expect(wrong(label), `${label} ${value}`).toBe(sentence);
    }
  });
});

describe("the services", () => {
  it("are told apart by the way in which they are asked, and where their keys are kept", () => {
    openComposer();
    go("Services");
    for (const [way, id] of [
      ["through the rented machine", /^control-open/],
      ["through the provider’s exit", /^vendor-model-a/],
      ["from this machine only", /^ollama-llama/],
    ] as const) {
      const group = screen.getByRole("region", { name: `Asked ${way}` });
      expect(within(group).getByRole("checkbox", { name: id })).toBeTruthy();
    }
    expect(screen.getByRole("link", { name: "the services" }).getAttribute("href")).toBe(
      "/services",
    );
  });

  it("cannot be chosen while they are paused or have no key, and say so", () => {
    openComposer();
    go("Services");
    expect(box(/^resting-model-a/).disabled).toBe(true);
    expect(box(/^resting-model-a/).closest("label")?.textContent).toContain(
      "paused until 2026-11-22T13:00:00.000Z: It failed 5 times in a row.",
    );
    expect(box(/^keyless-model-a/).disabled).toBe(true);
    expect(box(/^keyless-model-a/).closest("label")?.textContent).toContain("No key is stored");
    expect(box(/^vendor-model-a/).disabled).toBe(false);
  });

  it("that were chosen before and are paused or gone now can be taken out", () => {
    const { keeper } = openComposer();
    keeper.change((body) => ({
      ...body,
      spec: { ...body.spec, services: ["resting-model-a", "vanished"] },
    }));
    go("Services");
    go("Questions");
    go("Services");
    expect(screen.getByText(/resting-model-a cannot be asked now/)).toBeTruthy();
    tick(/^resting-model-a/);
    expect(screen.getByText("vanished is not known here any more; take it out.")).toBeTruthy();
    tick(/^vanished/);
    expect(keeper.state().body.spec.services).toEqual([]);
  });

  it("make a spec of this machine alone, without a country", async () => {
    const spec = await sentAfter(() => {
      from(/Germany/);
      ask(/^ollama-llama/);
      go("Countries");
      expect(screen.queryByRole("checkbox", { name: /Germany/ })).toBeNull();
      expect(screen.getByText(/no country and no provider is involved/)).toBeTruthy();
      expect(screen.queryByRole("checkbox", { name: /Also from home/ })).toBeNull();
      expect(aside()).toMatch(/^4 tasks/);
      expect(aside()).toContain("GLM: none, no provider is rented.");
    });
    expect(spec.countries).toEqual([]);
    expect(spec).not.toHaveProperty("home");
    expect(spec.services).toMatchObject([{ id: "ollama-llama", door: "home", model: "llama" }]);
  });

  it("on the internet may be asked from home as well, which may be the baseline", async () => {
    const spec = await sentAfter(() => {
      ask(/^vendor-model-a/);
      from(/Germany/);
      expect(aside()).toMatch(/^4 tasks/);
      tick(/Also from home \(this machine, no country\)/);
      expect(aside()).toMatch(/^8 tasks/);
      go("Contrasts");
      type("Compare all countries with", "home");
      go("Budget");
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
      ask(/^control-open/, /^vendor-model-a/);
      from(/Germany/, /Also from home/);
      go("Contrasts");
      type("Compare all countries with", "home");
      ask(/^vendor-model-a/);
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
        ask(/^vendor-model-a/);
        from(/Germany/);
        go("Budget");
        type(/^US dollars/, "1");
      },
      { images: { model: pin("a"), exit: pin("b") }, simulated: false },
    );
    expect(spec.images).toEqual({ exit: pin("b") });
  });
});

describe("the countries", () => {
  const countries = CountryCode.options.map((code) => CountryCode.parse(code));
  const world = { countries, areProvidersKnown: false };

  it("are searched where there are many; Enter ticks the one that is found, and sends nothing", () => {
    openComposer({ here: world });
    from(/Kenya/);
    expect(screen.queryByText(/Only countries with a provider/)).toBeNull();
    type(/Find a country/, "turk");
    expect(screen.getByText("3 countries found.")).toBeTruthy();
    type(/Find a country/, "türkiye");
    expect(box(/Kenya/).checked).toBe(true);
    expect(screen.queryByRole("checkbox", { name: /Brazil/ })).toBeNull();
    fireEvent.keyDown(screen.getByLabelText(/Find a country/), { key: "Enter" });
    expect(box(/Türkiye/).checked).toBe(true);
    expect(screen.getByText("2 countries chosen.")).toBeTruthy();
    expect(screen.getByRole("heading", { level: 2 }).textContent).toBe("Countries");
  });

  it("are picked by group, which never reaches the specification", () => {
    const { keeper } = openComposer({ here: world });
    go("Countries");
    press(/G7/);
    expect(keeper.state().body.spec.countries).toEqual(["CA", "DE", "FR", "GB", "IT", "JP", "US"]);
    expect(screen.getByRole("button", { name: /G7/ }).getAttribute("aria-pressed")).toBe("true");
    tick(/Kenya/);
    press(/G7/);
    expect(keeper.state().body.spec.countries).toEqual(["KE"]);
    expect(JSON.stringify(keeper.state().body)).not.toContain("G7");
  });

  it("say how many of a group can be asked from", () => {
    openComposer();
    go("Countries");
    expect(screen.getByRole("button", { name: /EU.*1 of 27/ })).toBeTruthy();
    expect(screen.queryByRole("button", { name: /ASEAN/ })).toBeNull();
  });

  it("must be one at least, and fifty at most", () => {
    openComposer({ here: world });
    ask(/^control-open/);
    go("Countries");
    go("Review");
    expect(screen.getByText("Choose at least one country.")).toBeTruthy();
    go("Countries");
    for (const group of [/EU/, /ASEAN/, /EAC/, /GCC/]) press(group);
    expect(screen.getByText("Choose at most 50 countries.")).toBeTruthy();
  });
});

describe("the contrasts", () => {
  it("may name some places only, and say what is unfinished about them", async () => {
    const spec = await sentAfter(() => {
      ask(/^control-open/);
      from(/Germany/, /Kenya/, /Brazil/);
      go("Contrasts");
      press("Add a contrast of some places");
      go("Review");
      expect(screen.getByText("Choose what it compares with.")).toBeTruthy();
      go("Contrasts");
      type("Compared with", "KE");
      expect(screen.getByText("Choose at least one place to compare.")).toBeTruthy();
      type("Contrast 1", "similarity");
      tick(/^Brazil, contrast 1/);
    });
    expect(spec.contrasts).toEqual([
      { id: "similarity-from-ke-1", outcome: "similarity", baseline: "KE", against: ["BR"] },
    ]);
  });

  it("of a place that is not asked from any more say so, and the place can be taken out", () => {
    openComposer();
    ask(/^control-open/);
    from(/Germany/, /Kenya/, /Brazil/);
    go("Contrasts");
    press("Add a contrast of some places");
    type("Compared with", "DE");
    tick(/^Kenya, contrast 1/);
    tick(/^Brazil, contrast 1/);
    from(/Brazil/);
    go("Contrasts");
    expect(screen.getByText(/^Brazil is not asked from/)).toBeTruthy();
    tick(/^Brazil, contrast 1/);
    expect(screen.queryByText(/is not asked from/)).toBeNull();
  });

  it("come with controls", async () => {
    const spec = await sentAfter(() => {
      ask(/^control-open/, /^control-regional/);
      from(/Germany/, /Kenya/);
      go("Contrasts");
      type("control-open", "negative");
      type("control-regional", "positive");
      expect(aside()).not.toContain("No control");
      type("control-regional", "");
      expect(aside()).toContain("No positive control rides along");
    });
    expect(spec.controls).toEqual([{ service: "control-open", kind: "negative" }]);
  });
});

describe("what a job can cost", () => {
  it("is said in dollars for all tasks, and held against the budget", () => {
    openComposer();
    write();
    ask(/^vendor-model-a/);
    from(/Germany/);
    go("Repeats");
    type(/Repeats a cell/, "20");
    // 20 x (512 tokens out, 256 for the template, 30 bytes of the question) x US$ 1 a million.
    expect(aside()).toMatch(/Dollars at most: US\$ 0\.01596 /);
    expect(aside()).toContain("a budget of US$ 0 is refused");
    go("Budget");
    type(/^US dollars/, "0.01");
    expect(aside()).toContain("more than the budget of US$ 0.01");
    type(/^US dollars/, "0.01596");
    expect(aside()).not.toContain("more than the budget");
    expect(aside()).toContain("GLM: not known before providers are rented");
  });

  it("is nothing where nothing is paid for", () => {
    openComposer();
    ask(/^control-open/, /^ollama-llama/);
    expect(aside()).toMatch(/Dollars at most: US\$ 0(?!\.)/);
    expect(aside()).not.toContain("more than the budget");
  });

  it("is not known when nobody knows a price", () => {
    openComposer();
    ask(/^unpriced-model-u/, /^vendor-model-a/);
    expect(aside()).toContain("Dollars at most: not known");
    expect(aside()).toContain("unpriced-model-u");
  });

  it("is not said while a number is none", () => {
    openComposer();
    ask(/^vendor-model-a/);
    go("Repeats");
    type(/Longest answer/, "");
    expect(aside()).not.toContain("Dollars at most");
    type(/Longest answer/, "1.5");
    expect(aside()).not.toContain("Dollars at most");
  });

  it("is expected from earlier answers, service by service, and from nothing else", () => {
    const usage = [{ connection: "vendor", model: "model-a", answers: 12, meanOutputTokens: 99.5 }];
    openComposer({ usage });
    write();
    ask(/^vendor-model-a/, /^claude-model-c/, /^control-open/);
    from(/Germany/);
    go("Budget");
    const table = screen.getByRole("region", { name: "What each service costs" });
    const row = (name: RegExp) => within(table).getByRole("row", { name }).textContent;
    // 4 x (100 + 256 + 30) x US$ 1 a million.
    expect(row(/vendor-model-a/)).toContain("0.001544as long as 12 earlier answers, 100 tokens");
    expect(row(/claude-model-c/)).toContain("not known: nothing was asked of it here before");
    expect(row(/control-open/)).toContain("paid in GLM");
  });

  it("comes with how long it takes at least, and nothing more is claimed", () => {
    openComposer();
    write();
    ask(/^vendor-model-a/);
    from(/Germany/, /Kenya/);
    go("Repeats");
    type(/Repeats a cell/, "50");
    go("Budget");
    // 100 questions at 60 a minute: one at once, then one a second.
    expect(screen.getByText(/^At least 99 s/)).toBeTruthy();
    type(/^Deadline/, "1");
    expect(screen.getByText(/longer than the deadline/)).toBeTruthy();
    ask(/^vendor-model-a/, /^control-open/);
    go("Budget");
    expect(screen.getByText(/How long it takes is not known before it runs/)).toBeTruthy();
  });
});

describe("what a design can find", () => {
  it("is said before money is spent, with the figures of the report", () => {
    openComposer();
    fillIn();
    go("Contrasts");
    type("Compare all countries with", "DE");
    go("Repeats");
    type(/Repeats a cell/, "3");
    expect(aside()).toContain("Fewer than four answers a country cannot show a difference at all");
    type(/Repeats a cell/, "4");
    expect(aside()).toContain("the smallest p that any test could give is 0.014");
    type(/Repeats a cell/, "many");
    expect(aside()).toContain("not known before there is a prompt and a number of repeats");
  });

  it("is set beside what other numbers of repeats would find, any of which can be taken", () => {
    const { keeper } = openComposer();
    fillIn();
    go("Repeats");
    const table = screen.getByRole("region", { name: "What other numbers of repeats would find" });
    const row = (name: RegExp) => within(table).getByRole("row", { name }).textContent;
    expect(row(/^4 · as it is/)).toContain("0.014");
    expect(row(/^3 /)).toContain("nothing");
    expect(row(/^10 /)).toContain("59 points");
    press("Take 10 repeats");
    expect(keeper.state().body.spec.repeats).toBe("10");
    expect(aside()).toContain("a refusal gap of 59 points or more in 8 of 10 runs");
  });

  it("says which services cannot be asked with the job's sampling, and only then", () => {
    openComposer();
    ask(/^vendor-model-a/);
    expect(screen.queryByText(/Not every service can be asked alike/)).toBeNull();
    ask(/^claude-model-c/);
    expect(screen.getByRole("note").textContent).toContain(
      "claude-model-c is not sent seed (Anthropic takes none)",
    );
  });
});

describe("the simulation", () => {
  const folded = () => screen.getByText(/Faults made on purpose, simulated/).closest("details");

  it("is folded, and stands only where the network is simulated", () => {
    openComposer();
    go("Budget");
    expect(folded()?.open).toBe(false);
    cleanup();
    openComposer({ here: { simulated: false } });
    go("Budget");
    expect(screen.queryByText(/Faults made on purpose/)).toBeNull();
  });

  it("writes the script into the spec, in the schema's words", async () => {
    const spec = await sentAfter(() => {
      ask(/^control-open/);
      from(/Germany$/, /Kenya$/);
      go("Budget");
      press("Add a provider fault");
      expect(screen.getByText(/cannot be reached any more/)).toBeTruthy();
      type("Provider fault 1", "lies-about-country");
      expect(screen.getByText(/comes out in another country/)).toBeTruthy();
      type("When", "at-start");
      type(/^Share/, "25");
      tick(/^Kenya, provider fault 1/);
      press("Add a provider fault");
      type("Provider fault 2", "floods");
      press("Remove provider fault 2");
      press("Add a network fault");
      type("Network fault 1", "restart");
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
      ask(/^control-open/);
      from(/Germany/);
      go("Budget");
      press("Add a network fault");
      press("Remove network fault 1");
    });
    expect(spec).not.toHaveProperty("simulation");
  });

  it("keeps showing a country that a fault names when the job drops it", () => {
    openComposer();
    from(/Kenya/);
    go("Budget");
    press("Add a provider fault");
    tick(/^Kenya, provider fault 1/);
    from(/Kenya$/);
    go("Budget");
    expect(box(/^Kenya, provider fault 1/).checked).toBe(true);
  });
});
