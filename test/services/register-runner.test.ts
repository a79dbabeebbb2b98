import { expect, it } from "vitest";
import { registerRunner } from "@/server/services/register-runner";
import { submitted, writeAll } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { ownContext } from "@/test/support/context";

const house = ownContext();

it("the runner's key is the log's first entry, filed once however often it is asked for", async () => {
  const { context } = house;
  await registerRunner(context);
  expect(await context.log.pending(10)).toHaveLength(1);
  await writeAll(context);
  await registerRunner(context);
  await submitted(context);
  await writeAll(context);
  const entries = await context.log.entries(0, 10);
  expect(entries.map(({ kind }) => kind)).toEqual(["beacon.key/v1", "beacon.intent/v1"]);
  expect(JSON.parse(new TextDecoder().decode(entries[0]?.bytes))).toMatchObject({
    key: context.runner.keyId,
    role: "runner",
  });
  await checkLog(context);
});
