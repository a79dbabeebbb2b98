import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DraftId } from "@/schemas/draft";
import exit from "@/schemas/examples/exit.json";
import quick from "@/schemas/examples/quick.json";
import {
  announce,
  aside,
  ask,
  box,
  fillIn,
  go,
  openComposer,
  press,
  stateOfStep,
  type,
  write,
} from "./a-composer";
import { aBody, aDraftPortal, aStorage, idOf } from "./a-draft-portal";

beforeEach(() => {
  window.history.replaceState(null, "", "/jobs/new");
});
afterEach(cleanup);

const draftInAddress = () => new URLSearchParams(window.location.search).get("draft");
const title = () => (screen.getByLabelText(/^Title/) as HTMLInputElement).value;
/** The list, unfolded. */
const drafts = () => {
  const summary = screen.getByText(/^(Your drafts|No drafts)/, { selector: "summary" });
  fireEvent.click(summary);
  return within(summary.closest("details") as HTMLElement);
};
const SAVED = /^Draft: saved \d\d:\d\d:\d\d UTC$/;
/** Typing rests for less than a second before it is saved. */
const saved = () => screen.findByText(SAVED, {}, { timeout: 5_000 });

describe("a draft", () => {
  it("is kept as soon as something is typed, and not before, and its address names it", async () => {
    const { portal } = openComposer();
    go("Budget");
    go("Questions");
    expect(screen.getByText(/A draft of your own is kept as soon as you type/)).toBeTruthy();
    expect(draftInAddress()).toBeNull();
    type(/^Title/, "A museum");
    expect(screen.getByText("Draft: saving…")).toBeTruthy();
    expect(DraftId.safeParse(draftInAddress()).success).toBe(true);
    await saved();
    expect([...portal.drafts.values()].map((draft) => draft.title)).toEqual(["A museum"]);
    go("Services");
    expect(draftInAddress()).not.toBeNull();
  });

  it("is there again after a reload in the middle, steps and all", async () => {
    const before = openComposer();
    fillIn();
    await saved();
    go("Repeats");
    type(/Repeats a cell/, "7");
    before.close();
    openComposer({ portal: before.portal, lasting: before.lasting, ofTab: before.ofTab });
    await expect.poll(aside).toContain("14 tasks");
    expect(screen.getByRole("heading", { level: 2 }).textContent).toBe("Repeats and sampling");
    expect((screen.getByLabelText(/Repeats a cell/) as HTMLInputElement).value).toBe("7");
    expect(stateOfStep("Questions")).toBe("done");
    go("Countries");
    expect(box(/Kenya/).checked).toBe(true);
  });

  it("is the same job before and after a reload", async () => {
    const keys: string[] = [];
    const submit = async (_: unknown, key: string) => {
      keys.push(key);
      throw new Error("the answer was lost");
    };
    const before = openComposer({ submit });
    fillIn();
    announce();
    await expect.poll(() => keys.length).toBe(1);
    before.close();
    openComposer({ ...before, submit });
    await expect.poll(aside).toContain("8 tasks");
    press("Announce and run");
    await expect.poll(() => keys.length).toBe(2);
    expect(new Set(keys).size).toBe(1);
  });

  it("says that the portal does not answer and that this browser keeps it, and saves it later", async () => {
    const { portal } = openComposer();
    portal.portal.isSilent = true;
    type(/^Title/, "A museum");
    expect(
      await screen.findByText(
        "Draft: not saved: the portal does not answer, kept in this browser",
        {},
        { timeout: 5_000 },
      ),
    ).toBeTruthy();
    portal.portal.isSilent = false;
    fireEvent(window, new Event("online"));
    await saved();
  });

  it("says why the portal refused it", async () => {
    const { portal } = openComposer();
    portal.portal.refusal = "DRAFT_TOO_LARGE";
    type(/^Title/, "A museum");
    expect(await screen.findByText("DRAFT_TOO_LARGE", {}, { timeout: 5_000 })).toBeTruthy();
  });
});

it("a session that has ended is said, with the way back to the same draft", async () => {
  const { portal, keeper } = openComposer();
  portal.portal.refusal = "UNAUTHORIZED";
  type(/^Title/, "A museum");
  const link = await screen.findByRole("link", { name: "Sign in again" }, { timeout: 5_000 });
  expect(decodeURIComponent(link.getAttribute("href") ?? "")).toBe(
    `/sign-in?next=/jobs/new?draft=${keeper.state().id}`,
  );
});

describe("another tab that saved the draft", () => {
  async function inConflict() {
    const composer = openComposer();
    write();
    await saved();
    const [known] = [...composer.portal.drafts.values()];
    if (known?.body === undefined || known.body === null) throw new Error("it was saved");
    composer.portal.put({ ...known.body, spec: { ...known.body.spec, title: "theirs" } }, 9);
    type(/^Title/, "mine");
    await screen.findByText(/Another tab has saved this draft/, {}, { timeout: 5_000 });
    return composer;
  }

  it("is said, nothing can be announced, and theirs can be loaded without losing mine", async () => {
    await inConflict();
    expect(title()).toBe("mine");
    go("Review");
    expect(
      (screen.getByRole("button", { name: "Announce and run" }) as HTMLButtonElement).disabled,
    ).toBe(true);
    go("Questions");
    press("Load theirs");
    expect(title()).toBe("theirs");
    press("Open it as a draft of its own");
    await expect.poll(title).toBe("mine");
  });

  it("leaves mine as a new draft", async () => {
    const { portal } = await inConflict();
    const before = draftInAddress();
    press("Keep mine as a new draft");
    await saved();
    expect(title()).toBe("mine");
    expect(draftInAddress()).not.toBe(before);
    expect([...portal.drafts.values()].map((draft) => draft.title).sort()).toEqual([
      "mine",
      "theirs",
    ]);
  });
});

describe("the list of drafts", () => {
  it("takes one up again, and deletes one after asking back", async () => {
    const portal = aDraftPortal();
    portal.put(aBody("An older one", 1), 1);
    portal.put(aBody("To be deleted", 2), 1);
    openComposer({ portal });
    const list = drafts();
    expect(await list.findByText("An older one")).toBeTruthy();
    fireEvent.click(list.getByRole("link", { name: "Resume An older one" }));
    await expect.poll(title).toBe("An older one");
    expect(draftInAddress()).toBe(idOf(1));
    fireEvent.click(list.getByRole("button", { name: "Delete To be deleted…" }));
    expect(portal.drafts.size).toBe(2);
    fireEvent.click(list.getByRole("button", { name: "Delete To be deleted" }));
    await expect.poll(() => list.queryByText("To be deleted")).toBeNull();
    expect(portal.drafts.size).toBe(1);
  });

  it("goes back to an empty form when the open one is deleted", async () => {
    const { portal } = openComposer();
    write();
    await saved();
    const list = drafts();
    fireEvent.click(await list.findByRole("button", { name: /^Delete Is the museum open/ }));
    fireEvent.click(list.getByRole("button", { name: "Delete Is the museum open?" }));
    await expect.poll(title).toBe("");
    expect(portal.drafts.size).toBe(0);
    expect(draftInAddress()).toBeNull();
  });

  it("marks one that another version of the form saved, shows what was saved, and can delete it", async () => {
    const portal = aDraftPortal();
    portal.drafts.set(idOf(1), {
      ...portal.put(aBody("Old", 1), 1),
      body: null,
      stored: { v: 0, question: "Is it open?" },
    });
    openComposer({ portal });
    const list = drafts();
    expect(await list.findByText("of another version of the form")).toBeTruthy();
    fireEvent.click(list.getByRole("link", { name: "Resume Old" }));
    expect((await screen.findByRole("alert")).textContent).toContain("Old cannot be opened.");
    expect(screen.getByText(/"question": "Is it open\?"/)).toBeTruthy();
  });

  it("has what a tab that is gone left in this browser", async () => {
    const lasting = aStorage();
    const gone = openComposer({ lasting });
    gone.portal.portal.isSilent = true;
    type(/^Title/, "Left behind");
    gone.close();
    window.history.replaceState(null, "", "/jobs/new");
    const { portal } = openComposer({ lasting });
    const list = drafts();
    fireEvent.click(await list.findByRole("button", { name: "Resume Left behind" }));
    await expect.poll(title).toBe("Left behind");
    await saved();
    expect(portal.drafts.size).toBe(1);
    await expect.poll(() => list.queryByText(/Kept in this browser/)).toBeNull();
  });

  it("says so when a draft that an address names is not there", async () => {
    window.history.replaceState(null, "", `/jobs/new?draft=${idOf(7)}`);
    openComposer();
    expect((await screen.findByRole("alert")).textContent).toContain("There is no such draft.");
    type(/^Title/, "Something else");
    expect(draftInAddress()).not.toBe(idOf(7));
  });
});

describe("a specification", () => {
  const paste = (text: string) => {
    type("Paste a job specification, as JSON", text);
    press("Import it as a new draft");
  };

  it("is imported as a draft of its own, and what was composed before stays one", async () => {
    const { portal } = openComposer();
    write();
    paste(JSON.stringify(quick));
    expect(title()).toBe("One question, two countries, two repeats");
    expect(aside()).toContain("4 tasks");
    await saved();
    await expect
      .poll(() => [...portal.drafts.values()].map((draft) => draft.title).sort())
      .toEqual(["Is the museum open?", "One question, two countries, two repeats"]);
    expect(stateOfStep("Budget")).toBe("done");
  });

  it("that is none is refused in sentences, and nothing is taken over", () => {
    openComposer();
    write();
    for (const [text, sentence] of [
      ["{", /It is not JSON/],
      ["[]", /Change the job spec/],
      [JSON.stringify({ ...quick, repeats: 0 }), /repeats is 0/],
      [JSON.stringify({ ...quick, countries: ["UK"] }), /"UK"/],
    ] as const) {
      paste(text);
      const alert = screen.getByRole("alert");
      expect(alert.textContent).toContain("Nothing was imported.");
      expect(alert.textContent).toMatch(sentence);
      expect(title()).toBe("Is the museum open?");
    }
  });

  it("that only breaks a rule is taken over, and the rule is said at its step", () => {
    openComposer();
    const budget = { glm: "9", usd: "0" };
    paste(JSON.stringify({ ...quick, budget }));
    expect(stateOfStep("Budget")).toBe("needs attention");
    go("Budget");
    expect(screen.getByText("This portal allows at most 5 a job.")).toBeTruthy();
  });

  it("says what of it is not known here", () => {
    openComposer();
    paste(JSON.stringify(exit));
    expect(screen.getByText(/chatgpt, which asks for gpt-5-mini, is not known here/)).toBeTruthy();
  });

  it("can be begun with from an example whose services are here", async () => {
    openComposer();
    fireEvent.click(
      screen.getByRole("button", { name: "Two control models, three questions, five countries" }),
    );
    expect(aside()).toContain("180 tasks");
    expect(screen.queryByRole("button", { name: /to ChatGPT/ })).toBeNull();
    go("Countries");
    // The catalogue of this test has no provider in Singapore.
    expect(screen.getByText(/Nobody is known to rent out a machine in/).textContent).toContain(
      "Singapore",
    );
  });

  it("is shown, and copied as it is shown", async () => {
    let copied = "";
    Object.assign(navigator, {
      clipboard: {
        writeText: async (text: string) => {
          copied = text;
        },
      },
    });
    openComposer();
    fillIn();
    ask(/^control-regional/);
    press("Copy the specification");
    expect(await screen.findByText("Copied.")).toBeTruthy();
    expect(JSON.parse(copied)).toMatchObject({ title: "Is the museum open?", version: "1.0" });
  });
});
