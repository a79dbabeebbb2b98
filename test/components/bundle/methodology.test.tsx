import { cleanup, render } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import MethodologyPage from "@/app/methodology/page";
import { methodology } from "@/server/domain/bundle/methodology";
import { GENERAL_LIMITS } from "@/server/domain/eval/not-shown";

afterEach(cleanup);

const plain = (text: string): string => text.replace(/\s+/g, " ").trim();

describe("methodology.md of a bundle", () => {
  it("says nothing that the methodology page does not say", () => {
    const { container } = render(<MethodologyPage />);
    const page = plain(container.textContent ?? "");
    const lines = methodology([])
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("|"))
      .map((line) => plain(line.replace(/^(# |## |- [a-z-]+: |- )/, "")));
    expect(lines.length).toBeGreaterThan(25);
    expect(lines.filter((line) => !page.includes(line))).toEqual([]);
  });

  it("says besides what the job's own comparison does not show, and nothing twice", () => {
    const own = "What happens rarely in this job.";
    const lines = methodology([own, ...GENERAL_LIMITS]).split("\n");
    expect(lines.filter((line) => line === `- ${own}`)).toHaveLength(1);
    for (const limit of GENERAL_LIMITS)
      expect(lines.filter((line) => line === `- ${limit}`)).toHaveLength(1);
  });

  it("has the published behaviour of the control models, row by row", () => {
    const { container } = render(<MethodologyPage />);
    const rows = methodology([])
      .split("\n")
      .filter((line) => line.startsWith("| control-"));
    expect(rows).toHaveLength(container.querySelectorAll("tr:has(td.code)").length);
  });
});
