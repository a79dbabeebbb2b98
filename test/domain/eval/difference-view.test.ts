import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { backgroundOf } from "@/server/domain/eval/content-similarity";
import {
  type DifferenceView,
  differenceView,
  MAX_COMPARED_LENGTH,
  VIEW_LIMITS,
} from "@/server/domain/eval/difference-view";
import { LANGUAGE_CASES, type LanguageCase, told } from "@/test/domain/eval/four-languages";
import { skipBecause } from "@/test/support/skip";

const whole = (one: LanguageCase): string =>
  told(
    one,
    one.facts.map((_, i) => [i, 0] as const),
  );

describe.each(LANGUAGE_CASES)("how two answers are shown: $language", (one) => {
  const a = whole(one);
  const show = (b: string): DifferenceView => differenceView(a, b, one.language, null);

  it("is as identical when they are, byte by byte", () => {
    expect(show(a)).toEqual({ view: "identical" });
  });

  it("is word by word when they are versions of one text, with the place where they part", () => {
    const b = a.replace(one.swap[0], one.swap[1]);
    const view = show(b);
    expect(view.view).toBe("words");
    if (view.view !== "words") return;
    expect(view.similarity.value).toBeGreaterThan(0.9);
    expect([view.diff.removedWords, view.diff.addedWords]).toEqual([1, 1]);
    expect([...a].slice(view.divergence.characters).join("")).toMatch(/^\S/u);
    expect(view.divergence.words).toBeGreaterThan(5);
  });

  it("is sentence by sentence when they share sentences", () => {
    const b = told(one, [
      [0, 0],
      [2, 0],
      [1, 0],
      [3, 1],
      [4, 1],
      [5, 0],
    ]);
    const view = show(b);
    expect(view.view).toBe("sentences");
    if (view.view !== "sentences") return;
    const kinds = view.rows.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "same").length).toBeGreaterThanOrEqual(3);
    expect(view.rows.some((row) => row.kind === "same" && row.isMoved)).toBe(true);
    expect(kinds).toContain("removed");
  });

  it("is no difference at all when they share too little wording", () => {
    const other = LANGUAGE_CASES.find(({ language }) => language !== one.language);
    if (other === undefined) throw new Error("one language only");
    expect(show(whole(other))).toMatchObject({ view: "none", isTooLong: false });
  });
});

describe("how two answers are shown", () => {
  it("does not follow from a similarity that was not measured", () => {
    expect(differenceView("…", "!", "en", null)).toMatchObject({
      view: "none",
      similarity: { value: null },
    });
  });

  it("goes by the limits of the measure that could be had", () => {
    const [a, b] = ["the dam and the river were closed", "the dam and the river were opened"];
    expect(differenceView(a, b, "en", null).view).toBe("words");
    const background = { texts: 5, common: ["the", "and", "were", "dam", "river"] };
    expect(differenceView(a, b, "en", background)).toMatchObject({
      view: "none",
      similarity: { measure: "content-jaccard/1", value: 0 },
    });
    expect(VIEW_LIMITS["content-jaccard/1"].sentences).toBeLessThan(
      VIEW_LIMITS["word-jaccard/1"].sentences,
    );
  });

  it("of texts beyond 40,000 units is not worked out but for where they part", () => {
    const long = "one two ".repeat(MAX_COMPARED_LENGTH / 8);
    expect(differenceView(long, `${long}x`, "en", null)).toEqual({
      view: "too-long",
      similarity: null,
      divergence: expect.objectContaining({ characters: long.length }),
    });
  });

  it("stays within its bounds on the worst texts of 40,000 units", () => {
    const words = ["ab", "cd", "ef"];
    const long = (step: number): string =>
      Array.from({ length: 13_000 }, (_, i) => words[(i * step + (i >> 3)) % 3]).join(" ");
    const lines = "yes\n".repeat(10_000);
    const unbroken = "大坝".repeat(20_000);
    for (const [a, b] of [
      [long(1), long(2)],
      [lines, `${lines.slice(4)}no\n`],
      [unbroken, `x${unbroken.slice(1)}`],
    ] as const) {
      expect(differenceView(a, b, "zh", null).view).not.toBe("identical");
    }
  });
});

const DATA = new URL("../../../../shared/data/speechmap-demo.jsonl.gz", import.meta.url);
const Row = z.object({
  question_id: z.string(),
  subject: z.string().nullish(),
  lang: z.enum(["en", "zh", "fi"]),
  response: z.string().nullable(),
});

/** Answers of different models to one question, by language and question. */
function realAnswers(): ReadonlyMap<string, readonly string[]> {
  const byQuestion = new Map<string, string[]>();
  for (const line of gunzipSync(readFileSync(DATA)).toString().trim().split("\n")) {
    const { lang, question_id, subject, response } = Row.parse(JSON.parse(line));
    if (response === null || response === "") continue;
    const key = `${lang} ${question_id} ${subject ?? ""}`;
    byQuestion.set(key, [...(byQuestion.get(key) ?? []), response]);
  }
  return byQuestion;
}

/** All pairs of answers to the same question in one language, each shown as the page would show it. */
function realViews(language: string): readonly { a: string; b: string; shown: DifferenceView }[] {
  const groups = [...realAnswers()].filter(([key]) => key.startsWith(language));
  const background = backgroundOf(
    groups.flatMap(([, [first]]) => first ?? []),
    language,
  );
  return groups.flatMap(([, texts]) =>
    texts.flatMap((a, i) =>
      texts.slice(i + 1).map((b) => ({ a, b, shown: differenceView(a, b, language, background) })),
    ),
  );
}

describe("real answers of eight models to one question (SpeechMap)", () => {
  for (const language of ["en", "zh", "fi"])
    it(`are hardly ever drawn as a difference: ${language}`, { timeout: 60_000 }, (context) => {
      if (!existsSync(DATA))
        skipBecause(
          context,
          "the SpeechMap data set (answers of language models) is not on this machine",
        );
      const views = realViews(language);
      const drawn = views.filter(({ shown }) => shown.view === "sentences");
      expect(views.length).toBeGreaterThan(200);
      expect(views.filter(({ shown }) => shown.view === "words")).toEqual([]);
      expect(drawn.length / views.length).toBeLessThan(0.15);
      for (const { a, b, shown } of drawn) {
        if (shown.view !== "sentences") continue;
        expect(shown.rows.flatMap((row) => row.a?.text ?? []).join("")).toBe(a);
        expect(
          shown.rows
            .flatMap((row) => row.b ?? [])
            .toSorted((x, y) => x.at - y.at)
            .map(({ text }) => text)
            .join(""),
        ).toBe(b);
      }
    });
});
