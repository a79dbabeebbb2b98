import { describe, expect, it } from "vitest";
import { KeyEntry, LogEntry } from "@/schemas/log-entry";
import { Fault, GeoVerdict, ResponseState, WithdrawalReason } from "@/schemas/task";
import type { Json } from "@/server/domain/digest";
import { isLogEntry } from "@/server/domain/verify/entry-shape";
import {
  aFailure,
  aResult,
  aVantage,
  aWithdrawal,
  cidOfDocument,
  entriesOfAllKinds,
} from "@/test/domain/verify/a-log";

const vantage = cidOfDocument(aVantage());

/** An entry's kind; of a key's registration, also whose it is. */
const kindOf = (entry: LogEntry): string =>
  "role" in entry ? `${entry.type} ${entry.role}` : entry.type;

/** One entry of every kind, and the same with the fields that it may lack. */
const entries = [
  ...entriesOfAllKinds(),
  aResult({ vantage, exchange: vantage }),
  aResult({ country: "home", provider: null, geo: null, exchange: vantage }),
  aFailure({ vantage }),
];

/** What a field may be changed into. Some of these are right for some fields. */
const REPLACEMENTS: readonly Json[] = [
  null,
  true,
  "",
  " ",
  "x",
  "X",
  "A\n",
  0,
  -1,
  1,
  1.5,
  2 ** 53,
  "0",
  [],
  ["a"],
  ["A"],
  {},
  "2026-11-22T12:00:00Z",
  "2026-02-30T12:00:00.000Z",
  "2026-11-22T25:00:00.000Z",
  "2026-11-22T12:00:00.000+00:00",
  "+10000-01-01T00:00:00.000Z",
  "beacon.key/v2",
  `bafkrei${"a".repeat(52)}`,
  "job-aaaaaaaaaaaaaaaaaaaaaaaaaa",
  "key-aaaaaaaaaaaaaaaaaaaaaaaaaa",
  "key-aaaaaaaaaaaaaaaaaaaaaaaaaa\n",
  "DE",
  "de",
  "verified",
  "xverified",
  "answered",
  "answeredx",
  "model",
  "modelx",
  "runner",
  "attester",
  "confirm",
  "inconclusivex",
  "cmp-aaaaaaaaaaaaaaaaaaaaaaaaaa",
  "att-aaaaaaaaaaaaaaaaaaaaaaaaaa",
  "Å\u0085",
  "𝒳".repeat(100),
  "𝒳".repeat(101),
  "superseded",
  "retiredx",
  "home",
  "homes",
  "settled",
  "lostx",
  "0.5",
  "0,5",
  "1.",
  "budget-spent",
  "withdrawn-by-adminx",
];
describe("the form of an entry, checked by hand", () => {
  it("accepts one entry of every kind, as the schema does", () => {
    for (const entry of entriesOfAllKinds()) {
      expect(LogEntry.safeParse(entry).success).toBe(true);
      expect(isLogEntry(entry as Json)).toBe(true);
    }
    const kinds = new Set(entriesOfAllKinds().map(kindOf));
    const others = LogEntry.options.flatMap((one) =>
      "shape" in one ? [one.shape.type.value as string] : [],
    );
    const keys = KeyEntry.options.map(({ shape }) => `beacon.key/v1 ${shape.role.value}`);
    expect([...kinds].toSorted()).toEqual([...others, ...keys].toSorted());
  });

  it("answers as the schema does when any one field is changed", () => {
    for (const entry of entries)
      for (const field of Object.keys(entry))
        for (const value of REPLACEMENTS) {
          const changed = { ...entry, [field]: value } as Json;
          const verdict = [entry.type, field, value, isLogEntry(changed)];
          expect(verdict).toEqual([entry.type, field, value, LogEntry.safeParse(changed).success]);
        }
  });

  it("refuses a field too few and a field too many, but for those that may be absent", () => {
    for (const entry of entries) {
      for (const more of ["more", "vantages", "toString", "notes"])
        expect(isLogEntry({ ...entry, [more]: vantage } as Json)).toBe(false);
      expect(isLogEntry(JSON.parse(`{"__proto__":1,${JSON.stringify(entry).slice(1)}`))).toBe(
        false,
      );
      for (const field of Object.keys(entry)) {
        const { [field as keyof typeof entry]: _, ...rest } = entry;
        expect(isLogEntry(rest as unknown as Json)).toBe(["vantage", "exchange"].includes(field));
      }
    }
  });

  it("knows every word of the closed lists, and no other", () => {
    for (const state of ResponseState.options)
      expect(isLogEntry(aResult({ state }) as Json)).toBe(true);
    for (const geo of GeoVerdict.options) expect(isLogEntry(aResult({ geo }) as Json)).toBe(true);
    for (const fault of Fault.options) expect(isLogEntry(aFailure({ fault }) as Json)).toBe(true);
    for (const reason of WithdrawalReason.options)
      expect(isLogEntry(aWithdrawal({ reason }) as Json)).toBe(true);
  });

  it("is looser in one point: which countries there are is the writer's business", () => {
    const elsewhere = { ...aResult(), country: "XX" };
    expect(LogEntry.safeParse(elsewhere).success).toBe(false);
    expect(isLogEntry(elsewhere as Json)).toBe(true);
  });

  it("knows which kinds may name evidence of their own", () => {
    const named = entriesOfAllKinds().map((entry) => [
      entry.type,
      isLogEntry({ ...entry, vantage } as Json),
      isLogEntry({ ...entry, exchange: vantage } as Json),
    ]);
    expect(named.filter(([, ...may]) => may.includes(true))).toEqual([
      ["beacon.result/v1", true, true],
      ["beacon.failure/v1", true, false],
    ]);
  });

  it("refuses what is no object", () => {
    for (const value of [null, 1, "a", [], [aResult() as Json]] as Json[])
      expect(isLogEntry(value)).toBe(false);
  });
});
