import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createDraftKeeper } from "@/components/composer/draft-keeper";
import { keptCopies, type Lent } from "@/components/composer/kept-copies";
import type { DraftBody } from "@/schemas/draft";
import { ACCOUNT, aBody, aDraftPortal, aStorage, idOf, keyOf } from "./a-draft-portal";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type House = { readonly portal: ReturnType<typeof aDraftPortal>; readonly lasting: Lent };
const aHouse = (): House => ({ portal: aDraftPortal(), lasting: aStorage() });
let keys = 100;

/** One tab of the browser. */
function aTab({ portal, lasting }: House, body: DraftBody = aBody(""), ofTab: Lent = aStorage()) {
  const copies = keptCopies(ACCOUNT, lasting, ofTab, () => `tab-${++keys}`);
  const first = { body, version: 0, at: null };
  const keeper = createDraftKeeper({
    accountId: ACCOUNT,
    portal,
    copies,
    newKey: () => keyOf(++keys),
    first,
  });
  return {
    keeper,
    copies,
    ofTab,
    type: (title: string) =>
      keeper.change((known) => ({ ...known, spec: { ...known.spec, title } })),
    title: () => keeper.state().body.spec.title,
    how: () => keeper.state().keeping.kind,
  };
}
const rest = () => vi.advanceTimersByTimeAsync(900);
const titleAt = ({ portal }: House, n = 1) => portal.drafts.get(idOf(n))?.title;

describe("what is being composed", () => {
  it("is nowhere before anything is typed", async () => {
    const house = aHouse();
    const { how, copies, keeper } = aTab(house);
    await rest();
    expect(how()).toBe("untouched");
    expect(house.portal.saves).toEqual([]);
    expect(copies.own(keeper.state().id)).toBeNull();
  });

  it("is in the browser with the first letter, and at the portal once typing rests", async () => {
    const house = aHouse();
    const { type, how, copies, keeper } = aTab(house);
    for (const title of ["A", "A m", "A museum"]) type(title);
    expect(how()).toBe("saving");
    expect(copies.own(idOf(1))?.body.spec.title).toBe("A museum");
    await rest();
    expect(keeper.state().keeping).toEqual({
      kind: "saved",
      at: house.portal.drafts.get(idOf(1))?.updatedAt,
    });
    expect(house.portal.saves).toHaveLength(1);
    expect(copies.own(idOf(1))).toBeNull();
  });

  it("is saved version by version, and what was typed meanwhile goes on top", async () => {
    const house = aHouse();
    const { type, how } = aTab(house);
    type("A");
    vi.advanceTimersByTime(800);
    type("AB");
    await rest();
    await rest();
    expect(how()).toBe("saved");
    expect(house.portal.drafts.get(idOf(1))).toMatchObject({ version: 2, title: "AB" });
  });

  it("is saved at once when the page is left", async () => {
    const house = aHouse();
    const { type, keeper } = aTab(house);
    type("A");
    keeper.leave();
    await vi.advanceTimersByTimeAsync(0);
    expect(titleAt(house)).toBe("A");
  });
});

describe("a portal that does not answer", () => {
  it("is asked again and again, while the browser keeps what is typed", async () => {
    const house = aHouse();
    const { type, keeper, copies, how } = aTab(house);
    house.portal.portal.isSilent = true;
    type("A");
    await rest();
    expect(keeper.state().keeping).toEqual({ kind: "unsaved", isKeptHere: true, refusal: null });
    type("AB");
    await vi.advanceTimersByTimeAsync(30_000);
    expect(how()).toBe("unsaved");
    expect(copies.own(idOf(1))?.body.spec.title).toBe("AB");
    house.portal.portal.isSilent = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(how()).toBe("saved");
    expect(titleAt(house)).toBe("AB");
    expect(copies.own(idOf(1))).toBeNull();
  });

  it("is asked at once when the network is back", async () => {
    const house = aHouse();
    const { type, keeper, how } = aTab(house);
    house.portal.portal.isSilent = true;
    type("A");
    await rest();
    house.portal.portal.isSilent = false;
    keeper.retry();
    await vi.advanceTimersByTimeAsync(0);
    expect(how()).toBe("saved");
  });

  it("and whose answer was lost has the draft once, and there is no conflict with oneself", async () => {
    const house = aHouse();
    const { type, how } = aTab(house);
    type("A");
    await rest();
    house.portal.portal.isAnswerLost = true;
    type("AB");
    await rest();
    expect(how()).toBe("unsaved");
    house.portal.portal.isAnswerLost = false;
    type("ABC");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(how()).toBe("saved");
    expect(house.portal.drafts.size).toBe(1);
    expect(house.portal.drafts.get(idOf(1))).toMatchObject({ version: 3, title: "ABC" });
  });

  it("is said to have refused where it did, and is not asked again before something changes", async () => {
    const house = aHouse();
    const { type, keeper, how } = aTab(house);
    house.portal.portal.refusal = "DRAFT_TOO_LARGE";
    type("A");
    await rest();
    expect(keeper.state().keeping).toMatchObject({
      kind: "unsaved",
      isKeptHere: true,
      refusal: { code: "DRAFT_TOO_LARGE" },
    });
    house.portal.portal.refusal = null;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(how()).toBe("unsaved");
    type("B");
    await rest();
    expect(how()).toBe("saved");
  });

  it("in a browser that keeps nothing, that is said", async () => {
    const house = { portal: aDraftPortal(), lasting: aStorage(true) };
    const { type, keeper } = aTab(house, aBody(""), aStorage(true));
    house.portal.portal.isSilent = true;
    type("A");
    await rest();
    expect(keeper.state().keeping).toMatchObject({ kind: "unsaved", isKeptHere: false });
  });
});

describe("two tabs on one draft", () => {
  /** Both show version 1; the other tab saves "theirs" first. */
  async function inConflict() {
    const house = aHouse();
    const before = aTab(house);
    before.type("first");
    await rest();
    const [theirs, mine] = [aTab(house, aBody("", 2)), aTab(house, aBody("", 3))];
    await theirs.keeper.open(idOf(1));
    await mine.keeper.open(idOf(1));
    theirs.type("theirs");
    await rest();
    mine.type("mine");
    await rest();
    return { house, mine };
  }

  it("do not overwrite each other: the later one is told, and keeps what it has", async () => {
    const { house, mine } = await inConflict();
    expect(mine.keeper.state().keeping).toMatchObject({
      kind: "conflict",
      theirs: { title: "theirs", version: 2 },
    });
    mine.type("mine, and more");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(titleAt(house)).toBe("theirs");
    expect(mine.title()).toBe("mine, and more");
    expect(mine.copies.own(idOf(1))?.body.spec.title).toBe("mine, and more");
  });

  it("can become two drafts, which are two jobs", async () => {
    const { house, mine } = await inConflict();
    mine.keeper.keepMine();
    await rest();
    expect(mine.how()).toBe("saved");
    expect([...house.portal.drafts.values()].map(({ title }) => title)).toEqual(["theirs", "mine"]);
    expect(mine.keeper.state().body.submissionKey).not.toBe(keyOf(1));
    expect(mine.copies.own(idOf(1))).toBeNull();
  });

  it("can go on with the other's, and what was typed here can be brought back", async () => {
    const { house, mine } = await inConflict();
    mine.keeper.takeTheirs();
    expect(mine.title()).toBe("theirs");
    const { aside } = mine.keeper.state();
    if (aside === null) throw new Error("it is kept aside");
    mine.type("theirs, and more");
    await rest();
    expect(titleAt(house)).toBe("theirs, and more");
    await mine.keeper.open(aside);
    await rest();
    expect(mine.title()).toBe("mine");
    expect(house.portal.drafts.get(aside)?.title).toBe("mine");
  });

  it("are told apart from a draft that was deleted or announced", async () => {
    const house = aHouse();
    const { type, keeper, title } = aTab(house);
    type("A");
    await rest();
    house.portal.drafts.clear();
    type("AB");
    await rest();
    expect(keeper.state().keeping).toEqual({ kind: "conflict", theirs: null });
    keeper.takeTheirs();
    expect(title()).toBe("AB");
    keeper.keepMine();
    await rest();
    expect([...house.portal.drafts.values()].map((draft) => draft.title)).toEqual(["AB"]);
  });
});

describe("a reload", () => {
  it("before anything was saved keeps what was typed", async () => {
    const house = aHouse();
    const before = aTab(house);
    house.portal.portal.isSilent = true;
    before.type("A museum");
    const after = aTab(house, aBody("", 2), before.ofTab);
    await after.keeper.open(idOf(1));
    expect(after.title()).toBe("A museum");
    expect(after.keeper.state().id).toBe(idOf(1));
    house.portal.portal.isSilent = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(titleAt(house)).toBe("A museum");
    expect(house.portal.drafts.size).toBe(1);
  });

  it("after it was saved shows what the portal has, also where the page was older", async () => {
    const house = aHouse();
    const before = aTab(house);
    before.type("A museum");
    await rest();
    const after = aTab(house, aBody("an older page"), before.ofTab);
    await after.keeper.open(idOf(1));
    expect(after.title()).toBe("A museum");
    expect(after.how()).toBe("saved");
  });

  it("between two saves goes on from what the browser kept", async () => {
    const house = aHouse();
    const before = aTab(house);
    before.type("A");
    await rest();
    house.portal.portal.isSilent = true;
    before.type("AB");
    house.portal.portal.isSilent = false;
    const after = aTab(house, aBody("", 2), before.ofTab);
    await after.keeper.open(idOf(1));
    await rest();
    expect(after.title()).toBe("AB");
    expect(house.portal.drafts.get(idOf(1))).toMatchObject({ version: 2, title: "AB" });
  });

  it("after another tab saved meanwhile ends in the same question", async () => {
    const house = aHouse();
    const before = aTab(house);
    before.type("A");
    await rest();
    before.type("mine");
    house.portal.put(aBody("theirs"), 2);
    const after = aTab(house, aBody("", 2), before.ofTab);
    await after.keeper.open(idOf(1));
    expect(after.title()).toBe("mine");
    expect(after.keeper.state().keeping).toMatchObject({
      kind: "conflict",
      theirs: { title: "theirs" },
    });
  });

  it("of a page whose last save was answered to nobody finds nothing to ask", async () => {
    const house = aHouse();
    const before = aTab(house);
    before.type("A");
    house.portal.put(aBody("A"), 1);
    const after = aTab(house, aBody("", 2), before.ofTab);
    await after.keeper.open(idOf(1));
    expect(after.how()).toBe("saved");
    expect(after.copies.own(idOf(1))).toBeNull();
  });
});

describe("opening a draft", () => {
  it("that is not there, or that another form saved, is said, and nothing is lost", async () => {
    const house = aHouse();
    const { keeper, type, title } = aTab(house);
    await keeper.open(idOf(9));
    expect(keeper.state().unopened).toBe("missing");
    const old = { ...house.portal.put(aBody("old", 9), 1), body: null, stored: { v: 0 } };
    house.portal.drafts.set(idOf(9), old);
    await keeper.open(idOf(9));
    expect(keeper.state().unopened).toMatchObject({ stored: { v: 0 } });
    house.portal.portal.isSilent = true;
    await keeper.open(idOf(8));
    expect(keeper.state().unopened).toBe("silent");
    type("still here");
    expect(title()).toBe("still here");
  });

  it("saves the one before, and does not take away what is typed in the meantime", async () => {
    const house = aHouse();
    const { keeper, type, title } = aTab(house);
    house.portal.put(aBody("another", 5), 1);
    type("A");
    await keeper.open(idOf(5));
    expect(title()).toBe("another");
    expect(titleAt(house)).toBe("A");
    const opening = keeper.open(idOf(1));
    keeper.begin(aBody("an example", 6));
    await opening;
    expect(title()).toBe("an example");
    await rest();
    expect(titleAt(house, 6)).toBe("an example");
  });

  it("that a tab which is gone kept, goes on from there", async () => {
    const house = aHouse();
    const gone = aTab(house);
    gone.type("left behind");
    const { keeper, copies, title } = aTab(house, aBody("", 2));
    const [found] = copies.others();
    if (found === undefined) throw new Error("it lies in the browser");
    await keeper.resume(found);
    copies.discard(found.place);
    expect(title()).toBe("left behind");
    expect(copies.others()).toEqual([]);
    await rest();
    expect(titleAt(house)).toBe("left behind");
  });
});

it("after its job is announced, nothing is kept of it anywhere", async () => {
  const house = aHouse();
  const { keeper, type, copies } = aTab(house);
  type("A");
  await rest();
  type("AB");
  await keeper.forget();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(house.portal.drafts.size).toBe(0);
  expect(copies.own(idOf(1))).toBeNull();
});

it("another person's copies in the same browser are not shown", () => {
  const house = aHouse();
  aTab(house).type("mine");
  const others = keptCopies("usr-ada", house.lasting, aStorage(), () => "tab-ada").others();
  expect(others).toEqual([]);
});

it("a draft that is deleted leaves an empty one, which is nowhere yet", async () => {
  const house = aHouse();
  const { keeper, type, title, how } = aTab(house);
  type("A");
  await rest();
  await keeper.discard();
  expect(title()).toBe("");
  expect(how()).toBe("untouched");
  expect(keeper.state().id).not.toBe(idOf(1));
  expect(house.portal.drafts.size).toBe(0);
});
