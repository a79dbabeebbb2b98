import { describe, expect, it } from "vitest";
import { openCountryDatabases } from "@/server/adapters/geo/country-databases";

const databases = openCountryDatabases();
const opinions = (address: string) => databases.map(({ countryOf }) => countryOf(address));

describe("the address databases out of npm", () => {
  it("are two, each with its name and the day of its making", () => {
    expect(databases.map(({ name }) => name)).toEqual(["geo-whois-asn-country", "iptoasn-country"]);
    for (const { built } of databases) expect(built).toMatch(/^20\d\d-\d\d-\d\d$/);
  });

  it.each([
    ["8.8.8.8", "US"],
    ["41.90.64.1", "KE"],
    ["196.201.214.200", "KE"],
    ["2606:4700:4700::1111", "US"],
  ])("agree on %s", (address, country) => {
    expect(opinions(address)).toEqual([country, country]);
  });

  it("disagree, as address databases do, and hide nothing of it", () => {
    expect(opinions("1.1.1.1")).toEqual(["AU", "US"]);
    expect(opinions("2a00:1450:4001:80b::200e")).toEqual(["IE", "US"]);
    expect(opinions("2c0f:fe38::1")).toEqual([null, "KE"]);
  });

  it("take an IPv4 address that was written as IPv6 for what it is", () => {
    expect(opinions("::ffff:41.90.64.1")).toEqual(["KE", "KE"]);
  });

  it("say nothing of addresses that are nowhere, though the first has some of them in Australia and Japan", () => {
    const nowhere = ["192.168.1.1", "198.51.100.7", "2001:db8::1", "127.0.49.1", "10.0.0.1", "::1"];
    for (const address of nowhere) expect(opinions(address)).toEqual([null, null]);
  });

  it.each(["", "example.org", "8.8.8.8:53", "8.8.8", "fe80::1%eth0"])(
    "take %j for no address",
    (text) => {
      expect(opinions(text)).toEqual([null, null]);
    },
  );
});
