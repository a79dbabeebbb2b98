import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import {
  CELL_LOOKS,
  type CellLook,
  RESPONSE_STATES,
  StateLegend,
  StateSymbol,
} from "@/components/ui/response-state";
import { ResponseState } from "@/schemas/task";
import { contrastOf, tokens } from "@/test/support/contrast";

afterEach(cleanup);

describe("state symbols", () => {
  it("exist for all eight states of the schema", () => {
    expect([...RESPONSE_STATES].sort()).toEqual([...ResponseState.options].sort());
  });

  it("each have a label and a shape of their own, so that colour is never needed", () => {
    for (const state of RESPONSE_STATES) render(<StateSymbol look={state} />);
    const names = screen.getAllByRole("img").map((element) => element.getAttribute("aria-label"));
    expect(new Set(names).size).toBe(RESPONSE_STATES.length);
    expect(new Set(Object.values(CELL_LOOKS).map(({ path }) => path)).size).toBe(
      Object.keys(CELL_LOOKS).length,
    );
  });

  it("say how many they stand for", () => {
    render(<StateSymbol look="refused" count={7} />);
    const square = screen.getByRole("img", { name: "7 refused" });
    expect(square.textContent).toBe("7");
  });

  it("keep their shape beside the number", () => {
    const looks = Object.keys(CELL_LOOKS) as CellLook[];
    for (const look of looks) render(<StateSymbol look={look} count={13} />);
    const shapes = screen
      .getAllByRole("img")
      .map((square) => square.querySelector("path")?.getAttribute("d"));
    expect(shapes).toEqual(looks.map((look) => CELL_LOOKS[look].path));
  });

  it("are explained in words", () => {
    render(<StateLegend looks={["refused", "empty"]} />);
    expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
      "refused",
      "empty",
    ]);
  });
});

describe("what a symbol is drawn with", () => {
  const COLOURS =
    /(?:bg|border|text)-(answered|refused|empty|filtered|truncated|fault|accent|muted)/;
  const looks = Object.entries(CELL_LOOKS).map(([look, { tone }]) => ({
    look,
    tone,
    colour: COLOURS.exec(tone)?.[1] ?? "",
  }));

  it.each(looks)("$look stands out 3:1 from paper and sheet, in both themes", ({ colour }) => {
    for (const theme of ["light", "dark"] as const)
      for (const ground of ["paper", "sheet"]) {
        const { [colour]: ink, [ground]: behind } = tokens(theme);
        expect(contrastOf(ink ?? "", behind ?? "")).toBeGreaterThanOrEqual(3);
      }
  });

  it("never fades: what is half seen half of the time is not seen", () => {
    for (const { tone } of looks) expect(tone).not.toMatch(/animate-pulse|opacity/);
  });
});
