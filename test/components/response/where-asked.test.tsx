import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { WhereAsked } from "@/components/response/where-asked";
import { HOME } from "@/schemas/country";
import type { ExitLook, FailedLook, VantageDocument } from "@/schemas/evidence";
import { ImagePin } from "@/schemas/job-spec";
import type { ResponseSnapshot } from "@/schemas/snapshot";
import { jobIdFrom, sessionIdFrom } from "@/server/domain/identity";
import { type VantageFacts, vantageDocumentOf } from "@/server/domain/vantage/vantage-document";
import {
  AT,
  aClaim,
  aFailedLook,
  aLook,
  DE,
  fourLooks,
  KE,
  saying,
  ZA,
} from "@/test/domain/vantage/a-look";

afterEach(cleanup);

const IMAGE = "ef".repeat(28);
const documentOf = (
  looks: readonly ExitLook[] = fourLooks(),
  fields: Partial<VantageFacts> = {},
  failed: readonly FailedLook[] = [],
): VantageDocument =>
  vantageDocumentOf({
    job: jobIdFrom(new Uint8Array(16)),
    session: sessionIdFrom(new Uint8Array(16)),
    looks,
    failed,
    vantage: {
      country: KE,
      claims: [aClaim()],
      provider: { id: `0x${"ab".repeat(20)}`, name: "mara-cloud" },
      agreementId: "agreement-7",
      activityId: "activity-9",
      image: ImagePin.parse({ url: "https://images.example/exit.gvmi", sha3_224: IMAGE }),
      manifestSha256: new Uint8Array(32).fill(7),
      simulated: false,
      ...fields,
    },
  });

type Session = NonNullable<ResponseSnapshot["session"]>;
const sessionOf = (geo: VantageDocument | null, fields: Partial<Session> = {}): Session => ({
  id: sessionIdFrom(new Uint8Array(16)),
  country: KE,
  status: "SETTLED",
  providerId: `0x${"ab".repeat(20)}`,
  providerName: "mara-cloud",
  agreementId: "agreement-7",
  activityId: "activity-9",
  verdict: geo?.verdict ?? null,
  startedAt: AT,
  endedAt: AT,
  costGlm: null,
  endReason: null,
  geo,
  ...fields,
});
const show = (geo: VantageDocument | null, fields: Partial<Session> = {}) =>
  render(<WhereAsked country={KE} session={sessionOf(geo, fields)} />).container;
const notes = () =>
  within(screen.getByRole("list", { name: "To be minded" }))
    .getAllByRole("listitem")
    .map(({ textContent }) => textContent);

describe("where a question was asked", () => {
  it("says the verdict before anything else, and folds the details away", () => {
    const page = show(documentOf());
    expect(page.textContent).toMatch(
      /^Asked through an exit in Kenya\.2 echo services saw the address over TLS, and every database that knows it places it in Kenya\.exit verified/,
    );
    for (const folded of page.querySelectorAll("details")) expect(folded.open).toBe(false);
  });

  it("explains that a mismatch never enters a comparison, and names where the exit was", () => {
    const page = show(
      documentOf([...fourLooks(), aLook({ echo: "https://c.example/", opinions: saying(DE, ZA) })]),
    );
    expect(page.textContent).toMatch(/^Not asked from Kenya\./);
    expect(page.textContent).toContain("elsewhere: Germany and South Africa");
    expect(page.textContent).toContain("it never enters a comparison");
  });

  it("says of what was only observed what is missing", () => {
    const page = show(documentOf([aLook({ opinions: saying(KE, ZA) }), aLook({ when: "after" })]));
    expect(page.textContent).toMatch(/^Asked through an exit that is perhaps in Kenya\./);
    expect(page.textContent).toContain("The databases disagree on where its address is.");
    expect(page.textContent).toContain("Fewer than two echo services saw the address over TLS.");
  });

  it("says whether no look came back or nobody knows the address", () => {
    expect(show(documentOf([])).textContent).toContain("No look at the exit came back.");
    cleanup();
    expect(show(documentOf(fourLooks({ opinions: saying(null) }))).textContent).toContain(
      "No database knows the address that was seen.",
    );
  });

  it("shows every look: echo service, address, what each database says and of when it is", () => {
    const looks = [
      aLook({ opinions: saying(KE, null) }),
      aLook({
        when: "after",
        echo: "http://echo-b.example:8080/ip",
        address: "41.90.65.9",
        peer: { address: null, tls: null },
        opinions: saying(ZA, KE),
      }),
    ];
    show(documentOf(looks));
    const table = screen.getByRole("region", { name: "Looks at the exit", hidden: true });
    const [, first, second] = within(table).getAllByRole("row", { hidden: true });
    for (const words of [
      "before the first task",
      "echo-a.example",
      "TLSv1.3",
      "41.90.64.1",
      "Kenya",
      "does not know the address",
      "80 ms",
    ])
      expect(first?.textContent).toContain(words);
    for (const words of [
      "after the last task",
      "echo-b.example:8080",
      "without TLS",
      "41.90.65.9",
      "South Africa",
    ])
      expect(second?.textContent).toContain(words);
    expect(table.querySelector("thead")?.textContent).toContain("db-0made 2026-06-17");
  });

  it("marks an opinion as not measured where a database was not asked in a look", () => {
    show(documentOf([aLook(), aLook({ when: "after", opinions: saying(KE) })]));
    const table = screen.getByRole("region", { name: "Looks at the exit", hidden: true });
    expect(within(table).getByText("not measured")).toBeDefined();
  });

  it("shows claims by source, network and kind, distance, image, manifest, provider and agreement", () => {
    const claims = [aClaim(), aClaim({ country: null, source: "offer of the provider" })];
    const page = show(documentOf(fourLooks(), { claims }));
    for (const words of [
      "Kenya, by relay address 41.90.64.1, db-0",
      "not known, by offer of the provider",
      "Safaricom Limited (AS33771), kind not known",
      "at most 11,992 km away from the machine that asked",
    ])
      expect(page.textContent).toContain(words);
    for (const value of [
      IMAGE,
      "07".repeat(32),
      `0x${"ab".repeat(20)}`,
      "agreement-7",
      "activity-9",
    ])
      expect(page.querySelector(`button[title="${value}"]`)).not.toBeNull();
  });

  it("claims no distance where the round trips were too slow for any, and none where nothing came back", () => {
    expect(show(documentOf(fourLooks({ round_trip_ms: 400 }))).textContent).toContain(
      "anywhere on Earth",
    );
    cleanup();
    expect(show(documentOf([])).textContent).toContain("Distancenot measured");
  });

  it("says that no manifest was sent, and that nobody claimed anything", () => {
    const page = show(documentOf(fourLooks(), { manifestSha256: null, claims: [] }));
    expect(page.textContent).toContain("none was sent: the exit was not asked for");
    expect(page.textContent).toContain("No source was asked, or none answered.");
  });

  it("tells what is to be minded", () => {
    const hosting = { asn: 24_940, name: "Hetzner Online GmbH", kind: "hosting" as const };
    show(
      documentOf(
        [aLook({ network: hosting }), aLook({ echo: "https://b.example/", address: "41.90.64.2" })],
        {
          simulated: true,
          claims: [aClaim(), aClaim({ country: ZA, source: "the offer" })],
        },
      ),
    );
    expect(notes()).toEqual([
      expect.stringMatching(/^Simulated/),
      "the offer claims South Africa instead.",
      "The looks saw 2 different addresses.",
      "No look has come back after the last task.",
      expect.stringMatching(/data centre or VPN/),
    ]);
  });

  it("shows the looks that failed, and that a suppressed last look is no verified one", () => {
    const before = fourLooks().filter(({ when }) => when === "before");
    const page = show(documentOf(before, {}, [aFailedLook()]));
    expect(page.textContent).toMatch(/^Asked through an exit that is perhaps in Kenya\./);
    expect(page.textContent).toContain("After the last task looks were tried, and none came back");
    expect(notes()[0]).toMatch(/^1 of 3 looks failed\./);
    const list = screen.getByRole("list", { name: "Looks that failed", hidden: true });
    expect(list.textContent).toContain("after the last task, echo-a.example: EXIT_REFUSED");
  });

  it("has nothing to mind where there is nothing", () => {
    show(documentOf());
    expect(screen.queryByRole("list", { name: "To be minded" })).toBeNull();
  });

  it("credits the databases as their licences ask, and not where they are simulated", () => {
    show(documentOf());
    const credit = screen.getByRole("link", { name: "IP Geolocation by DB-IP" });
    expect(credit.getAttribute("href")).toBe("https://db-ip.com");
    cleanup();
    show(documentOf(fourLooks(), { simulated: true }));
    expect(screen.queryByRole("link", { name: "IP Geolocation by DB-IP" })).toBeNull();
  });

  it("says of home that it is no country’s vantage", () => {
    const home = render(
      <WhereAsked country={HOME} session={sessionOf(null, { country: HOME })} />,
    ).container;
    expect(home.textContent).toMatch(/^From home\..*no country’s vantage/);
    expect(home.textContent).not.toContain("Provider");
  });

  it("says that nobody was rented, and that an exit was not looked at yet or never", () => {
    render(<WhereAsked country={KE} session={null} />);
    expect(screen.getByText(/no provider was rented/)).toBeDefined();
    cleanup();
    expect(show(null, { endedAt: null }).textContent).toContain("not been looked at yet");
    cleanup();
    expect(show(null, { endReason: "the provider went away" }).textContent).toMatch(
      /never been looked at\.the provider went away/,
    );
  });
});
