import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { AppRouterContext } from "next/dist/shared/lib/app-router-context.shared-runtime";
import { afterEach, describe, expect, it } from "vitest";
import { ExportLinks } from "@/components/explore/export-links";
import { FilterChips } from "@/components/explore/filter-chips";
import { FilterForm } from "@/components/explore/filter-form";
import { IgnoredNote } from "@/components/explore/ignored-note";
import { MoreAnswers } from "@/components/explore/more-answers";
import { StateFacets } from "@/components/explore/state-facets";
import type { ExploreQuery } from "@/schemas/explore";
import { EVERYTHING, parseExploreQuery, parseExportQuery } from "@/server/domain/explore/query";
import { aCount, someFacets } from "@/test/components/explore/a-row";
import { aJobId, DE } from "@/test/support/builders";

afterEach(cleanup);

const asked = (query: string): ExploreQuery => parseExploreQuery(new URLSearchParams(query)).query;
const hrefOf = (name: string | RegExp) => screen.getByRole("link", { name }).getAttribute("href");
const hrefs = () => screen.getAllByRole("link").map((link) => link.getAttribute("href") ?? "");
const CURSOR = `1.tsk-${"a".repeat(26)}`;

/** No link leads to a query that is not understood. */
function expectUnderstood(links: readonly string[]): void {
  expect(links.length).toBeGreaterThan(0);
  for (const link of links) {
    const { pathname, searchParams } = new URL(link, "http://portal.test");
    const { problems } =
      pathname === "/explore" ? parseExploreQuery(searchParams) : parseExportQuery(searchParams);
    expect(problems, link).toEqual([]);
  }
}

describe("the filters in use", () => {
  it("are each a link to the same query without it, at its first page", () => {
    const query = `q=vell+dam&country=DE&country=KE&language=ar&state=refused&job=${aJobId()}&prompt=p1&data=real&cursor=${CURSOR}`;
    render(<FilterChips query={asked(query)} jobTitle="Dams" />);
    const without = (part: string) =>
      `/explore?${query.replace(`&cursor=${CURSOR}`, "").replace(part, "")}`;
    expect(hrefOf("Remove the filter: contains “vell dam”")).toBe(without("q=vell+dam&"));
    expect(hrefOf("Remove the filter: from Kenya")).toBe(without("&country=KE"));
    expect(hrefOf("Remove the filter: in Arabic")).toBe(without("&language=ar"));
    expect(hrefOf("Remove the filter: refused")).toBe(without("&state=refused"));
    expect(hrefOf("Remove the filter: job Dams")).toBe(without(`&job=${aJobId()}`));
    expect(hrefOf("Remove the filter: prompt p1")).toBe(without("&prompt=p1"));
    expect(hrefOf("Remove the filter: real data")).toBe(without("&data=real"));
    expect(hrefOf("Remove all filters")).toBe("/explore");
    expectUnderstood(hrefs());
  });

  it("are not there when nothing is filtered by", () => {
    const { container } = render(<FilterChips query={EVERYTHING} jobTitle={null} />);
    expect(container.innerHTML).toBe("");
  });

  it("name a job by its id when its title is not known", () => {
    render(<FilterChips query={asked(`job=${aJobId()}`)} jobTitle={null} />);
    expect(screen.getByRole("link", { name: `Remove the filter: job ${aJobId()}` })).toBeTruthy();
  });
});

describe("the states", () => {
  it("are chosen and left by a link, with how many there are", () => {
    render(<StateFacets query={asked("state=refused&country=DE")} count={aCount()} />);
    expect(hrefOf(/answered.*2/)).toBe("/explore?country=DE&state=answered&state=refused");
    expect(hrefOf(/refused.*1.*chosen/)).toBe("/explore?country=DE");
    expectUnderstood(hrefs());
  });

  it("say over how many they are counted when there are more", () => {
    render(<StateFacets query={EVERYTHING} count={aCount({ areStatesCut: true })} />);
    expect(screen.getByText("Counted over the newest 10,000 of them.")).toBeTruthy();
  });

  it("keep a chosen state that nothing is in", () => {
    render(<StateFacets query={asked("state=geoblocked")} count={aCount({ states: {} })} />);
    expect(hrefOf(/blocked for this country.*0/)).toBe("/explore");
  });
});

describe("what was not understood", () => {
  it("is said, eight sentences at most, as text", () => {
    const problems = Array.from({ length: 10 }, (_, i) => `“<b>${i}\u202e</b>” is wrong.`);
    const { container } = render(<IgnoredNote problems={problems} />);
    const note = screen.getByRole("alert");
    expect(within(note).getAllByRole("listitem")).toHaveLength(9);
    expect(note.textContent).toContain("And 2 more.");
    expect(note.textContent).toContain("RLO");
    expect(container.querySelector("b")).toBeNull();
  });

  it("is nothing when there is nothing", () => {
    expect(render(<IgnoredNote problems={[]} />).container.innerHTML).toBe("");
  });
});

describe("the exports", () => {
  it("are of the rows on this page, and of all that match", () => {
    const query = asked(`q=dam&cursor=${CURSOR}`);
    render(<ExportLinks query={query} count={aCount({ matches: 120 })} rows={50} />);
    expect(hrefOf(/^These 50 as CSV/)).toBe(`/explore.csv?q=dam&cursor=${CURSOR}`);
    expect(hrefOf(/^All 120 as JSON/)).toBe("/explore.json?q=dam&all=1");
    expectUnderstood(hrefs());
    for (const link of screen.getAllByRole("link")) {
      expect(link.textContent).toContain("simulated");
      expect(link.getAttribute("download")).toContain("simulated");
    }
  });

  it("say where they are cut", () => {
    const count = aCount({ matches: 10_000, isMore: true, isAnySimulated: false });
    render(<ExportLinks query={EVERYTHING} count={count} rows={50} />);
    expect(hrefOf("The newest 10,000 as CSV")).toBe("/explore.csv?all=1");
  });

  it("are one pair when the page has all of it", () => {
    render(<ExportLinks query={EVERYTHING} count={aCount()} rows={3} />);
    expect(hrefs()).toEqual(["/explore.csv", "/explore.json"]);
  });
});

describe("from an answer to others", () => {
  it("every link is a query that is understood", () => {
    const props = { job: aJobId(), prompt: "p1", service: "gpt", country: DE };
    render(<MoreAnswers {...props} state="refused" />);
    expect(hrefs()).toEqual([
      `/explore?job=${aJobId()}&prompt=p1`,
      "/explore?country=DE",
      "/explore?service=gpt",
      "/explore?state=refused",
    ]);
    expectUnderstood(hrefs());
    cleanup();
    render(<MoreAnswers {...props} state={null} />);
    expect(hrefs()).toHaveLength(3);
  });
});

describe("the form", () => {
  /** Shows the form as the app does. @returns where it led. */
  function show(query: ExploreQuery, facets = someFacets()) {
    const pushed: string[] = [];
    const nothing = () => {};
    const router = {
      push: (href: string) => void pushed.push(href),
      refresh: nothing,
      replace: nothing,
      back: nothing,
      forward: nothing,
      prefetch: nothing,
      bfcacheId: "0",
    };
    const page = (now: ExploreQuery) => (
      <AppRouterContext.Provider value={router}>
        <FilterForm query={now} facets={facets} jobTitle={null} />
      </AppRouterContext.Provider>
    );
    const { rerender } = render(page(query));
    return { pushed, follow: (now: ExploreQuery) => rerender(page(now)) };
  }
  const text = () =>
    screen.getByRole<HTMLInputElement>("searchbox", { name: "Text in the answer" });
  const tick = (name: string) => screen.getByRole<HTMLInputElement>("checkbox", { name });
  const search = () => fireEvent.submit(screen.getByRole("form", { name: "Filter answers" }));

  it("leads to its query in its one spelling", () => {
    const { pushed } = show(EVERYTHING);
    fireEvent.change(text(), { target: { value: "  vell dam " } });
    fireEvent.click(tick("Kenya"));
    fireEvent.click(tick("Germany"));
    fireEvent.click(tick("refused"));
    fireEvent.click(tick("Arabic"));
    fireEvent.change(screen.getByRole("combobox", { name: "Job" }), {
      target: { value: aJobId() },
    });
    fireEvent.click(screen.getByRole("radio", { name: "real only" }));
    search();
    expect(pushed).toEqual([
      `/explore?q=vell+dam&country=DE&country=KE&language=ar&state=refused&job=${aJobId()}&data=real`,
    ]);
  });

  it("leads to everything when nothing is filled in, and takes along what is not understood", () => {
    const { pushed } = show(EVERYTHING);
    search();
    fireEvent.change(text(), { target: { value: "a" } });
    search();
    expect(pushed).toEqual(["/explore", "/explore?q=a"]);
  });

  it("is filled in with the query, also with what was never asked here", () => {
    show(asked(`q=dam&country=KE&country=AR&data=simulated&prompt=p1&job=${aJobId(9)}`));
    expect(text().value).toBe("dam");
    expect(tick("Kenya").checked).toBe(true);
    expect(tick("Germany").checked).toBe(false);
    expect(tick("Argentina").checked).toBe(true);
    expect(screen.getByRole<HTMLInputElement>("radio", { name: "simulated only" }).checked).toBe(
      true,
    );
    expect(screen.getByRole<HTMLSelectElement>("combobox", { name: "Job" }).value).toBe(aJobId(9));
  });

  it("keeps a prompt that it has no control for", () => {
    const { pushed } = show(asked("prompt=p1"));
    search();
    expect(pushed).toEqual(["/explore?prompt=p1"]);
  });

  it("follows the address, when that changes elsewhere", () => {
    const { follow } = show(asked("q=dam&country=KE"));
    fireEvent.change(text(), { target: { value: "something else" } });
    follow(asked("country=DE&state=refused"));
    expect(text().value).toBe("");
    expect([tick("Kenya").checked, tick("Germany").checked]).toEqual([false, true]);
    expect(tick("refused").checked).toBe(true);
    expect(screen.getByRole<HTMLInputElement>("radio", { name: /and real/ }).checked).toBe(true);
  });

  it("is a plain form for browsers without JavaScript", () => {
    show(EVERYTHING);
    const form = screen.getByRole("form", { name: "Filter answers" });
    expect([form.getAttribute("action"), form.getAttribute("method")]).toEqual(["/explore", "get"]);
  });

  it("offers nothing where nothing was asked", () => {
    show(EVERYTHING, { countries: [], services: [], languages: [], jobs: [] });
    expect(screen.getAllByText("Nothing was asked yet.")).toHaveLength(3);
  });
});
