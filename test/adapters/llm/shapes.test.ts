import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Dialect } from "@/schemas/job-spec";
import { aChat, aDoor, anApi, ask } from "@/test/adapters/llm/a-door";

/** Answers in the forms that the vendors document; each file names the pages. Written for this test. */
const Shapes = z.strictObject({
  dialect: Dialect,
  sources: z.array(z.string()).min(1),
  shapes: z
    .array(
      z.strictObject({
        name: z.string(),
        status: z.int(),
        headers: z.array(z.tuple([z.string(), z.string()])),
        body: z.unknown(),
        expect: z.looseObject({ state: z.string(), code: z.string().nullable() }),
      }),
    )
    .min(1),
});

const files = Dialect.options.map((dialect) =>
  Shapes.parse(
    JSON.parse(readFileSync(new URL(`./shapes/${dialect}.json`, import.meta.url), "utf8")),
  ),
);

describe.each(files)("an answer in the form of $dialect", ({ dialect, shapes }) => {
  it.each(shapes)("is told: $name", async ({ status, headers, body, expect: expected }) => {
    const chat = aChat({ api: anApi({ dialect }) });
    const outcome = await ask(aDoor({ status, headers, body }), chat);
    expect(outcome).toMatchObject({ kind: "response", ...expected });
    if (outcome.kind === "failure") return;
    const sent = typeof body === "string" ? body : JSON.stringify(body);
    expect(new TextDecoder().decode(outcome.bytes)).toBe(sent);
    expect(outcome.exchange).toMatchObject({ status, headers });
  });

  it("is told in every state that a whole answer can have", () => {
    const states = new Set(shapes.map((shape) => shape.expect.state));
    expect([...states]).toEqual(
      expect.arrayContaining(["answered", "harness-error", "geoblocked"]),
    );
  });
});
