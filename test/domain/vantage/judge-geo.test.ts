import { describe, expect, it } from "vitest";
import { CountryCode } from "@/schemas/country";
import { type JudgedProbe, judgeGeo } from "@/server/domain/vantage/judge-geo";

const [KE, ZA, DE] = (["KE", "ZA", "DE"] as const).map((code) => CountryCode.parse(code));
const saying = (...opinions: (CountryCode | null | undefined)[]): JudgedProbe => ({
  opinions: opinions.map((opinion) => opinion ?? null),
});
const judge = (...probes: JudgedProbe[]) => judgeGeo(CountryCode.parse("KE"), probes);

describe("judgeGeo", () => {
  it("is verified only when two probes and all databases agree with the claim", () => {
    expect(judge(saying(KE, KE), saying(KE, KE))).toBe("verified");
  });

  it("is unverifiable without a probe, and without a database", () => {
    expect(judge()).toBe("unverifiable");
    expect(judge(saying(), saying())).toBe("unverifiable");
  });

  it("is a mismatch when the databases agree on another country, in one probe of many", () => {
    expect(judge(saying(DE, DE))).toBe("mismatch");
    expect(judge(saying(KE, KE), saying(KE, KE), saying(DE, DE))).toBe("mismatch");
  });

  it("is observed-only when the databases disagree", () => {
    expect(judge(saying(KE, ZA), saying(KE, ZA))).toBe("observed-only");
    expect(judge(saying(KE, KE), saying(ZA, KE))).toBe("observed-only");
  });

  it("is observed-only when a database does not know the address", () => {
    expect(judge(saying(KE, null), saying(KE, null))).toBe("observed-only");
    expect(judge(saying(null, null), saying(null, null))).toBe("observed-only");
  });

  it("is observed-only after one probe alone", () => {
    expect(judge(saying(KE, KE))).toBe("observed-only");
  });
});
