import { expect, it } from "vitest";
import { formatDuration } from "@/components/ui/count";

it.each([
  [0, "0 ms"],
  [999, "999 ms"],
  [1_000, "1.0 s"],
  [61_240, "61.2 s"],
  [120_000, "2 min 0 s"],
  [185_400, "3 min 5 s"],
  [7_199_400, "119 min 59 s"],
  [7_200_000, "2 h 0 min"],
  [90_000_000, "25 h 0 min"],
])("%i ms are said as %s", (ms, words) => {
  expect(formatDuration(ms)).toBe(words);
});
