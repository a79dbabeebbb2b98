import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AnswerRecord } from "@/schemas/explore-export";
import { parseExploreQuery } from "@/server/domain/explore/query";
import { answerLine, answerRecord, answersHeader, queryRecord } from "@/server/domain/explore/rows";
import { aFailure, anAnswer } from "@/test/domain/explore/an-answer";
import { parseCsv, recordsOf } from "@/test/domain/explore/parse-csv";

const PORTAL = "https://beacon.example.org";
const csv = (answer: ReturnType<typeof anAnswer>) => answersHeader() + answerLine(answer, PORTAL);

describe("an exported answer", () => {
  it("carries what one needs to find and to check it", () => {
    const answer = anAnswer();
    expect(answerRecord(answer, PORTAL)).toMatchObject({
      task: answer.taskId,
      log_index: 41,
      cid: answer.cid,
      permalink: `${PORTAL}/responses/${answer.taskId}`,
      simulated: true,
      repeat: 1,
    });
    expect(recordsOf(csv(answer))).toEqual([
      expect.objectContaining({
        task: answer.taskId,
        log_index: "41",
        cid: answer.cid,
        permalink: `${PORTAL}/responses/${answer.taskId}`,
        simulated: "true",
        repeat: "1",
        latency_ms: "250",
      }),
    ]);
  });

  it("says the same in both forms, column by column", () => {
    const record = answerRecord(anAnswer(), PORTAL);
    const [row = {}] = recordsOf(csv(anAnswer()));
    expect(Object.keys(row)).toEqual(Object.keys(record));
    expect(Object.values(row)).toEqual(Object.values(record).map((value) => String(value ?? "")));
  });

  it("keeps any answer unchanged in JSON, and fits its schema", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const record = answerRecord(anAnswer({ text }), PORTAL);
        expect(AnswerRecord.parse(JSON.parse(JSON.stringify(record))).answer).toBe(text);
      }),
    );
    expect(AnswerRecord.parse(answerRecord(aFailure(), PORTAL)).failure_code).toBe(
      "MODEL_TIMED_OUT",
    );
  });

  it("tells a number that was not measured from a text that is not there", () => {
    const [row] = recordsOf(csv(aFailure()));
    expect(row).toMatchObject({
      latency_ms: "not measured",
      prompt_tokens: "not measured",
      output_tokens: "not measured",
      size_bytes: "not measured",
      answer: "",
      cid: "",
      log_index: "",
      fault: "service",
    });
  });

  it("keeps numbers out of quotes and everything else in them", () => {
    const [, record = []] = parseCsv(csv(anAnswer()));
    const numbers = record.filter(({ isQuoted }) => !isQuoted).map(({ text }) => text);
    expect(numbers).toEqual(["1", "250", "12", "9", "30", "41"]);
  });
});

describe("a query in an export", () => {
  it("says the parameters of its URL", () => {
    const { query } = parseExploreQuery(
      new URLSearchParams("q=dam&state=refused&country=DE&limit=5"),
    );
    expect(queryRecord(query)).toEqual({
      q: "dam",
      country: ["DE"],
      state: ["refused"],
      limit: "5",
    });
  });
});
