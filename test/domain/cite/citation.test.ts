import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CitedWork } from "@/schemas/citation";
import { CITATION_STYLES, citation, cslItem, texText } from "@/server/domain/cite/citation";
import { aWork } from "@/test/domain/cite/a-work";

const { id, cid } = aWork();
const URL_OF_IT = `https://beacon.example.org/responses/${id}`;
const PROOF = `ntry 41 of log beacon.local/0123abcd`;

describe("a citation of an answer", () => {
  it("in APA names author, day, title, entry, address and kind", () => {
    expect(citation(aWork(), "apa")).toBe(
      `Beacon. (2026, November 22). Response of control-regional, asked from Germany, repeat 1: “Who closed the Vell dam?” (E${PROOF}; CID ${cid}) [Response of an AI service]. ${URL_OF_IT}`,
    );
  });

  it("in Chicago's notes has single quotation marks within its title", () => {
    expect(citation(aWork(), "chicago")).toBe(
      `Beacon, “Response of control-regional, asked from Germany, repeat 1: ‘Who closed the Vell dam?’,” November 22, 2026, e${PROOF}, CID ${cid}, ${URL_OF_IT}.`,
    );
  });

  it("in BibTeX is one entry", () => {
    expect(citation(aWork({ title: "50 % of {x} & $y_1$ ~ #2 ^ \\" }), "bibtex")).toBe(
      `@misc{beacon-${id},
  author = {{Beacon}},
  title = {{50 \\% of \\textbraceleft{}x\\textbraceright{} \\& \\$y\\_1\\$ \\textasciitilde{} \\#2 \\textasciicircum{} \\textbackslash{}}},
  year = {2026},
  month = nov,
  day = {22},
  howpublished = {\\url{${URL_OF_IT}}},
  note = {Response of an AI service; e${PROOF}; CID ${cid}},
}
`,
    );
  });

  it("in CSL-JSON is a list of one web page, its archive the log", () => {
    expect(JSON.parse(citation(aWork(), "csl-json"))).toEqual([
      {
        id: `beacon-${id}`,
        type: "webpage",
        title: aWork().title,
        author: [{ literal: "Beacon" }],
        issued: { "date-parts": [[2026, 11, 22]] },
        "container-title": "Beacon, beacon.example.org",
        publisher: "Beacon",
        URL: URL_OF_IT,
        language: "en",
        genre: "Response of an AI service",
        archive: "Log beacon.local/0123abcd",
        archive_location: "entry 41",
        note: `E${PROOF}; CID ${cid}`,
      },
    ]);
  });
});

describe("whatever the style, a citation", () => {
  it.each(CITATION_STYLES)("in %s says that data is simulated, and only then", (style) => {
    expect(citation(aWork({ simulated: true }), style).toLowerCase()).toContain("simulated data");
    expect(citation(aWork(), style).toLowerCase()).not.toContain("simulated");
  });

  it.each(CITATION_STYLES)("in %s claims no entry and no bytes that there are not", (style) => {
    const log = { origin: "beacon.local/0123abcd", index: null };
    const text = citation(aWork({ log, cid: null }), style);
    expect(text.toLowerCase()).toContain("not yet published in log beacon.local");
    expect(text).not.toMatch(/entry \d|CID/);
  });

  it.each(CITATION_STYLES)("in %s names the comparison as a data set", (style) => {
    const text = citation(aWork({ kind: "comparison", title: "Comparison: dams" }), style);
    expect(text.toLowerCase()).toContain("data set");
    expect(text).toContain("Comparison: dams");
  });
});

/** The fields of an item and their types, from csl-data.json of the CSL schema 1.0.2; none other is allowed there. */
const CSL_FIELDS: Readonly<Record<keyof ReturnType<typeof cslItem>, string>> = {
  id: "string",
  type: "string",
  title: "string",
  author: "object",
  issued: "object",
  "container-title": "string",
  publisher: "string",
  URL: "string",
  language: "string",
  genre: "string",
  archive: "string",
  archive_location: "string",
  note: "string",
};

const anyWork: fc.Arbitrary<CitedWork> = fc.record({
  kind: fc.constantFrom("response", "comparison"),
  id: fc.constantFrom(id),
  title: fc.string({ unit: "grapheme" }).map((text) => text.replace(/\s+/g, " ")),
  language: fc.constantFrom("en", "ar"),
  portal: fc.constant(aWork().portal),
  url: fc.webUrl({ withFragments: true, withQueryParameters: true }),
  at: fc
    .date({ min: new Date("2026-01-01"), max: new Date("2090-01-01"), noInvalidDate: true })
    .map((date) => date.toISOString() as CitedWork["at"]),
  log: fc.record({ origin: fc.constant("o.example/log"), index: fc.option(fc.nat()) }),
  cid: fc.constantFrom(null, cid),
  simulated: fc.boolean(),
});

describe("CSL-JSON", () => {
  it("has the fields of the schema in their types, and no others", () => {
    fc.assert(
      fc.property(anyWork, (work) => {
        const item = cslItem(work);
        for (const [name, value] of Object.entries(item))
          expect(typeof value, name).toBe(CSL_FIELDS[name as keyof typeof item]);
        const [[year = 0, month = 0, day = 0] = []] = item.issued["date-parts"];
        expect(new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10)).toBe(
          work.at.slice(0, 10),
        );
      }),
    );
  });
});

/** What TeX prints for what `texText` writes. */
const printed = (tex: string): string =>
  tex
    .replace(/\\text(backslash|braceleft|braceright|asciicircum|asciitilde)\{\}/g, (_, name) => {
      const chars = { backslash: "\0", braceleft: "{", braceright: "}", asciicircum: "^" };
      return chars[name as keyof typeof chars] ?? "~";
    })
    .replace(/\\([$&#%_])/g, "$1")
    .replaceAll("\0", "\\");

describe("BibTeX", () => {
  it("prints any title as it is", () => {
    const unit = fc.constantFrom(..."\\{}$&#%_^~ab é大".split(""));
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        expect(printed(texText(text))).toBe(text);
      }),
    );
  });

  it("has as many braces closed as opened, and never more closed, whatever is cited", () => {
    fc.assert(
      fc.property(anyWork, (work) => {
        let depth = 0;
        for (const char of citation(work, "bibtex")) {
          if (char === "{") depth++;
          if (char === "}") depth--;
          expect(depth).toBeGreaterThanOrEqual(0);
        }
        expect(depth).toBe(0);
      }),
    );
  });
});
