import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { networkIn, openNetworkDatabase } from "@/server/adapters/geo/asn-database";
import { KNOWN_NETWORKS } from "@/server/domain/vantage/network-kind";

const { name, built, networkOf } = openNetworkDatabase();
const files = [4, 6].map((family) =>
  createRequire(import.meta.url).resolve(`@ip-location-db/asn/asn-ipv${family}-num.csv`),
);

describe("the AS database out of npm", () => {
  it("has a name and the day of its making", () => {
    expect(name).toContain("DB-IP");
    expect(built).toMatch(/^20\d\d-\d\d-\d\d$/);
  });

  it.each([
    ["8.8.8.8", 15_169, "Google LLC"],
    ["41.90.64.1", 33_771, "Safaricom Limited"],
    ["95.216.0.0", 24_940, "Hetzner Online GmbH"],
    ["95.217.255.255", 24_940, "Hetzner Online GmbH"],
    ["1.0.0.0", 13_335, "Cloudflare, Inc."],
    ["223.255.254.1", 55_415, "Marina Bay Sands Pte Ltd"],
    ["2.26.200.1", 201_907, 'LLC "SPUTNIK"'],
    ["::ffff:8.8.8.8", 15_169, "Google LLC"],
    ["2a01:4f8::1", 24_940, "Hetzner Online GmbH"],
    ["2c0f:fe38::1", 33_771, "Safaricom Limited"],
    ["2c0f:fff0:ffff:ffff:ffff:ffff:ffff:ffff", 37_125, "Layer3 Limited"],
  ])("knows who announces %s", (address, asn, organization) => {
    expect(networkOf(address)).toEqual({ asn, name: organization });
  });

  it.each(["1.0.1.0", "223.255.255.255", "2d00::1", "10.0.0.1", "2001:db8::1", "::1", "", "x"])(
    "knows nobody for %j",
    (address) => {
      expect(networkOf(address)).toBeNull();
    },
  );

  it.each(files)("finds every thousandth row of %s by both its ends", (path) => {
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(100_000);
    const rows = lines.map((line) => {
      const [start = "", end = "", asn = ""] = line.split(",");
      return { start: BigInt(start), end: BigInt(end), asn: Number(asn) };
    });
    const missed = rows.filter(({ start, end, asn }, i) => {
      if (i % 1_000 !== 0 && i !== rows.length - 1) return false;
      const next = rows[i + 1];
      const isOverlapped = next !== undefined && next.start <= end;
      return (
        networkIn(path, start)?.asn !== asn || (!isOverlapped && networkIn(path, end)?.asn !== asn)
      );
    });
    expect(missed).toEqual([]);
    expect(rows.every(({ start }, i) => i === 0 || (rows[i - 1]?.start ?? start) < start)).toBe(
      true,
    );
  });

  it("writes the holders of the known networks as the list of kinds does", () => {
    const holders = new Map<number, string>();
    for (const path of files)
      for (const [, asn, holder] of readFileSync(path, "utf8").matchAll(
        /^\d+,\d+,(\d+),"?(.*?)"?$/gm,
      ))
        holders.set(Number(asn), holder ?? "");
    expect(KNOWN_NETWORKS.filter(([asn, , holder]) => holders.get(asn) !== holder)).toEqual([]);
  });
});

describe("networkIn", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "asn-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const over = (text: string) => {
    const path = join(folder, "asn.csv");
    writeFileSync(path, text);
    return (value: bigint) => networkIn(path, value)?.asn ?? null;
  };

  it("knows nothing in an empty file", () => {
    expect(over("")(5n)).toBeNull();
  });

  it("finds a single row, with and without a newline at its end", () => {
    for (const text of ["10,20,7,Seven\n", "10,20,7,Seven", "10,20,7,Seven\r\n"]) {
      const find = over(text);
      expect([9n, 10n, 20n, 21n].map(find)).toEqual([null, 7, 7, null]);
    }
  });

  it("finds the right one of rows of very different lengths, and nothing between them", () => {
    const rows = Array.from({ length: 300 }, (_, i) => i);
    const find = over(
      rows
        .map((i) => `${i * 10},${i * 10 + 4},${i + 1},"${"n".repeat((i * 37) % 400)}"\n`)
        .join(""),
    );
    for (const i of rows) {
      expect([0, 4].map((n) => find(BigInt(i * 10 + n)))).toEqual([i + 1, i + 1]);
      expect(find(BigInt(i * 10 + 5))).toBeNull();
    }
  });

  it("goes by the range that starts last where two overlap", () => {
    const find = over("10,30,1,One\n20,40,2,Two\n");
    expect([15n, 25n, 35n].map(find)).toEqual([1, 2, 2]);
  });

  it("takes an absent name for none", () => {
    const path = join(folder, "nameless.csv");
    writeFileSync(path, "10,20,7,\n");
    expect(networkIn(path, 10n)).toEqual({ asn: 7, name: null });
  });

  it("refuses a file of another form, and rows without an end", () => {
    expect(() => over("10;20;7\n")(10n)).toThrow();
    expect(() => over(`10,20,7,${"x".repeat(5_000)}\n`)(10n)).toThrow();
  });
});
