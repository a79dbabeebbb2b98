import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CitePanel } from "@/components/cite/cite-panel";
import { QuoteAnswer } from "@/components/cite/quote-answer";
import { ComparisonExports } from "@/components/comparison/comparison-exports";
import { CITATION_STYLES, citation } from "@/server/domain/cite/citation";
import { aWork } from "@/test/domain/cite/a-work";
import { aJobId, KE } from "@/test/support/builders";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** A clipboard that remembers. */
function aClipboard(): readonly string[] {
  const copied: string[] = [];
  vi.stubGlobal("navigator", {
    clipboard: { writeText: async (text: string) => void copied.push(text) },
  });
  return copied;
}
const press = async (name: string) => {
  fireEvent.click(screen.getByRole("button", { name }));
  await act(async () => {});
};

describe("the citation panel", () => {
  it("has the citation in every style as text, whatever the browser can do", () => {
    render(<CitePanel work={aWork()} />);
    const panel = screen.getByRole("region", { name: "Citation" });
    for (const style of CITATION_STYLES)
      expect(panel.textContent).toContain(citation(aWork(), style).trimEnd());
    const names = [...panel.querySelectorAll("details")].map((details) =>
      details.getAttribute("name"),
    );
    expect(new Set(names).size).toBe(1);
  });

  it("copies what it shows", async () => {
    const copied = aClipboard();
    render(<CitePanel work={aWork()} />);
    await press("Copy: the permalink");
    await press("Copy: APA, 7th edition");
    await press("Copy: CSL-JSON");
    expect(copied).toEqual([aWork().url, citation(aWork(), "apa"), citation(aWork(), "csl-json")]);
    expect(screen.getAllByText("copied")).toHaveLength(3);
  });

  it("says when it could not copy", async () => {
    vi.stubGlobal("navigator", {});
    render(<CitePanel work={aWork()} />);
    await press("Copy: BibTeX");
    expect(screen.getByText("not copied")).toBeTruthy();
  });

  it("gives BibTeX and CSL-JSON as files that say where their data comes from", async () => {
    render(<CitePanel work={aWork({ simulated: true })} />);
    const links = screen
      .getAllByRole("link", { name: /^Download/ })
      .map((link) => [link.getAttribute("download"), link.getAttribute("href") ?? ""]);
    expect(links.map(([name]) => name)).toEqual([
      `beacon-${aWork().id}-simulated.bib`,
      `beacon-${aWork().id}-simulated.json`,
    ]);
    const [, href = ""] = links[1] ?? [];
    expect(decodeURIComponent(href?.split(",").slice(1).join(",") ?? "")).toBe(
      citation(aWork({ simulated: true }), "csl-json"),
    );
  });

  it("names permalink, content address and log entry, and none that there is not", () => {
    render(<CitePanel work={aWork()} />);
    expect(
      screen.getByRole("button", { name: `Copy the content address ${aWork().cid}` }),
    ).toBeTruthy();
    expect(
      screen.getByRole("link", { name: /^entry 41 of beacon\.local/ }).getAttribute("href"),
    ).toBe("/log/41");
    cleanup();
    render(<CitePanel work={aWork({ cid: null, log: { origin: "o", index: null } })} />);
    expect(screen.getByText("none: nothing came back")).toBeTruthy();
    expect(screen.getByText("not in a published checkpoint yet")).toBeTruthy();
  });
});

describe("a quote", () => {
  it("is the answer with its source, and is copied whole", async () => {
    const copied = aClipboard();
    const answer = {
      text: "أُغلق السدّ عام ١٩٧٧ بقرار من اللجنة، ولم يُستأنف القرار بعد ذلك قطّ في أي محكمة من محاكم البلاد كلها منذ ذلك العام\u202e",
      service: "gpt",
      model: "gpt",
      country: KE,
      state: "answered",
    } as const;
    render(<QuoteAnswer answer={answer} work={aWork()} />);
    await press("Copy the answer with its source");
    const [quote = ""] = copied;
    expect(quote).toContain(
      `— gpt, asked from Kenya on 2026-11-22 (UTC); state: answered; 1 invisible`,
    );
    expect(quote).not.toContain("\u202e");
    expect(screen.getByText(/^أُغلق/).getAttribute("dir")).toBe("rtl");
  });
});

describe("the exports of a comparison", () => {
  it("are of what the page shows, and say that they are simulated", () => {
    const choice = { prompt: "p1", service: "gpt", repeat: 2 };
    render(<ComparisonExports jobId={aJobId()} choice={choice} simulated />);
    const files = within(screen.getAllByRole("list")[0] as HTMLElement).getAllByRole("link");
    expect(files.map((link) => link.getAttribute("href"))).toEqual([
      `/jobs/${aJobId()}/comparison.csv?prompt=p1&service=gpt&repeat=3`,
      `/jobs/${aJobId()}/answers.csv?prompt=p1&service=gpt&repeat=3`,
      `/jobs/${aJobId()}/comparison.json?prompt=p1&service=gpt&repeat=3`,
    ]);
    for (const file of files) expect(file.textContent).toContain("simulated");
    expect(screen.getByRole("link", { name: /^All repeats/ }).getAttribute("href")).toBe(
      `/explore?service=gpt&job=${aJobId()}&prompt=p1`,
    );
  });
});
