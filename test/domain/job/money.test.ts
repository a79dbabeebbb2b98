import { describe, expect, it } from "vitest";
import { glmPurse, moneyLineOf } from "@/server/domain/job/money";

describe("a job's purse", () => {
  it("has put aside all that is left while its allocation is open", () => {
    expect(moneyLineOf("GLM", glmPurse("2", "0.5", true))).toEqual({
      currency: "GLM",
      cap: "2",
      reserved: "1.5",
      spent: "0.5",
      remaining: "0",
    });
  });

  it("has what was not spent once the allocation is given back", () => {
    expect(moneyLineOf("GLM", glmPurse("2", "0.5", false))).toMatchObject({
      reserved: "0",
      remaining: "1.5",
    });
  });

  it("adds up: cap = reserved + spent + remaining", () => {
    const line = moneyLineOf("USD", { cap: "1", reserved: "0.25", spent: "0.125" });
    expect(line.remaining).toBe("0.625");
  });
});
