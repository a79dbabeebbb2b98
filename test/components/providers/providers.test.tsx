import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { ProviderRules } from "@/components/providers/provider-rules";
import { ProviderTable } from "@/components/providers/provider-table";
import { CountryCode } from "@/schemas/country";
import type { Instant } from "@/schemas/primitives";
import type { ProviderList, ProviderRuleView, ProviderView } from "@/schemas/snapshot";

afterEach(cleanup);

const at = (time: string) => `2026-11-22T${time}.000Z` as Instant;
const DE = CountryCode.parse("DE");
const KE = CountryCode.parse("KE");
const ID = `0x${"ab".repeat(20)}`;

const aProvider = (fields: Partial<ProviderView> = {}): ProviderView => ({
  id: ID,
  name: "provider-1",
  simulated: false,
  countries: [DE, KE],
  lastExit: { verdict: "verified", country: KE, asn: 64_500, at: at("09:00:00") },
  settled: 3,
  lost: 1,
  failures: [],
  rule: null,
  standing: { kind: "rentable" },
  lastContact: { event: "settled", at: at("11:48:00") },
  ...fields,
});
const aRule = (fields: Partial<ProviderRuleView> = {}): ProviderRuleView => ({
  providerId: ID,
  name: "provider-1",
  rule: "deny",
  reason: "Its owner asked not to be used.",
  at: at("08:00:00"),
  ...fields,
});

function show(providers: readonly ProviderView[], fields: Partial<ProviderList> = {}) {
  const since = "2026-10-23T12:00:00.000Z" as Instant;
  const list = { at: at("12:00:00"), since, providers, notShown: 0, rules: [], ...fields };
  render(<ProviderTable list={list} />);
  return screen
    .queryAllByRole("row")
    .slice(1)
    .map((row) => within(row).getAllByRole("cell"));
}
const textOf = (cells: readonly HTMLElement[] | undefined) =>
  cells?.map(({ textContent }) => textContent).join(" | ");

describe("a provider's row", () => {
  it("says where it was rented, how its exit was judged, and how that went, each with its age", () => {
    const text = textOf(show([aProvider()])[0]);
    expect(text).toContain("rented for Germany and Kenya");
    expect(text).toContain("exit verified");
    expect(text).toContain("AS64500");
    expect(text).toContain("3 hours ago, 22 Nov 2026, 09:00:00 UTC");
    expect(text).toContain("3 settled, 1 lost");
    expect(text).toContain("may be rented");
    expect(text).toContain("a session settled12 minutes ago, 22 Nov 2026, 11:48:00 UTC");
    expect(text).not.toContain("simulated");
    expect(screen.queryByRole("list", { name: "Failures" })).toBeNull();
  });

  it("can be led to by the provider's id", () => {
    show([aProvider()]);
    expect(document.getElementById(ID)?.textContent).toContain("provider-1");
  });

  it("fills in nothing that nobody saw", () => {
    const text = textOf(show([aProvider({ countries: [], lastExit: null })])[0]);
    expect(text).toContain("not rented");
    expect(text).toContain("not looked at");
    cleanup();
    const lastExit = {
      verdict: "unverifiable",
      country: DE,
      asn: null,
      at: at("09:00:00"),
    } as const;
    expect(textOf(show([aProvider({ lastExit })])[0])).toContain("network not known");
  });

  it("tells failures by kind, with what was said of the newest", () => {
    const failures = [
      { kind: "bill-rejected", count: 2, detail: "far too much", at: at("10:00:00") },
      { kind: "overpriced", count: 1, detail: null, at: at("10:00:00") },
      { kind: "some-new-kind", count: 1, detail: null, at: at("10:00:00") },
    ];
    show([aProvider({ failures })]);
    const items = within(screen.getByRole("list", { name: "Failures" })).getAllByRole("listitem");
    expect(items.map(({ textContent }) => textContent)).toEqual([
      "2 bills that were refusedlast: far too much",
      "1 offer above the price limit",
      "1 some-new-kind",
    ]);
  });

  it.each<[string, Partial<ProviderView>, readonly string[]]>([
    [
      "an admin",
      {
        standing: { kind: "denied" },
        rule: { rule: "deny", reason: "Its owner asked.", at: at("08:00:00") },
      },
      ["denied by an admin", "Its owner asked."],
    ],
    [
      "failures",
      { standing: { kind: "left-alone", until: at("12:30:00"), failures: 2, after: "lost" } },
      ["left alone", "until 22 Nov 2026, 12:30:00 UTC after 2 failures", "a session was lost"],
    ],
    ["a list", { standing: { kind: "not-allowed" } }, ["not on the list", "only these are rented"]],
  ])("says that %s keeps it from being rented, and why", (_, fields, words) => {
    const text = textOf(show([aProvider(fields)])[0]);
    for (const word of words) expect(text).toContain(word);
    expect(text).not.toContain("may be rented");
  });

  it("says that an admin allows it, and still that it is left alone", () => {
    const rule = { rule: "allow", reason: "our own", at: at("08:00:00") } as const;
    const standing = {
      kind: "left-alone",
      until: at("12:30:00"),
      failures: 1,
      after: "lost",
    } as const;
    const text = textOf(show([aProvider({ rule, standing })])[0]);
    expect(text).toContain("Allowed by an admin: our own");
    expect(text).toContain("left alone");
  });

  it("shows a name as text, and what hides in it by its name", () => {
    const name = "<img src=x onerror=alert(1)>\u202egnp.evil";
    const cells = show([aProvider({ name }), aProvider({ id: `0x${"cd".repeat(20)}`, name: " " })]);
    expect(document.querySelector("img")).toBeNull();
    expect(textOf(cells[0])).toContain("<img src=x onerror=alert(1)>RLOgnp.evil");
    expect(document.body.textContent).not.toContain("\u202e");
    expect(textOf(cells[1])).toContain("no name");
  });

  it("is marked when it is simulated, and not when that is not known", () => {
    const rows = show([
      aProvider({ simulated: true }),
      aProvider({ id: `0x${"cd".repeat(20)}`, simulated: null }),
    ]);
    expect(textOf(rows[0])).toContain("simulated");
    expect(textOf(rows[1])).not.toContain("simulated");
  });
});

describe("the table of providers", () => {
  it("says how many it does not show", () => {
    show([aProvider()], { notShown: 1 });
    expect(document.body.textContent).toContain("2 providers met since 23 Oct 2026");
    expect(document.body.textContent).toContain("The 1 provider met longest ago is not shown.");
    cleanup();
    show([aProvider()]);
    expect(document.body.textContent).not.toContain("not shown");
  });

  it("says that nobody was met", () => {
    expect(show([])).toEqual([]);
    expect(screen.getByText("No provider was met in the last 30 days.")).toBeTruthy();
  });

  it("names every cell but the first, for a phone", () => {
    for (const [first, ...others] of show([aProvider()])) {
      expect(first?.dataset.label).toBeUndefined();
      const heads = screen.getAllByRole("columnheader").map(({ textContent }) => textContent);
      expect(others.map(({ dataset }) => dataset.label)).toEqual(heads.slice(1));
      // A stacked cell is a grid of its label and one element.
      for (const { childElementCount } of others) expect(childElementCount).toBe(1);
    }
  });
});

describe("what admins ruled", () => {
  it("stands with its reason, and leads to who was met", () => {
    const other = `0x${"cd".repeat(20)}`;
    render(<ProviderRules rules={[aRule(), aRule({ providerId: other, name: null })]} />);
    const [met, unmet] = screen.getAllByRole("listitem");
    expect(met?.textContent).toContain("denied");
    expect(met?.textContent).toContain("Its owner asked not to be used.");
    expect(
      within(met ?? document.body)
        .getByRole("link")
        .getAttribute("href"),
    ).toBe(`/providers#${ID}`);
    expect(unmet?.textContent).toContain("not met in the time that is shown");
    expect(within(unmet ?? document.body).queryByRole("link")).toBeNull();
    expect(document.body.textContent).toContain(
      "all may be rented who are neither denied nor left alone",
    );
  });

  it("says what it means for all others when one is allowed, and that there is no rule", () => {
    render(<ProviderRules rules={[aRule({ rule: "allow" })]} />);
    expect(document.body.textContent).toContain("nobody else is rented");
    cleanup();
    render(<ProviderRules rules={[]} />);
    expect(screen.getByText("There is no rule.")).toBeTruthy();
  });
});
