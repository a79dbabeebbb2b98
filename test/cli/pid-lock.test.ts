import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type PidLock, takePidLock } from "@/server/cli/pid-lock";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "beacon-lock-"));
  file = join(folder, "lock");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function taken(): PidLock {
  const lock = takePidLock(file);
  if ("heldBy" in lock) throw new Error(`held by ${lock.heldBy}`);
  return lock;
}

it("is held by one process, which is named, until it is released", () => {
  const lock = taken();
  expect(lock.wasStale).toBe(false);
  expect(takePidLock(file)).toEqual({ heldBy: process.pid });
  lock.release();
  expect(existsSync(file)).toBe(false);
  expect(taken().wasStale).toBe(false);
});

it("is taken over from a dead process, and from one whose id is in use again", () => {
  for (const dead of ["999999999 5\n", `${process.pid} 1\n`, "", "nonsense"]) {
    writeFileSync(file, dead);
    const lock = taken();
    expect(lock.wasStale).toBe(true);
    lock.release();
  }
});

it("is not released by one who has lost it", () => {
  const lock = taken();
  writeFileSync(file, "1 1\n");
  lock.release();
  expect(existsSync(file)).toBe(true);
});
