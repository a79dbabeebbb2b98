import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { taskStateDiagram } from "@/server/domain/job/state";

describe("diagrams", () => {
  it("task-state.mmd shows the table of transitions as it is now", () => {
    const file = new URL("../../diagrams/task-state.mmd", import.meta.url);
    expect(readFileSync(file, "utf8")).toBe(taskStateDiagram());
  });
});
