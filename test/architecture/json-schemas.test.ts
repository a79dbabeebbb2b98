import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { publishedSchemas, SCHEMA_FOLDER, schemasCommand } from "@/server/cli/schemas";

describe("the published JSON schemas", () => {
  it.each(publishedSchemas())(
    "$file is current (run `beacon schemas` when it is not)",
    (schema) => {
      expect(readFileSync(join(SCHEMA_FOLDER, schema.file), "utf8")).toBe(schema.text);
    },
  );

  it("are written by the command, and no others stand beside them", async () => {
    const folder = mkdtempSync(join(tmpdir(), "beacon-schemas-"));
    const said: string[] = [];
    expect(await schemasCommand([folder], { out: (line) => said.push(line) })).toBe(0);
    const names = publishedSchemas()
      .map(({ file }) => file)
      .sort();
    expect(readdirSync(folder).sort()).toEqual(names);
    expect(readdirSync(SCHEMA_FOLDER).sort()).toEqual(names);
    expect(said).toHaveLength(names.length);
    rmSync(folder, { recursive: true });
  });
});
