import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { taskStateDiagram } from "@/server/domain/job/state";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

describe("diagrams", () => {
  it("task-state.mmd shows the table of transitions as it is now", () => {
    expect(read("diagrams/task-state.mmd")).toBe(taskStateDiagram());
  });

  it("the README's picture of the house is diagrams/floors.mmd", () => {
    const [, picture] = /```mermaid\n([\s\S]*?)```/.exec(read("README.md")) ?? [];
    expect(picture).toBe(read("diagrams/floors.mmd"));
  });

  it("the picture of the tunnel in docs/golem.md is diagrams/tunnel.mmd", () => {
    const [, picture] = /```mermaid\n([\s\S]*?)```/.exec(read("docs/golem.md")) ?? [];
    expect(picture).toBe(read("diagrams/tunnel.mmd"));
  });
});
