import { describe, expect, it } from "vitest";
import { currentRequestId, requestIdOf, withRequestId } from "@/server/telemetry/request-id";

describe("the name of a request", () => {
  it("is the one that its sender gave it, when it is a sane one", () => {
    for (const given of ["0a1b2c3d", "4bf92f35-77b3-4da6", "Trace_1.span-2"])
      expect(requestIdOf(given)).toBe(given);
  });

  it("is a new one when there was none, several, or one that may not stand in a log", () => {
    const wrong = [
      undefined,
      ["a-first-one", "a-second-one"],
      "",
      "short",
      "x".repeat(65),
      "with space 1234",
      'quote"quote1234',
      "line\nbreak1234",
      "<script>1234567",
      "-begins-with-a-hyphen",
    ];
    const made = wrong.map(requestIdOf);
    for (const id of made) expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(made).size).toBe(wrong.length);
  });

  it("is each request's own, also when they run side by side", async () => {
    const seen = await Promise.all(
      ["request-a", "request-b"].map((id) =>
        withRequestId(id, async () => {
          await new Promise((resolve) => setTimeout(resolve, 2));
          return currentRequestId();
        }),
      ),
    );
    expect(seen).toEqual(["request-a", "request-b"]);
    expect(currentRequestId()).toBeUndefined();
  });
});
