import { describe, expect, it } from "vitest";
import { type FailedLook, VantageDocument } from "@/schemas/evidence";
import { ImagePin } from "@/schemas/job-spec";
import { utf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { jobIdFrom, sessionIdFrom } from "@/server/domain/identity";
import {
  labelOf,
  type VantageFacts,
  vantageBytesOf,
  vantageDocumentOf,
} from "@/server/domain/vantage/vantage-document";
import {
  aClaim,
  aFailedLook,
  aLook,
  fourLooks,
  KE,
  saying,
  ZA,
} from "@/test/domain/vantage/a-look";

const facts = (fields: Partial<VantageFacts> = {}): VantageFacts => ({
  country: KE,
  claims: [aClaim()],
  provider: { id: `0x${"ab".repeat(20)}`, name: "mara-cloud" },
  agreementId: "agreement",
  activityId: "activity",
  image: ImagePin.parse({ url: "https://images.example/exit.gvmi", sha3_224: "ef".repeat(28) }),
  manifestSha256: new Uint8Array(32).fill(7),
  simulated: true,
  ...fields,
});
const documentOf = (vantage = facts(), looks = fourLooks(), failed: readonly FailedLook[] = []) =>
  vantageDocumentOf({
    job: jobIdFrom(new Uint8Array(16)),
    session: sessionIdFrom(new Uint8Array(16)),
    vantage,
    looks,
    failed,
  });

describe("vantageDocumentOf", () => {
  it("makes a document of the published form, with verdict and bound worked out", () => {
    const document = documentOf();
    expect(VantageDocument.parse(document)).toEqual(document);
    expect(document).toMatchObject({
      verdict: "verified",
      within_km: 11_992,
      manifest_sha256: "07".repeat(32),
      agreement: "agreement",
      looks: fourLooks(),
    });
  });

  it("takes the fastest of the round trips over TLS, and none that a provider could have answered", () => {
    const plain = { round_trip_ms: 0.1, peer: { address: null, tls: null } };
    const looks = [aLook({ round_trip_ms: 9 }), aLook({ round_trip_ms: 2 }), aLook(plain)];
    expect(documentOf(facts(), looks).within_km).toBe(300);
    expect(documentOf(facts(), fourLooks(plain)).within_km).toBeNull();
  });

  it("keeps looks that failed, and judges by them", () => {
    const looks = fourLooks().filter(({ when }) => when === "before");
    const document = documentOf(facts(), looks, [aFailedLook()]);
    expect(VantageDocument.parse(document)).toEqual(document);
    expect(document).toMatchObject({ failed_looks: [aFailedLook()], verdict: "observed-only" });
    expect(documentOf(facts(), looks).failed_looks).toEqual([]);
  });

  it("leaves what was not measured null", () => {
    const document = documentOf(facts({ manifestSha256: null }), []);
    expect(document).toMatchObject({
      within_km: null,
      manifest_sha256: null,
      verdict: "unverifiable",
    });
    expect(VantageDocument.parse(document)).toEqual(document);
  });

  it("judges what it shows", () => {
    const looks = [...fourLooks(), aLook({ when: "after", opinions: saying(ZA, ZA) })];
    expect(documentOf(facts(), looks).verdict).toBe("mismatch");
  });

  it("survives any name that a provider gives itself", () => {
    for (const name of ["x".repeat(10_000), `${"x".repeat(199)}😀`, "\ud800", "\u0000"]) {
      const document = documentOf(
        facts({
          provider: { ...facts().provider, name },
          claims: [aClaim({ source: name })],
          agreementId: name,
          activityId: name,
        }),
      );
      const bytes = vantageBytesOf(VantageDocument.parse(document));
      expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual(document);
    }
    expect(labelOf("a\u0000b\u001bc\u0085d")).toBe("a\ufffdb\ufffdc\ufffdd");
    expect(labelOf("Réseau 😀")).toBe("Réseau 😀");
    expect(labelOf(`${"x".repeat(199)}😀`)).toBe(`${"x".repeat(199)}\ufffd`);
  });

  it("has canonical bytes: the same document has the same address, whatever the order of its fields", () => {
    const document = documentOf();
    const turned = Object.fromEntries(Object.entries(document).toReversed());
    expect(cidOf(vantageBytesOf(VantageDocument.parse(turned)))).toBe(
      cidOf(vantageBytesOf(document)),
    );
    expect(vantageBytesOf(document).slice(0, 13)).toEqual(utf8('{"activity":"'));
  });
});
