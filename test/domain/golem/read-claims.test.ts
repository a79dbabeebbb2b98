import { expect, it } from "vitest";
import { CountryCode } from "@/schemas/country";
import { Instant } from "@/schemas/primitives";
import { readClaims } from "@/server/domain/golem/read-claims";
import { readRejection } from "@/server/domain/golem/read-rejection";
import { agreementSeconds } from "@/server/domain/golem/rental-length";

const claim = (country: string | null) => ({
  country: country === null ? null : CountryCode.parse(country),
  source: "a database",
  at: Instant.parse("2026-11-22T12:00:00.000Z"),
});

it.each([
  [["DE", "DE"], "agreed"],
  [["DE", null], "agreed"],
  [["DE", "FR"], "disputed"],
  [["FR", "FR"], "elsewhere"],
  [["FR", null], "elsewhere"],
  [[null, null], "unknown"],
  [[], "unknown"],
])("reads %j for Germany as %s", (countries, expected) => {
  expect(readClaims(countries.map(claim), CountryCode.parse("DE"))).toBe(expected);
});

it("knows a provider whose rules let nobody out by its words", () => {
  expect(
    readRejection("Outbound rejected because: Everyone: Didn't match the Whitelist: api.x.org"),
  ).toBe("outbound-refused");
  expect(readRejection("No capacity available")).toBe("rejected-proposal");
  expect(readRejection("no reason given")).toBe("rejected-proposal");
});

it("orders an agreement for the work at hand, and never one that providers refuse", () => {
  expect(agreementSeconds(600_000)).toBe(630);
  expect(agreementSeconds(1)).toBe(330);
  expect(agreementSeconds(600_000.5)).toBe(631);
});
