import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Choice } from "@/components/comparison/choice";
import { DifferenceCard } from "@/components/comparison/difference-card";
import { pairFrom } from "@/components/comparison/pair";
import { JobId } from "@/schemas/primitives";
import type { ResponseExcerpt } from "@/schemas/snapshot";
import { anExcerpt, cellOf, taskIdIn } from "@/test/components/comparison/an-excerpt";
import { DE, KE } from "@/test/support/builders";

afterEach(cleanup);

const choice: Choice = {
  prompt: "vell-dam",
  service: "control-open",
  repeat: 0,
  a: null,
  b: null,
  outcome: "refused",
  scope: "prompt",
};
const id = JobId.parse(`job-${"a".repeat(26)}`);
const all = [DE, KE].flatMap((country) => [0, 1].map((repeat) => anExcerpt({ country, repeat })));

function show(excerpts: readonly ResponseExcerpt[], chosen: Partial<Choice> = {}) {
  const made = { ...choice, ...chosen };
  return render(
    <DifferenceCard
      job={{ id }}
      choice={made}
      pair={pairFrom(made, excerpts.map(cellOf), excerpts)}
      excerpts={excerpts}
      language="en"
      background={null}
    />,
  );
}

const queryOf = (link: HTMLElement) =>
  Object.fromEntries(new URL(link.getAttribute("href") ?? "", "http://x").searchParams);

describe("the choice of two answers", () => {
  it("keeps the reference while the other answer changes, in the address of each link", () => {
    show(all);
    const repeats = screen.getByRole("navigation", { name: "Repeat, other answer" });
    const links = within(repeats).getAllByRole("link");
    expect(links.map(({ textContent }) => textContent)).toEqual(["1", "2"]);
    expect(links[0]?.getAttribute("aria-current")).toBe("true");
    expect(links.map(queryOf)).toMatchObject([
      { a: taskIdIn(DE, 0), b: taskIdIn(KE, 0) },
      { a: taskIdIn(DE, 0), b: taskIdIn(KE, 1) },
    ]);
  });

  it("follows the address", () => {
    show(all, { a: taskIdIn(KE, 1), b: taskIdIn(KE, 0) });
    const chosen = screen.getByRole("navigation", { name: "Country, reference" });
    expect(within(chosen).getByRole("link", { current: true }).textContent).toBe("Kenya");
    const evidence = screen.getByRole("link", { name: "Evidence of the reference" });
    expect(evidence.getAttribute("href")).toBe(`/responses/${taskIdIn(KE, 1)}`);
  });

  it("says of an answer whose exit was elsewhere that no figure counts it", () => {
    show(
      all.map((one) => ({ ...one, isElsewhere: one.country === KE })),
      { b: taskIdIn(KE, 0) },
    );
    expect(screen.getByText(/Left out of all figures/)).toBeTruthy();
  });

  it("says that there is nothing to compare where fewer than two responses came back", () => {
    show(all.slice(0, 1));
    expect(screen.getByText(/only one response came back/)).toBeTruthy();
    cleanup();
    show([]);
    expect(screen.getByText(/no response came back/)).toBeTruthy();
  });

  it("can be sent to somebody: its whole address goes to the clipboard", async () => {
    const writeText = vi.fn<(text: string) => Promise<void>>(async () => undefined);
    Object.assign(navigator, { clipboard: { writeText } });
    show(all);
    fireEvent.click(screen.getByRole("button", { name: "Copy link to these two answers" }));
    expect(await screen.findByText("copied")).toBeTruthy();
    const [address] = writeText.mock.calls[0] ?? [];
    expect(address).toMatch(
      new RegExp(`^http.*/jobs/${id}\\?.*a=${taskIdIn(DE, 0)}.*#differences$`),
    );
  });

  it("says so where there is no clipboard", async () => {
    Object.assign(navigator, { clipboard: undefined });
    show(all);
    fireEvent.click(screen.getByRole("button", { name: "Copy link to these two answers" }));
    expect(await screen.findByText("not copied")).toBeTruthy();
  });
});
