import { describe, expect, it } from "vitest";
import { waitHintMs } from "@/server/adapters/llm/wait-hint";

const DATE = ["date", "Sun, 22 Nov 2026 12:00:00 GMT"] as const;
const at = (time: string) => ["retry-after", `Sun, 22 Nov 2026 ${time} GMT`] as const;

describe("waitHintMs", () => {
  it.each([
    ["milliseconds", [["retry-after-ms", "850"]], 850],
    ["seconds", [["retry-after", "30"]], 30_000],
    ["a part of a second", [["retry-after", "0.5"]], 500],
    [
      "milliseconds before seconds",
      [
        ["retry-after", "30"],
        ["retry-after-ms", "10"],
      ],
      10,
    ],
    ["a date, against the answer's own", [DATE, at("12:00:45")], 45_000],
    ["a date that is over", [DATE, at("11:00:00")], 0],
    ["a date without a clock to hold it to", [at("12:00:45")], 2_000],
    ["what is no date", [DATE, ["retry-after", "tomorrow GMT"]], 2_000],
    ["less than nothing", [["retry-after", "-5"]], 2_000],
    ["forever", [["retry-after", "999999999999"]], 86_400_000],
    ["more than a number holds", [["retry-after", "9".repeat(400)]], 2_000],
    ["nothing", [], 2_000],
  ] as const)("reads %s", (_, headers, waitMs) => {
    expect(waitHintMs(headers, null)).toBe(waitMs);
  });
});
