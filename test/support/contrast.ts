import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "@/test/support/run-tool";

/** The colours of one theme by their names in app/globals.css, as `#rrggbb`. */
export function tokens(theme: "light" | "dark"): Readonly<Record<string, string>> {
  const css = readFileSync(join(ROOT, "app", "globals.css"), "utf8");
  const pairs = css.matchAll(/--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g);
  return Object.fromEntries(
    [...pairs].map(([, name, light, dark]) => [name, theme === "light" ? light : dark]),
  );
}

/** Relative luminance (WCAG 2.2). */
function luminanceOf(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio (WCAG 2.2): 1 for the same colour, 21 for black on white. */
export function contrastOf(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminanceOf(a), luminanceOf(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}
