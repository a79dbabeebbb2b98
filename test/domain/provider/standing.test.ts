import { describe, expect, it } from "vitest";
import { backOffUntil, standingOf } from "@/server/domain/provider/standing";

const NOON = new Date("2026-11-22T12:00:00.000Z");
const secondsOn = (seconds: number) => new Date(NOON.getTime() + seconds * 1_000);
const contacts = (...events: readonly string[]) =>
  events.map((event, n) => ({ providerId: "0xa", country: "DE", event, at: secondsOn(n) }));

describe("how long a provider is left alone", () => {
  it.each([
    [["settled"], null],
    [["lost"], 60],
    [["lost", "lost"], 120],
    [["lost", "lost", "lost"], 240],
    [["lost", "settled", "lost"], 60],
    [["mismatch"], 480],
    [["rented", "verified"], null],
    [["rejected-proposal"], null],
  ])("after %j", (events, seconds) => {
    const until = backOffUntil(contacts(...events), 60_000)?.until ?? null;
    const last = events.length - 1;
    expect(until).toEqual(seconds === null ? null : secondsOn(last + seconds));
  });

  it("is bounded, however often it failed", () => {
    const many = backOffUntil(contacts(...Array.from({ length: 500 }, () => "lost")), 60_000);
    expect((many?.until.getTime() ?? 0) - secondsOn(499).getTime()).toBe(1_024 * 60_000);
  });
});

describe("the standing of providers", () => {
  const standing = (
    events: readonly string[],
    over: Partial<Parameters<typeof standingOf>[0]> = {},
  ) =>
    standingOf({
      contacts: contacts(...events),
      rules: [],
      country: "DE",
      backOffMs: 60_000,
      now: secondsOn(30),
      ...over,
    });

  it("denies one that is left alone, with the reason, and no longer once the time is over", () => {
    expect(standing(["lost"]).denied.get("0xa")).toContain("after lost");
    expect(standing(["lost"], { now: secondsOn(61) }).denied.size).toBe(0);
  });

  it("takes the last look at its exit, in the country that is wanted", () => {
    expect([...standing(["verified"]).verified]).toEqual(["0xa"]);
    expect(standing(["verified", "observed-only"]).verified.size).toBe(0);
    expect(standing(["verified"], { country: "KE" }).verified.size).toBe(0);
  });

  it("holds an admin's word above all else", () => {
    const rules = [
      { providerId: "0xa", rule: "deny" as const, reason: "asked not to be used" },
      { providerId: "0xb", rule: "allow" as const, reason: "our own" },
    ];
    const { denied, allowed } = standing(["settled"], { rules });
    expect(denied.get("0xa")).toBe("denied by an admin: asked not to be used");
    expect([...allowed]).toEqual(["0xb"]);
  });
});
