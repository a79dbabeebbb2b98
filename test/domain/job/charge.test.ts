import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { amountOf, unitsOf } from "@/server/domain/job/amount";
import { affordable, chargeOf } from "@/server/domain/job/charge";

describe("what a closed task counts against its job's dollars", () => {
  it.each([
    ["what the service charges", { kind: "RESULT", costUsd: "0.002" }, "0.002"],
    [
      "all that was put aside, when the service did not count",
      { kind: "RESULT", costUsd: null },
      "0.01",
    ],
    ["all, when it may have been asked and failed", { kind: "FAILURE", wasSent: true }, "0.01"],
    ["nothing, when it never left", { kind: "FAILURE", wasSent: false }, "0"],
    ["all, when it was withdrawn while it was asked", { kind: "WITHDRAWAL" }, "0.01"],
  ] as const)("is %s", (_, outcome, charged) => {
    expect(chargeOf(outcome, "0.01")).toBe(charged);
  });
});

describe("what a purse pays for", () => {
  const amount = fc.bigInt({ min: 0n, max: 10n ** 18n }).map(amountOf);

  it("never comes to more than is left, and leaves out nothing that is free", () => {
    fc.assert(
      fc.property(fc.array(amount), fc.bigInt({ min: 0n, max: 10n ** 19n }), (amounts, left) => {
        const tasks = amounts.map((atMost) => ({ atMost }));
        const paid = affordable(tasks, left);
        const sum = paid.tasks.reduce((total, { atMost }) => total + unitsOf(atMost), 0n);
        expect(sum).toBe(paid.total);
        expect(paid.total <= left).toBe(true);
        const free = tasks.filter(({ atMost }) => atMost === "0");
        expect(paid.tasks.filter(({ atMost }) => atMost === "0")).toEqual(free);
      }),
    );
  });

  it("keeps the order: after the first that is too dear, no paid task is taken", () => {
    const tasks = ["1", "3", "0", "1"].map((atMost) => ({ atMost }));
    const { tasks: paid } = affordable(tasks, unitsOf("2"));
    expect(paid.map(({ atMost }) => atMost)).toEqual(["1", "0"]);
  });
});
