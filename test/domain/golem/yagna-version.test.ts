import { describe, expect, it } from "vitest";
import { yagnaNeeded } from "@/server/domain/golem/yagna-version";

describe("which yagna will do", () => {
  it.each([
    ["0.15.2", null],
    ["0.15.10", null],
    ["0.16.0", null],
    ["1.0.0", null],
    ["pre-rel-v0.17.6-nightly", null],
    ["0.15.1", "0.15.2"],
    ["0.9.99", "0.15.2"],
    ["0.15", "0.15.2"],
    ["", "0.15.2"],
  ])("%s for golem-js: %s is needed", (version, needed) => {
    expect(yagnaNeeded(version, null)).toBe(needed);
    expect(yagnaNeeded(version, "polygon")).toBe(needed);
  });

  it.each([
    ["0.17.4", null],
    ["0.18.0", null],
    ["0.17.3", "0.17.4"],
    ["0.15.2", "0.17.4"],
  ])("%s for hoodi: %s is needed", (version, needed) => {
    expect(yagnaNeeded(version, "hoodi")).toBe(needed);
  });
});
