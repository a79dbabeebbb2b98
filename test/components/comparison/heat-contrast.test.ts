// @vitest-environment node
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const CSS = readFileSync(new URL("../../../app/globals.css", import.meta.url), "utf8");

type Triple = readonly [number, number, number];

/** A custom property's colour in one theme, as sRGB from 0 to 1. */
function colourOf(name: string, theme: "light" | "dark"): Triple {
  const found = new RegExp(`--${name}: light-dark\\(#(\\w{6}), #(\\w{6})\\)`).exec(CSS);
  const digits = found?.[theme === "light" ? 1 : 2] ?? "";
  const [r = Number.NaN, g = Number.NaN, b = Number.NaN] = [0, 2, 4].map(
    (at) => Number.parseInt(digits.slice(at, at + 2), 16) / 255,
  );
  return [r, g, b];
}

const toLinear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const dot = (row: Triple, [x, y, z]: Triple): number => row[0] * x + row[1] * y + row[2] * z;
const map = (v: Triple, f: (c: number) => number): Triple => [f(v[0]), f(v[1]), f(v[2])];

/** sRGB in Oklab (B. Ottosson, 2020), the space in which `color-mix(in oklab, …)` mixes. */
function toOklab(colour: Triple): Triple {
  const linear = map(colour, toLinear);
  const lms: Triple = [
    Math.cbrt(dot([0.4122214708, 0.5363325363, 0.0514459929], linear)),
    Math.cbrt(dot([0.2119034982, 0.6806995451, 0.1073969566], linear)),
    Math.cbrt(dot([0.0883024619, 0.2817188376, 0.6299787005], linear)),
  ];
  return [
    dot([0.2104542553, 0.793617785, -0.0040720468], lms),
    dot([1.9779984951, -2.428592205, 0.4505937099], lms),
    dot([0.0259040371, 0.7827717662, -0.808675766], lms),
  ];
}

function linearOfOklab(lab: Triple): Triple {
  const lms = map(
    [
      dot([1, 0.3963377774, 0.2158037573], lab),
      dot([1, -0.1055613458, -0.0638541728], lab),
      dot([1, -0.0894841775, -1.291485548], lab),
    ],
    (c) => c ** 3,
  );
  return [
    dot([4.0767416621, -3.3077115913, 0.2309699292], lms),
    dot([-1.2684380046, 2.6097574011, -0.3413193965], lms),
    dot([-0.0041960863, -0.7034186147, 1.707614701], lms),
  ];
}

/** Relative luminance (WCAG 2.2) of linear sRGB. */
const luminance = (linear: Triple): number => dot([0.2126, 0.7152, 0.0722], linear);

const contrast = (one: number, other: number): number =>
  (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);

describe.each(["light", "dark"] as const)("the heat map in the %s theme", (theme) => {
  it("keeps its figures readable (AA, 4.5 to 1) on every colour of its scale", () => {
    const ink = luminance(map(colourOf("ink", theme), toLinear));
    const [cold, hot] = [toOklab(colourOf("heat-0", theme)), toOklab(colourOf("heat-1", theme))];
    for (let percent = 0; percent <= 100; percent++) {
      const share = percent / 100;
      const mixed: Triple = [0, 1, 2].map(
        (i) => (cold[i] ?? 0) * (1 - share) + (hot[i] ?? 0) * share,
      ) as unknown as Triple;
      expect(contrast(ink, luminance(linearOfOklab(mixed))), `${percent} %`).toBeGreaterThan(4.5);
    }
  });

  it.each(["beacon-soft", "accent-soft"])(
    "keeps text readable on the tint of a difference: %s",
    (tint) => {
      const ink = luminance(map(colourOf("ink", theme), toLinear));
      expect(contrast(ink, luminance(map(colourOf(tint, theme), toLinear)))).toBeGreaterThan(7);
    },
  );
});
