import { describe, expect, it } from "vitest";
import { consoleToLog } from "@/server/telemetry/console-lines";
import { createLogger } from "@/server/telemetry/logger";

const PLANTED = "planted7secret9of4this2test";

describe("what libraries print", () => {
  it("becomes log lines, with their errors as errors and without what hangs on them", () => {
    const lines: string[] = [];
    const { logger } = createLogger({ write: (line) => lines.push(line) });
    const printed: unknown[] = [];
    const print = (...said: unknown[]) => printed.push(said);
    const target = { debug: print, log: print, info: print, warn: print, error: print };
    const giveBack = consoleToLog(logger, target);
    target.log("ready in %d ms", 12);
    target.error("failed", Object.assign(new Error("it broke"), { responseBody: PLANTED }));
    target.warn({ password: PLANTED, path: "/" });
    giveBack();
    target.log("as before");
    const written = lines.map((line): unknown => JSON.parse(line));
    expect(written).toMatchObject([
      { level: "info", msg: "ready in 12 ms" },
      { level: "error", msg: "failed Error", err: { type: "Error", message: "it broke" } },
      { level: "warn" },
    ]);
    expect(lines.join("")).not.toContain(PLANTED);
    expect(lines.join("")).toContain("path");
    expect(printed).toEqual([["as before"]]);
  });
});
