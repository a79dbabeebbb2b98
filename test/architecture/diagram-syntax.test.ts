// @vitest-environment jsdom
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runInThisContext } from "node:vm";
import { beforeAll, describe, expect, it } from "vitest";
import { plantUml, plantUmlKind } from "@/test/support/plantuml";
import { ROOT } from "@/test/support/run-tool";
import { skipBecause } from "@/test/support/skip";

type Mermaid = { parse(source: string): Promise<{ readonly diagramType: string }> };
type Diagram = { readonly from: string; readonly source: string };

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`);

/** The fenced blocks of one language in a Markdown file. */
const blocksIn = (path: string, language: string): Diagram[] =>
  [...read(path).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    ([, source = ""], n) => ({ from: `${path}, number ${n + 1}`, source }),
  );

const PAGES = ["README.md", "CONTRIBUTING.md", ...filesIn("docs", ".md")];
const diagramsOf = (ending: string, language: string): Diagram[] => [
  ...filesIn("diagrams", ending).map((from) => ({ from, source: read(from) })),
  ...PAGES.flatMap((page) => blocksIn(page, language)),
];

describe("Mermaid diagrams", () => {
  let mermaid: Mermaid;
  beforeAll(() => {
    runInThisContext(read("node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js"));
    mermaid = (globalThis as unknown as { mermaid: Mermaid }).mermaid;
  });

  it.each(diagramsOf(".mmd", "mermaid"))("$from is one that Mermaid reads", async ({ source }) => {
    expect((await mermaid.parse(source)).diagramType).toMatch(/^(flowchart|sequence|state)/);
  });

  it.each(["flowchart LR\n  a --> --> b", "sequenceDiagram\n  A->>", "a drawing"])(
    "%j is refused",
    async (source) => {
      await expect(mermaid.parse(source)).rejects.toThrow();
    },
  );
});

describe("PlantUML diagrams", () => {
  it("are all that PlantUML reads, and a broken one is not", { timeout: 120_000 }, async (test) => {
    const program = await plantUml();
    if ("missing" in program)
      return skipBecause(test, `PlantUML diagrams are not parsed: ${program.missing}`);
    const diagrams = diagramsOf(".puml", "plantuml");
    const kinds: Record<string, string> = {};
    for (const { from, source } of diagrams) kinds[from] = await plantUmlKind(program.jar, source);
    expect(kinds).toEqual({
      "diagrams/attestation.puml": "SEQUENCE",
      "diagrams/documents.puml": "CLASS",
      "diagrams/processes.puml": "DESCRIPTION",
    });
    const broken = read("diagrams/attestation.puml").replace("alt the key", "alternative the key");
    expect(await plantUmlKind(program.jar, broken)).toMatch(/^ERROR \d+/);
  });
});
