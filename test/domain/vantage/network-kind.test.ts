import { describe, expect, it } from "vitest";
import { NetworkKind } from "@/schemas/evidence";
import {
  isRelayingKind,
  KNOWN_NETWORKS,
  networkKindOf,
} from "@/server/domain/vantage/network-kind";

const named = (name: string | null) => networkKindOf({ asn: 4_200_000_001, name });

describe("networkKindOf", () => {
  it.each([
    ["Ablative Hosting Ltd", "hosting"],
    ["DFW Datacenter", "hosting"],
    ["Ativas Data Center S.A.", "hosting"],
    ["HOSTING SERVER SOLUTIONS", "hosting"],
    ["Mullvad VPN AB", "vpn"],
    ["T-Mobile Austria GmbH", "mobile"],
    ["XFERA Móviles S.A.", "mobile"],
    ["Backroads Broadband", "access"],
    ["Rapidus Internet Banda larga", "access"],
    ["Technische Universität Wien", "education"],
    ["Fundacao Universidade de Brasilia", "education"],
    ["Usmanu Danfodiyo University", "education"],
    ["Government of Grenada", "government"],
    ["Ministerio de Hacienda y Finanzas", "government"],
  ])("reads %s as %s", (name, kind) => {
    expect(named(name)).toBe(kind);
  });

  it.each([
    "Safaricom Limited",
    "Deutsche Telekom AG",
    "Cloudflare, Inc.",
    "Cloudberry Farms",
    "Ghosting Ltd",
    "Automobile Club",
    "Vpnet",
    "",
  ])("says nothing of %j", (name) => {
    expect(named(name)).toBeNull();
  });

  it("says nothing where a name speaks of two kinds, and where there is none", () => {
    expect(named("Universal Broadband and Hosting")).toBeNull();
    expect(named("Government College University")).toBeNull();
    expect(named(null)).toBeNull();
  });

  it("goes by the number where the name does not say", () => {
    expect(networkKindOf({ asn: 24_940, name: "Hetzner Online GmbH" })).toBe("hosting");
    expect(networkKindOf({ asn: 209_103, name: null })).toBe("vpn");
  });

  it("lists each number once", () => {
    const numbers = KNOWN_NETWORKS.map(([asn]) => asn);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it("calls hosting and VPN relaying, nothing else", () => {
    expect([...NetworkKind.options, null].filter(isRelayingKind)).toEqual(["hosting", "vpn"]);
  });
});
