import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatIpAddress, isOnInternet, parseIpAddress } from "@/server/domain/vantage/ip-address";

const isPublic = (text: string): boolean => {
  const address = parseIpAddress(text);
  if (address === null) throw new Error(`${text} is no address`);
  return isOnInternet(address);
};

describe("parseIpAddress", () => {
  it.each([
    ["0.0.0.0", 4, 0n],
    ["8.8.8.8", 4, 0x08080808n],
    ["255.255.255.255", 4, 0xffffffffn],
    ["::ffff:8.8.8.8", 4, 0x08080808n],
    ["::ffff:808:808", 4, 0x08080808n],
    ["::", 6, 0n],
    ["::1", 6, 1n],
    ["2A01:4f8::1", 6, 0x2a0104f8000000000000000000000001n],
    ["1:2:3:4:5:6:7::", 6, 0x00010002000300040005000600070000n],
    ["64:ff9b::192.0.2.33", 6, 0x0064ff9b0000000000000000c0000221n],
  ])("reads %s", (text, family, value) => {
    expect(parseIpAddress(text)).toEqual({ family, value });
  });

  it.each([
    "",
    "1.2.3",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.4.5",
    "1.2.3.4:80",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8::",
    "1:2:3:4:5:6:7:8:9",
    "12345::",
    "fe80::1%eth0",
    "1.2.3.4::",
    "::1.2.3.4:5",
    "example",
  ])("takes %j for no address", (text) => {
    expect(parseIpAddress(text)).toBeNull();
  });

  it("takes for an address what Node takes for one, zones left out", () => {
    const scraps = fc.stringMatching(/^[0-9a-f:.]{0,24}$/);
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), scraps), (text) => {
        expect(parseIpAddress(text) !== null).toBe(isIP(text) !== 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it("reads back what formatIpAddress writes", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const address = parseIpAddress(text);
        expect(address && parseIpAddress(formatIpAddress(address))).toEqual(address);
      }),
    );
  });
});

describe("isOnInternet", () => {
  it.each([
    "1.0.0.0",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.3.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2a01:4f8::1",
    "::ffff:8.8.8.8",
    "3ffe::1",
  ])("%s may be anybody's", (text) => {
    expect(isPublic(text)).toBe(true);
  });

  it.each([
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.49.1",
    "169.254.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.168.1.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.1",
    "224.0.0.1",
    "255.255.255.255",
    "::ffff:10.0.0.1",
    "::",
    "::1",
    "64:ff9b::808:808",
    "fc00::1",
    "fe80::1",
    "ff02::1",
    "2001::1",
    "2001:db8::1",
    "2002:808:808::",
    "3fff::1",
  ])("%s is nobody's on the internet", (text) => {
    expect(isPublic(text)).toBe(false);
  });
});
