import { createPrivateKey, sign } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { base64 } from "@/server/domain/bytes";
import { formatCheckpoint, parseCheckpoint } from "@/server/domain/log/checkpoint";
import { parseForkEvidence } from "@/server/domain/log/fork-evidence";
import { parseNote, signNote, verifyNote } from "@/server/domain/log/note";
import { parseVerifierKey } from "@/server/domain/log/verifier-key";
import { ed25519Verifier } from "@/server/domain/signature";
import { aWitnessDaemon } from "@/test/support/a-witness-daemon";
import { test } from "@/test/support/e2e-test";
import { portal } from "@/test/support/portal";

const folder = mkdtempSync(join(tmpdir(), "beacon-fork-"));
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the operator could sign, who holds the log's key: the same size, with another root. */
function anotherHistory(note: string, verifierKey: string): string {
  const key = createPrivateKey(readFileSync(join(portal.home(), "keys", "log.pem")));
  const checkpoint = parseCheckpoint(parseNote(note).text);
  return signNote(formatCheckpoint({ ...checkpoint, root: new Uint8Array(32).fill(7) }), {
    name: checkpoint.origin,
    publicKey: parseVerifierKey(verifierKey).publicKey,
    sign: (message) => Uint8Array.from(sign(null, message, key)),
  });
}

test("a log that shows two histories is refused by a witness and found out by a browser", async ({
  page,
}) => {
  const head = await portal.client().log.head.query();
  const { origin, logVerifierKey } = head;
  const shown = head.note ?? "";
  const forged = anotherHistory(shown, logVerifierKey);

  const witness = await aWitnessDaemon(folder, logVerifierKey);
  try {
    const ask = (old: number, note: string) =>
      fetch(`${witness.url}/add-checkpoint`, { method: "POST", body: `old ${old}\n\n${note}` });
    expect((await ask(0, shown)).status).toBe(200);
    const refused = await ask(head.size, forged);
    expect(refused.status).toBe(422);
    expect(await refused.text()).not.toContain("\u2014 ");
  } finally {
    await witness.stop();
  }

  // The other history was shown to this browser, some other day.
  const { size, root } = parseCheckpoint(parseNote(forged).text);
  const seen = { origin, size: Number(size), root: base64(root), note: forged };
  await page.goto(`${portal.url}/methodology`);
  await page.evaluate(([name, value]) => localStorage.setItem(name, value), [
    `beacon.last-seen:${origin}`,
    JSON.stringify({ ...seen, at: "2026-11-21T08:00:00.000Z" }),
  ] as const);
  for (const path of ["/log", "/", "/verify", "/log/0"]) {
    await page.goto(portal.url + path);
    await expect(page.getByRole("alert", { name: "Fork alarm" })).toContainText(
      "two different histories",
    );
  }
  await page.goto(`${portal.url}/log`);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Save both signed notes as one file" }).click();
  const notes = parseForkEvidence(readFileSync(await (await download).path(), "utf8"));
  expect(notes[0]).toBe(forged);
  const both = notes.map((note) => parseCheckpoint(parseNote(note).text));
  expect(new Set(both.map((checkpoint) => checkpoint.origin))).toEqual(new Set([origin]));
  const verifier = await ed25519Verifier();
  const keys = [parseVerifierKey(logVerifierKey)];
  for (const note of notes)
    expect(await verifyNote(parseNote(note), keys, verifier)).toHaveLength(1);
});

test("a browser that saw the same history before raises no alarm", async ({ page }) => {
  const { note, origin, size, root } = await portal.client().log.head.query();
  await page.goto(`${portal.url}/methodology`);
  await page.evaluate(([name, value]) => localStorage.setItem(name, value), [
    `beacon.last-seen:${origin}`,
    JSON.stringify({ origin, size, root, note, at: "2026-11-21T08:00:00.000Z" }),
  ] as const);
  const asked = page.waitForResponse((answer) => answer.url().endsWith("/tlog/policy"));
  await page.goto(`${portal.url}/log`);
  await asked;
  await expect(page.getByRole("button", { name: /Audit the whole log/ })).toBeEnabled();
  await expect(page.getByRole("alert", { name: "Fork alarm" })).toHaveCount(0);
});
