import { describe, expect, it } from "vitest";
import { pairFrom } from "@/components/comparison/pair";
import { CountryCode } from "@/schemas/country";
import type { ResponseExcerpt } from "@/schemas/snapshot";
import { anExcerpt, cellOf, taskIdIn } from "@/test/components/comparison/an-excerpt";
import { DE, KE } from "@/test/support/builders";

const US = CountryCode.parse("US");
const none = { a: null, b: null, repeat: 0 };
const all = [DE, KE, US].flatMap((country) =>
  [0, 1].map((repeat) => anExcerpt({ country, repeat })),
);
const tasks = all.map(cellOf);
const places = ({ a, b }: { a: ResponseExcerpt | null; b: ResponseExcerpt | null }) =>
  [a, b].map((one) => (one === null ? null : `${one.country} ${one.repeat}`));

describe("the two answers that are compared", () => {
  it("are those of the first two countries in the chosen repeat", () => {
    expect(places(pairFrom(none, tasks, all))).toEqual(["DE 0", "KE 0"]);
    expect(places(pairFrom({ ...none, repeat: 1 }, tasks, all))).toEqual(["DE 1", "KE 1"]);
  });

  it("are those that the URL names; one that it does not name is of another country", () => {
    const [a, b] = [taskIdIn(US, 1), taskIdIn(US, 0)];
    expect(places(pairFrom({ ...none, a, b }, tasks, all))).toEqual(["US 1", "US 0"]);
    expect(places(pairFrom({ ...none, a }, tasks, all))).toEqual(["US 1", "DE 0"]);
    const de = taskIdIn(DE, 0);
    expect(places(pairFrom({ ...none, b: de }, tasks, all))).toEqual(["KE 0", "DE 0"]);
  });

  it("outlive a change of prompt: the same country and repeat stand for them", () => {
    const before = anExcerpt({ country: US, repeat: 1, prompt: "asteline" });
    const chosen = { ...none, a: before.taskId };
    expect(places(pairFrom(chosen, [...tasks, cellOf(before)], all))).toEqual(["US 1", "DE 0"]);
  });

  it("prefer responses with a text, then any response, and may be missing", () => {
    const silent = all.map((one) => (one.country === DE ? { ...one, text: "" } : one));
    expect(places(pairFrom(none, tasks, silent))).toEqual(["KE 0", "US 0"]);
    const one = [anExcerpt({ text: null }), anExcerpt({ country: KE })];
    expect(places(pairFrom(none, one.map(cellOf), one))).toEqual(["KE 0", "DE 0"]);
    expect(places(pairFrom(none, [], [anExcerpt()]))).toEqual(["DE 0", null]);
    expect(places(pairFrom(none, [], []))).toEqual([null, null]);
  });

  it("are not, unless chosen, those whose exit was in another country", () => {
    const elsewhere = all.map((one) => ({ ...one, isElsewhere: one.country === DE }));
    expect(places(pairFrom(none, tasks, elsewhere))).toEqual(["KE 0", "US 0"]);
    const a = taskIdIn(DE, 0);
    expect(places(pairFrom({ ...none, a }, tasks, elsewhere))).toEqual(["DE 0", "KE 0"]);
  });

  it("are two repeats where only one country answered", () => {
    const ours = all.filter(({ country }) => country === DE);
    expect(places(pairFrom(none, tasks, ours))).toEqual(["DE 0", "DE 1"]);
  });
});
