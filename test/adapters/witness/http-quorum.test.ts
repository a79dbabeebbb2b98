import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type StandAloneWitness,
  startStandAloneWitness,
} from "@/server/adapters/witness/stand-alone-witness";
import { type Context, contextFor } from "@/server/context";
import { isBeaconError } from "@/server/domain/errors";
import { parsePolicy } from "@/server/domain/log/policy";
import { readEnv } from "@/server/env";
import { registerRunner } from "@/server/services/register-runner";
import { aSigner } from "@/test/domain/log/a-signer";
import { submitted, writeAll } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { createTestDatabase, type TestDatabase } from "@/test/support/database";

let home = "";
let database: TestDatabase;
let context: Context;
let witnesses: StandAloneWitness[] = [];

const settings = (more: Readonly<Record<string, string>> = {}) =>
  readEnv({
    NODE_ENV: "test",
    DATABASE_URL: database.url,
    BEACON_HOME: home,
    LOG_LEVEL: "silent",
    ...more,
  });
const aWitness = (seed: number, logVerifierKey: string, port = 0) =>
  startStandAloneWitness({
    signers: [{ name: `w${seed}.example`, ...aSigner(seed) }],
    logLines: `log ${logVerifierKey}\n`,
    stateFolder: join(home, `witness-${seed}`),
    host: "127.0.0.1",
    port,
    now: () => new Date(),
    onFailure: (error) => {
      throw error;
    },
  });

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "beacon-quorum-"));
  database = await createTestDatabase();
  const plain = contextFor(settings());
  const [own] = plain.policyText.split("\n").filter((line) => line.startsWith("witness "));
  witnesses = [await aWitness(2, plain.logVerifierKey), await aWitness(3, plain.logVerifierKey)];
  const lines = [
    `log ${plain.logVerifierKey}`,
    own,
    ...witnesses.map(({ verifierKeys, url }, i) => `witness w${i} ${verifierKeys[0]} ${url}`),
    "group quorum 2 local w0 w1",
    "quorum quorum",
  ];
  await plain.close();
  const policyFile = join(home, "wanted.txt");
  writeFileSync(policyFile, lines.map((line) => `${line}\n`).join(""));
  context = contextFor(settings({ BEACON_POLICY: policyFile }));
  await registerRunner(context);
});
afterAll(async () => {
  await context.close();
  await Promise.all(witnesses.map((witness) => witness.close()));
  await database.drop();
  rmSync(home, { recursive: true, force: true });
});

const codes = async () =>
  Object.fromEntries((await context.witnessStore.all()).map(({ name, code }) => [name, code]));
const local = () => `${context.origin}/witness`;
async function grow(): Promise<void> {
  await submitted(context);
  await writeAll(context);
}

describe("an installation with a policy of its own", () => {
  it("serves that policy, and publishes with the lines of all its witnesses", async () => {
    expect(parsePolicy(context.policyText)).toEqual(context.policy);
    expect(context.witnesses.map(({ operator }) => operator)).toEqual([
      "local",
      "independent",
      "independent",
    ]);
    await grow();
    expect((await checkLog(context)).cosigners).toBe(3);
    expect(await codes()).toEqual({ [local()]: null, "w2.example": null, "w3.example": null });
  });

  it("goes on while one is away, does not while two are, and says who", async () => {
    const [first, second] = witnesses;
    if (first === undefined || second === undefined) return expect.fail("there are two");
    await second.close();
    await grow();
    expect((await checkLog(context)).cosigners).toBe(2);
    expect(await codes()).toEqual({
      [local()]: null,
      "w2.example": null,
      "w3.example": "WITNESS_UNAVAILABLE",
    });

    await first.close();
    const code = await grow().catch((error: unknown) => isBeaconError(error) && error.code);
    expect(code).toBe("QUORUM_NOT_MET");
    const { size, publishedSize } = await context.log.state();
    expect(size).toBe(publishedSize + 1);

    const portOf = ({ url }: StandAloneWitness) => Number(new URL(url).port);
    witnesses = [
      await aWitness(2, context.logVerifierKey, portOf(first)),
      await aWitness(3, context.logVerifierKey, portOf(second)),
    ];
    await grow();
    expect((await checkLog(context)).cosigners).toBe(3);
    for (const witness of context.witnesses)
      expect((await witness.latest(context.origin))?.size).toBe(BigInt(size + 1));
  });

  it("does not start with a policy of another log", () => {
    const policyFile = join(home, "wrong.txt");
    writeFileSync(policyFile, "quorum none\n");
    expect(() => contextFor(settings({ BEACON_POLICY: policyFile }))).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
  });
});
