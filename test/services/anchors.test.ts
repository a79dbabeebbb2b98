import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Anchor } from "@/server/adapters/anchor/anchor";
import type { AnchorStore } from "@/server/adapters/db/anchor-store";
import { type Context, contextFor } from "@/server/context";
import { anchorIdOf } from "@/server/domain/anchor/anchor-id";
import { isDue, isHopeless } from "@/server/domain/anchor/schedule";
import { stampedDigest } from "@/server/domain/anchor/stamped-digest";
import { timeStampReply } from "@/server/domain/anchor/time-stamp-reply";
import { concat, utf8 } from "@/server/domain/bytes";
import { parseNote } from "@/server/domain/log/note";
import { readEnv } from "@/server/env";
import { anchorCheckpoint } from "@/server/services/anchor-checkpoint";
import {
  listAnchors,
  showAnchoredCheckpoint,
  showAnchorProof,
} from "@/server/services/show-anchors";
import { upgradeAnchors } from "@/server/services/upgrade-anchors";
import { ATTESTED_AT, aFakeAnchor } from "@/test/adapters/anchor/a-fake-anchor";
import { NOON, submitted, writeAll } from "@/test/support/builders";
import { type OpenContext, openContext } from "@/test/support/context";
import { Crash, crashPointsOf, dyingAt, traced } from "@/test/support/crash-points";
import { aClock, eventually } from "@/test/support/fakes";
import { anchorAll } from "@/workers/anchorer";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const opened: OpenContext[] = [];
afterAll(() => Promise.all(opened.map((open) => open.close())));

let base: Context;
let clock = aClock();
let fake = aFakeAnchor();
let other = aFakeAnchor({ kind: "opentimestamps", service: "https://calendar.example" });
let house: Context;

/** A published log of its own, one service that stamps at once and one that promises first. */
beforeEach(async () => {
  const open = await openContext();
  opened.push(open);
  base = open.context;
  await grow();
  clock = aClock();
  fake = aFakeAnchor();
  other = aFakeAnchor({ kind: "opentimestamps", service: "https://calendar.example" });
  other.state.promises = true;
  house = houseWith([fake.anchor, other.anchor]);
});

const houseWith = (anchorServices: readonly Anchor[]): Context => ({
  ...base,
  anchorServices,
  anchorIntervalMs: DAY,
  now: clock.now,
});
async function grow(): Promise<void> {
  await submitted(base);
  await writeAll(base);
}
const layDown = (isForced = false) => anchorCheckpoint(house, { isForced });
const goOn = (signal = new AbortController().signal) => upgradeAnchors(house, signal);
const all = () => house.anchors.list(null, 100);
const statuses = async () => (await all()).map(({ kind, status }) => `${kind} ${status}`).sort();
const one = async () => {
  const [anchor, ...more] = await all();
  if (anchor === undefined || more.length > 0) return expect.fail("there is not one anchor");
  return anchor;
};

describe("a published checkpoint", () => {
  it("is anchored once with each service, over the digest of its text", async () => {
    expect(await layDown()).toBe(2);
    expect(await layDown()).toBe(0);
    expect(await goOn()).toBe(2);
    expect(await statuses()).toEqual(["opentimestamps PENDING", "rfc3161 FINAL"]);
    const published = await base.log.published();
    const digest = stampedDigest(parseNote(published?.note ?? "").text);
    for (const anchor of await all()) {
      expect(anchor).toMatchObject({ size: published?.size, digest, requestedAt: NOON, tries: 0 });
      expect(anchor.id).toBe(anchorIdOf(anchor));
    }
    expect((await all()).find(({ kind }) => kind === "rfc3161")).toMatchObject({
      attestedAt: ATTESTED_AT,
      proof: concat(utf8("a proof over "), digest),
    });
    expect([fake.state.asked, other.state.asked]).toEqual([1, 1]);
  });

  it("that was anchored is left alone, however long it stays the newest", async () => {
    await layDown();
    clock.pass(10 * DAY);
    expect(await layDown()).toBe(0);
    expect(await layDown(true)).toBe(0);
  });

  it("is anchored when the log has grown and the interval has passed, or at once when told to", async () => {
    await layDown();
    await grow();
    clock.pass(DAY - 1);
    expect(await layDown()).toBe(0);
    clock.pass(1);
    expect(await layDown()).toBe(2);
    await grow();
    expect(await layDown(true)).toBe(2);
    expect(new Set((await all()).map(({ size }) => size)).size).toBe(3);
  });

  it("is anchored by nobody unless somebody is configured", async () => {
    house = houseWith([]);
    expect(await layDown(true)).toBe(0);
    expect(await all()).toEqual([]);
    await anchorAll(house, new AbortController().signal); // returns at once: there is nothing to wait for
  });

  it("that does not exist yet is not anchored", async () => {
    const open = await openContext();
    opened.push(open);
    expect(await anchorCheckpoint({ ...house, log: open.context.log }, { isForced: true })).toBe(0);
  });
});

describe("a pending anchor", () => {
  it("is asked about every hour, until it is final, and never again", async () => {
    house = houseWith([other.anchor]);
    await layDown();
    await goOn();
    clock.pass(HOUR - 1);
    expect(await goOn()).toBe(0);
    clock.pass(1);
    expect(await goOn()).toBe(1);
    expect(await one()).toMatchObject({ status: "PENDING", detail: "The fake will say so." });
    other.state.promises = false;
    clock.pass(HOUR);
    await goOn();
    expect(await one()).toMatchObject({ status: "FINAL", attestedAt: ATTESTED_AT });
    const { asked } = other.state;
    clock.pass(DAY);
    expect([await goOn(), other.state.asked]).toEqual([0, asked]);
  });

  it("outlives whatever its service answers, for 90 days", async () => {
    house = houseWith([other.anchor]);
    await layDown();
    await goOn();
    const { proof } = await one();
    for (const code of ["ANCHOR_INVALID", "ANCHOR_UNAVAILABLE"] as const) {
      other.state.failing = code;
      clock.pass(HOUR);
      await goOn();
      expect(await one()).toMatchObject({ status: "PENDING", proof });
      expect((await one()).detail).toMatch(new RegExp(`^${code}: `));
    }
    clock.pass(90 * DAY);
    await goOn();
    expect(await one()).toMatchObject({ status: "FAILED", proof });
  });

  it("whose service is not configured any more is asked of nobody", async () => {
    await layDown();
    house = houseWith([]);
    expect(await goOn()).toBe(0);
    expect([fake.state.asked, other.state.asked]).toEqual([0, 0]);
    expect(await statuses()).toEqual(["opentimestamps PENDING", "rfc3161 PENDING"]);
  });

  it("is claimed by one of two processes", async () => {
    house = houseWith([fake.anchor]);
    await layDown();
    const learned = await Promise.all(Array.from({ length: 5 }, () => goOn()));
    expect(learned.reduce((sum, each) => sum + each)).toBe(1);
    expect(fake.state.asked).toBe(1);
  });

  it("is left to the next process when this one stops", async () => {
    const stop = new AbortController();
    const waiting: Anchor = {
      ...fake.anchor,
      request: (digest, signal) => {
        stop.abort(new Error("the process stops"));
        fake.state.failing = signal.aborted ? "ANCHOR_UNAVAILABLE" : null;
        return fake.anchor.request(digest, signal);
      },
    };
    house = houseWith([waiting]);
    await layDown();
    expect(await goOn(stop.signal)).toBe(0);
    expect(await one()).toMatchObject({ status: "PENDING", detail: null });
    expect(await goOn(stop.signal)).toBe(0);
    fake.state.failing = null;
    clock.pass(MINUTE);
    house = houseWith([fake.anchor]);
    await goOn();
    expect(await one()).toMatchObject({ status: "FINAL" });
  });
});

describe("a service that does not answer", () => {
  it("is asked again after 1, 2, 4 … minutes, six hours at most, and given up after 12 times", async () => {
    house = houseWith([fake.anchor]);
    fake.state.failing = "ANCHOR_UNAVAILABLE";
    await layDown();
    const minutes = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360];
    for (const [asked, pause] of minutes.entries()) {
      expect(await one()).toMatchObject({ status: "PENDING", tries: asked });
      clock.pass(pause * MINUTE - 1);
      await goOn();
      clock.pass(1);
      await goOn();
      expect(fake.state.asked).toBe(asked + 1);
    }
    expect(await one()).toMatchObject({ status: "FAILED", proof: null });
    expect((await one()).detail).toMatch(/ANCHOR_UNAVAILABLE/);
  });

  it("and promises a proof at the last request is waited for", async () => {
    house = houseWith([other.anchor]);
    other.state.failing = "ANCHOR_UNAVAILABLE";
    await layDown();
    for (let n = 0; n < 11; n++) {
      await goOn();
      clock.pass(6 * HOUR);
    }
    expect(await one()).toMatchObject({ status: "PENDING", tries: 11 });
    other.state.failing = null;
    await goOn();
    expect(await one()).toMatchObject({
      status: "PENDING",
      tries: 0,
      detail: "The fake will say so.",
    });
  });

  it("and then does is believed as if it had at once", async () => {
    house = houseWith([fake.anchor]);
    fake.state.failing = "ANCHOR_UNAVAILABLE";
    await layDown();
    await goOn();
    fake.state.failing = null;
    clock.pass(MINUTE);
    await goOn();
    expect(await one()).toMatchObject({ status: "FINAL", detail: "The fake says so." });
  });
});

describe("a service that refuses", () => {
  it("is not asked again about this size, and its reason is kept", async () => {
    house = houseWith([fake.anchor]);
    fake.state.failing = "ANCHOR_INVALID";
    await layDown();
    await goOn();
    expect(await one()).toMatchObject({
      status: "FAILED",
      detail: "ANCHOR_INVALID: the fake was told to fail.",
    });
    clock.pass(10 * DAY);
    expect([await layDown(), await goOn(), fake.state.asked]).toEqual([0, 0, 1]);
  });
});

describe("a process that dies", () => {
  const dying = (store: AnchorStore): Context => ({ ...house, anchors: store });
  const finish = async () => {
    await layDown();
    clock.pass(DAY);
    await goOn();
    other.state.promises = false;
    clock.pass(DAY);
    await goOn();
  };

  it("before or after any write leaves one anchor with each service, final in the end", async () => {
    const { target, calls } = traced(house.anchors);
    const run = async (context: Context) => {
      await anchorCheckpoint(context, { isForced: true });
      await upgradeAnchors(context, new AbortController().signal);
      clock.pass(HOUR);
      await upgradeAnchors(context, new AbortController().signal);
    };
    await run(dying(target));
    expect(new Set(calls)).toEqual(
      new Set(["largest", "createOnce", "pending", "claim", "record"]),
    );
    await finish();
    for (const point of crashPointsOf(calls)) {
      await grow();
      other.state.promises = true;
      const before = (await all()).length;
      await expect(run(dying(dyingAt(house.anchors, point)))).rejects.toThrow(Crash);
      clock.pass(DAY);
      await finish();
      const anchors = await all();
      expect([point, anchors.length]).toEqual([point, before + 2]);
      expect(new Set(anchors.map(({ status }) => status))).toEqual(new Set(["FINAL"]));
    }
  });
});

describe("the anchors shown", () => {
  it("say who vouches for what, where the proof is, and what is not known", async () => {
    await layDown();
    const before = await listAnchors(house, { cursor: null, limit: 10 });
    expect(before.items.map(({ proofUrl, checkedAt }) => [proofUrl, checkedAt])).toEqual([
      [null, null],
      [null, null],
    ]);
    await goOn();
    const page = await listAnchors(house, { cursor: null, limit: 10 });
    expect(page).toMatchObject({ at: NOON.toISOString(), nextCursor: null });
    expect(page.services).toEqual([
      { kind: "rfc3161", service: "https://fake.example/" },
      { kind: "opentimestamps", service: "https://calendar.example" },
    ]);
    expect(page.items.find(({ kind }) => kind === "rfc3161")).toMatchObject({
      status: "FINAL",
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      attestedAt: ATTESTED_AT.toISOString(),
      block: null,
      proofUrl: expect.stringMatching(/^\/tlog\/anchors\/anc-[a-z2-7]{26}$/),
    });
  });

  it("come a page at a time, the largest checkpoints first, each once", async () => {
    for (let n = 0; n < 3; n++) {
      await layDown(true);
      await grow();
    }
    const seen: { id: string; size: number }[] = [];
    let cursor: Parameters<typeof listAnchors>[1]["cursor"] = null;
    for (let pages = 0; pages < 10; pages++) {
      const page = await listAnchors(house, { cursor, limit: 4 });
      seen.push(...page.items);
      cursor = page.nextCursor as typeof cursor;
      if (cursor === null) break;
    }
    expect(new Set(seen.map(({ id }) => id)).size).toBe(6);
    expect(seen.map(({ size }) => size)).toEqual(
      seen.map(({ size }) => size).toSorted((a, b) => b - a),
    );
  });

  it("give their proofs and checkpoints as files", async () => {
    await layDown();
    await goOn();
    for (const { id, kind, size, proof } of await all()) {
      const file = await showAnchorProof(house, id);
      expect(file).toMatchObject(
        kind === "rfc3161"
          ? { contentType: "application/timestamp-reply", fileName: `checkpoint-${size}.tsr` }
          : {
              contentType: "application/vnd.opentimestamps.v1",
              fileName: `checkpoint-${size}.ots`,
            },
      );
      const kept = proof ?? new Uint8Array();
      expect(file.bytes).toEqual(kind === "rfc3161" ? timeStampReply(kept) : kept);
      const { note } = await showAnchoredCheckpoint(house, id);
      expect(note).toBe((await base.log.published())?.note);
    }
  });

  it("are refused with a code where there is none, or none yet", async () => {
    const id = anchorIdOf({ kind: "rfc3161", service: "https://nobody.example", size: 1 });
    await expect(showAnchorProof(house, id)).rejects.toMatchObject({ code: "ANCHOR_NOT_FOUND" });
    await expect(showAnchoredCheckpoint(house, id)).rejects.toMatchObject({
      code: "ANCHOR_NOT_FOUND",
    });
    await layDown();
    const [pending] = await all();
    await expect(showAnchorProof(house, pending?.id ?? id)).rejects.toMatchObject({
      code: "ANCHOR_UNAVAILABLE",
    });
  });
});

describe("the services of an installation", () => {
  it("are none unless the environment names them, each by its address", async () => {
    expect(base.anchorServices).toEqual([]);
    const env = {
      NODE_ENV: "test",
      DATABASE_URL: base.env.DATABASE_URL,
      BEACON_HOME: base.env.BEACON_HOME,
      LOG_LEVEL: "silent",
      BEACON_TSA_URL: "https://tsa.example/",
      BEACON_OTS_CALENDARS: "https://a.example, https://b.example/cal/",
      BEACON_ANCHOR_INTERVAL_HOURS: "2",
    } as const;
    const context = contextFor(readEnv(env));
    expect(context.anchorServices.map(({ kind, service }) => [kind, service])).toEqual([
      ["rfc3161", "https://tsa.example/"],
      ["opentimestamps", "https://a.example"],
      ["opentimestamps", "https://b.example/cal"],
    ]);
    expect(context.anchorIntervalMs).toBe(2 * HOUR);
    await context.close();
    for (const wrong of [
      { BEACON_TSA_URL: "ftp://tsa.example" },
      { BEACON_OTS_CALENDARS: "alice" },
      { BEACON_ANCHOR_INTERVAL_HOURS: "0" },
    ])
      expect(() => readEnv({ ...env, ...wrong })).toThrow(
        expect.objectContaining({ code: "CONFIG_INVALID" }),
      );
  });
});

describe("the anchorer", () => {
  it("anchors what is published, and stops when it is told to", async () => {
    const stop = new AbortController();
    const running = anchorAll(house, stop.signal);
    await eventually(async () => (await statuses()).includes("rfc3161 FINAL"));
    stop.abort();
    await running;
    expect(await statuses()).toEqual(["opentimestamps PENDING", "rfc3161 FINAL"]);
  });

  it("outlives a failure that it did not foresee", async () => {
    const stop = new AbortController();
    let looks = 0;
    const broken = {
      ...house,
      log: {
        ...house.log,
        published: async () => {
          looks++;
          stop.abort();
          throw new Error("the database is away");
        },
      },
    };
    await anchorAll(broken, stop.signal);
    expect(looks).toBe(1);
  });
});

describe("the schedule", () => {
  const progress = { hasProof: false, tries: 0, requestedAt: NOON, checkedAt: null };
  it("asks at once about what was never asked, and waits at most six hours", () => {
    expect(isDue(progress, NOON)).toBe(true);
    const tired = { ...progress, tries: 1_000, checkedAt: NOON };
    expect(isDue(tired, new Date(NOON.getTime() + 6 * HOUR - 1))).toBe(false);
    expect(isDue(tired, new Date(NOON.getTime() + 6 * HOUR))).toBe(true);
  });

  it("gives up by the number of requests, or by the age of a promise", () => {
    expect(isHopeless({ ...progress, tries: 11 }, NOON)).toBe(false);
    expect(isHopeless({ ...progress, tries: 12 }, NOON)).toBe(true);
    const promised = { ...progress, hasProof: true, tries: 1_000 };
    expect(isHopeless(promised, new Date(NOON.getTime() + 90 * DAY - 1))).toBe(false);
    expect(isHopeless(promised, new Date(NOON.getTime() + 90 * DAY))).toBe(true);
  });
});
