import { describe, expect, it } from "vitest";
import { CONTROL_MODELS } from "@/server/domain/control/answer";
import { CONTROL_POLICIES, policyRows } from "@/server/domain/control/policies";

const rows = policyRows(CONTROL_MODELS.map(({ id }) => id));

describe("the table of policies as a reader sees it", () => {
  it("has one row for each policy, and one for each model that says what holds elsewhere", () => {
    expect(rows).toHaveLength(CONTROL_POLICIES.length + CONTROL_MODELS.length);
    for (const { id } of CONTROL_MODELS)
      expect(rows.filter(({ model, country }) => model === id && country === null)).toHaveLength(1);
  });

  it("names events by their titles and says how often", () => {
    expect(rows).toContainEqual({
      model: "control-regional",
      country: "KE",
      event: "The closure of the Vell dam",
      what: "leaves out the inquiry's second finding: the warning that was not passed on",
      probability: 0.9,
    });
    expect(rows).toContainEqual({
      model: "control-regional",
      country: "BR",
      event: "every event",
      what: "refuses to answer",
      probability: 0.35,
    });
  });

  it("shows that control-open does nothing anywhere", () => {
    expect(rows.filter(({ model }) => model === "control-open")).toEqual([
      {
        model: "control-open",
        country: null,
        event: "every event",
        what: "nothing is changed",
        probability: null,
      },
    ]);
  });
});
