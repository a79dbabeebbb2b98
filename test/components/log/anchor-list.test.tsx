import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { ageBetween } from "@/components/log/age";
import { AnchorList } from "@/components/log/anchor-list";
import type { AnchorPage, AnchorView } from "@/schemas/snapshot";

afterEach(cleanup);

const at = (instant: string) => instant as AnchorPage["at"];
const anAnchor = (fields: Partial<AnchorView> = {}): AnchorView => ({
  id: `anc-${"a".repeat(26)}` as AnchorView["id"],
  kind: "opentimestamps",
  service: "https://calendar.example",
  size: 1_234,
  digest: `sha256:${"ab".repeat(32)}` as AnchorView["digest"],
  status: "PENDING",
  requestedAt: at("2026-11-22T12:00:00.000Z"),
  checkedAt: null,
  attestedAt: null,
  detail: null,
  block: null,
  proofUrl: "/tlog/anchors/anc-a",
  checkpointUrl: "/tlog/anchors/anc-a/checkpoint",
  ...fields,
});
const show = (items: readonly AnchorView[], services: AnchorPage["services"] = []) =>
  render(
    <AnchorList page={{ items, services, nextCursor: null, at: at("2026-11-22T12:12:40.000Z") }} />,
  );
const text = () => screen.getByRole("listitem").textContent;

describe("the anchors of a log", () => {
  it("are nobody's when none is configured, and that is said", () => {
    show([]);
    expect(screen.getByText("No anchor is configured for this log.")).toBeDefined();
  });

  it("name who is asked when nothing is anchored yet", () => {
    show([], [{ kind: "rfc3161", service: "https://tsa.example" }]);
    expect(screen.getByText("No checkpoint of this log is anchored yet.")).toBeDefined();
    expect(screen.getByText(/https:\/\/tsa\.example/)).toBeDefined();
    expect(screen.queryByText("No anchor is configured for this log.")).toBeNull();
  });

  it("say what was stamped, and what an anchor does not say", () => {
    show([anAnchor()]);
    expect(
      screen.getByText(/SHA-256 of the checkpoint’s text.*without the signatures/),
    ).toBeDefined();
    expect(screen.getByText(/does not say that what stands in the log is true/)).toBeDefined();
    expect(text()).toContain("Size 1,234");
    expect(screen.getByRole("button", { name: /stamped digest/ }).title).toBe(anAnchor().digest);
  });

  it("are pending with their age, and Bitcoin takes hours", () => {
    show([anAnchor()]);
    expect(text()).toContain("Pending: asked 12 minutes ago.");
    expect(text()).toContain("Bitcoin takes hours");
    expect(screen.getByRole("link", { name: "proof" })).toBeDefined();
  });

  it("have no proof to show before there is one", () => {
    show([
      anAnchor({
        proofUrl: null,
        detail: "ANCHOR_UNAVAILABLE: calendar.example cannot be reached.",
      }),
    ]);
    expect(text()).toContain("There is no answer yet; it is asked again.");
    expect(text()).toContain("ANCHOR_UNAVAILABLE");
    expect(screen.queryByRole("link", { name: "proof" })).toBeNull();
    expect(screen.getByRole("link", { name: "checkpoint" })).toBeDefined();
  });

  it("are final by an authority's word, and it is said when nobody vouches for the authority", () => {
    show([
      anAnchor({
        kind: "rfc3161",
        status: "FINAL",
        attestedAt: at("2026-11-22T12:00:01.000Z"),
        detail: "The signature of CN=Time is right, but nobody that you trust is known.",
      }),
    ]);
    expect(text()).toContain(
      "Final: existed no later than 22 Nov 2026, 12:00:01 UTC, says the authority.",
    );
    expect(text()).toContain("nobody that you trust is known");
  });

  it("are final by Bitcoin only as far as was checked, and name no time", () => {
    const merkleRoot = "12".repeat(32);
    show([
      anAnchor({ status: "FINAL", block: { height: 900_123, merkleRoot }, detail: "the same" }),
    ]);
    const item = within(screen.getByRole("listitem"));
    expect(text()).toContain("Final when the Merkle root of Bitcoin’s block 900,123 is");
    expect(text()).toContain("This portal does not run a Bitcoin node");
    expect(item.getByRole("button", { name: /Merkle root/ }).title).toBe(merkleRoot);
    expect(item.queryByRole("time")).toBeNull();
  });

  it("that failed say so, with the reason as text and nothing else", () => {
    show([anAnchor({ status: "FAILED", detail: "ANCHOR_INVALID: <b>no\u202e</b>." })]);
    expect(text()).toContain("Failed: nobody vouches for this checkpoint here.");
    expect(text()).toContain("<b>no");
    expect(text()).not.toContain("\u202e");
  });
});

describe("an age", () => {
  it.each([
    ["12:00:59.999", "less than a minute"],
    ["12:01:00.000", "1 minute"],
    ["13:59:00.000", "119 minutes"],
    ["14:00:00.000", "2 hours"],
    ["11:00:00.000", "less than a minute"],
  ])("at %s is %s", (clock, words) => {
    expect(ageBetween("2026-11-22T12:00:00.000Z", `2026-11-22T${clock}Z`)).toBe(words);
  });

  it("of days is told in days", () => {
    expect(ageBetween("2026-11-20T12:00:00.000Z", "2026-11-22T11:59:59.000Z")).toBe("47 hours");
    expect(ageBetween("2026-11-20T12:00:00.000Z", "2026-11-22T12:00:00.000Z")).toBe("2 days");
  });
});
