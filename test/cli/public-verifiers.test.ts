import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { fromUtf8 } from "@/server/domain/bytes";
import { isBeaconError } from "@/server/domain/errors";
import { parsePolicy } from "@/server/domain/log/policy";
import { verifyReceipt } from "@/server/domain/verify/verify-receipt";
import { pythonOrSkip } from "@/test/cli/public-verifiers/find-python";
import {
  type Judgement,
  judgedBy,
  judgedByCommand,
  judgedInBatch,
} from "@/test/cli/public-verifiers/run-verifiers";
import type { VerdictCase } from "@/test/cli/public-verifiers/verdict-case";
import { ROOT } from "@/test/support/run-tool";
import { skipBecause } from "@/test/support/skip";
import { verdictCases } from "@/test/support/verdict-cases";

const TIME_LIMIT_MS = 120_000;

const cases = verdictCases();
const judged = cases.filter(({ isInputUnusable }) => isInputUnusable !== true);
const inputs = cases.filter(({ isInputUnusable }) => isInputUnusable === true);

/** What the TypeScript answers, by the cases' names, and the codes that it throws instead. */
const answers = new Map<string, Judgement>();
const thrown = new Map<string, string>();

beforeAll(async () => {
  for (const given of judged)
    try {
      answers.set(given.name, await judgedBy(verifyReceipt, given));
    } catch (error) {
      if (!isBeaconError(error)) throw error;
      thrown.set(given.name, error.code);
    }
}, TIME_LIMIT_MS);

/** What every verifier must answer: as the TypeScript does, and for other files as the case says. */
const asked = (given: VerdictCase): Judgement =>
  answers.get(given.name) ?? {
    verdict: "unusable",
    code: given.code ?? null,
    checks: [],
    facts: null,
  };

/** The cases for which something else was answered than is asked of it. */
const disagreements = (asking: readonly VerdictCase[], told: readonly Judgement[]) => {
  expect(told).toHaveLength(asking.length);
  return asking.flatMap((given, i) => {
    try {
      expect(told[i]).toEqual(asked(given));
      return [];
    } catch {
      return [{ case: given.name, asked: asked(given), told: told[i] }];
    }
  });
};

/** The cases that did not get the verdict that they were made for, or not its code. */
const surprises = (asking: readonly VerdictCase[], told: readonly Judgement[]) =>
  asking.flatMap((given, i) => {
    const { verdict = "", code = null, checks = [] } = told[i] ?? {};
    const codes = [code, ...checks.map((check) => check.split(" ")[2])];
    const isRight = given.expected === "refused" ? verdict !== "sound" : verdict === given.expected;
    const hasCode = given.code === undefined || codes.includes(given.code);
    return isRight && hasCode ? [] : [{ case: given.name, told: told[i] }];
  });

describe("the cases", () => {
  it("are many, of every verdict, and each has its name", () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(cases.length).toBeGreaterThan(800);
    const verdicts = [...answers.values()].map(({ verdict }) => verdict);
    for (const verdict of ["sound", "unsound", "unusable"])
      expect(verdicts.filter((answer) => answer === verdict).length).toBeGreaterThan(70);
  });

  it("reach every outcome and every code that a check can have", () => {
    const seen = new Set([...answers.values()].flatMap(({ checks }) => checks));
    const codes = [
      "bytes-match-cid: fails BLOCK_CID_MISMATCH",
      "bytes-match-cid: fails",
      "receipt-binds-bytes: fails",
      "receipt-signature: fails",
      "runner-key-registered: fails KEY_REVOKED",
      "runner-key-registered: fails LOG_PROOF_LENGTH",
      "runner-key-registered: fails LOG_PROOF_ROOT_MISMATCH",
      "leaf-included: fails LOG_POSITION_INVALID",
      "leaf-included: fails LOG_PROOF_LENGTH",
      "leaf-included: fails LOG_PROOF_ROOT_MISMATCH",
      "checkpoint-signature: fails NOTE_KEY_UNKNOWN",
      "checkpoint-signature: fails NOTE_SIGNATURE_INVALID",
      "witness-quorum: not-applicable",
      "witness-quorum: fails QUORUM_NOT_MET",
      "witness-quorum: fails NOTE_SIGNATURE_INVALID",
      "consistent-with-last-seen: holds",
      "consistent-with-last-seen: fails LOG_PROOF_LENGTH",
      "consistent-with-last-seen: fails LOG_PROOF_ROOT_MISMATCH",
      "intent-announced: fails",
      "intent-announced: fails LOG_PROOF_LENGTH",
    ];
    expect(codes.filter((code) => !seen.has(code))).toEqual([]);
  });
});

describe("the verifier in TypeScript", () => {
  it("gives every receipt the verdict that it was made for, and the code", () => {
    const given = judged.filter(({ name }) => !thrown.has(name));
    expect(surprises(given, given.map(asked))).toEqual([]);
  });

  it("refuses every policy that is none", () => {
    const policies = inputs.filter(({ name }) => name.startsWith("policy: "));
    const accepted = policies.filter(({ policy }) => {
      try {
        parsePolicy(fromUtf8(policy) ?? "\0");
        return true;
      } catch (error) {
        return !isBeaconError(error) || error.code !== "POLICY_MALFORMED";
      }
    });
    expect(policies.length).toBeGreaterThan(40);
    expect(accepted.map(({ name }) => name)).toEqual([]);
  });

  it("throws for no receipt", () => {
    expect([...thrown.keys()]).toEqual([]);
  });
});

/** What `beacon verify` did wrong in a case; null when nothing. */
async function faultOfCommand(given: VerdictCase): Promise<unknown> {
  const { exit, judgement, err } = await judgedByCommand(given);
  const says = { exit, judgement, err };
  const code = { sound: 0, unsound: 1, unusable: 2 }[asked(given).verdict];
  const isSilent = judgement === null && err.length === 1;
  const isReport =
    judgement !== null && err.length === 0 && disagreements([given], [judgement]).length === 0;
  const isRight = exit === code && (given.isInputUnusable ? isSilent : isReport);
  return isRight ? null : { case: given.name, says };
}

describe("beacon verify", () => {
  it(
    "answers as the verifier does, and 2 with one sentence for files that it cannot use",
    async () => {
      const faults: unknown[] = [];
      for (const given of cases)
        if (!thrown.has(given.name)) faults.push(await faultOfCommand(given));
      expect(faults.filter((fault) => fault !== null)).toEqual([]);
    },
    TIME_LIMIT_MS,
  );
});

describe("verifier.js", () => {
  it(
    "agrees on every case",
    async (context) => {
      const file = join(ROOT, "public/verify/verifier.js");
      if (!existsSync(file)) skipBecause(context, `${file} is not built here`);
      const library: { verifyReceipt: typeof verifyReceipt; parsePolicy: typeof parsePolicy } =
        await import(/* @vite-ignore */ pathToFileURL(file).href);
      const given = judged.filter(({ name }) => !thrown.has(name));
      const told: Judgement[] = [];
      for (const each of given)
        told.push(await judgedBy(library.verifyReceipt, each, library.parsePolicy));
      expect(disagreements(given, told)).toEqual([]);
    },
    TIME_LIMIT_MS,
  );
});

describe("verify.mjs", () => {
  it(
    "agrees on every case",
    async () => {
      const script = join(ROOT, "public/verify/verify.mjs");
      const told = await judgedInBatch(process.execPath, script, cases);
      expect(disagreements(cases, told)).toEqual([]);
      expect(surprises(cases, told)).toEqual([]);
    },
    TIME_LIMIT_MS,
  );
});

describe("verify.py", () => {
  it(
    "agrees on every case",
    async (context) => {
      const python = pythonOrSkip(context);
      const script = join(ROOT, "public/verify/verify.py");
      const told = await judgedInBatch(python, script, cases);
      expect(disagreements(cases, told)).toEqual([]);
      expect(surprises(cases, told)).toEqual([]);
    },
    TIME_LIMIT_MS,
  );
});
