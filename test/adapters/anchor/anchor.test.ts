import { beforeEach, describe, expect, it } from "vitest";
import { createCalendarAnchor } from "@/server/adapters/anchor/calendar-anchor";
import { createTimeStampAnchor } from "@/server/adapters/anchor/time-stamp-anchor";
import { judgeTimestamp } from "@/server/domain/anchor/judge-timestamp";
import { equalBytes, hex } from "@/server/domain/bytes";
import { aFakeAnchor } from "@/test/adapters/anchor/a-fake-anchor";
import { ownService } from "@/test/adapters/anchor/a-service";
import { needsOpenSsl, ownAuthority } from "@/test/adapters/anchor/an-authority";
import {
  aDigest,
  codeOfRequest,
  describeAnchor,
  FAULTS,
  patient,
} from "@/test/adapters/anchor/anchor-contract";
import { aCalendar, bitcoinBytes, pendingBytes } from "@/test/domain/anchor/a-calendar";
import { counting16 } from "@/test/support/fakes";

const service = ownService();
const authority = ownAuthority();
const random16 = counting16();

const anAuthorityAnchor = (caFile: string | null = authority.caFile) => {
  service.answer = ({ body }) => ({ body: authority.reply(body) });
  return createTimeStampAnchor({ url: `${service.url}/tsa`, caFile, random16 });
};

let calendar = aCalendar(() => service.url);
const aCalendarAnchor = () => {
  calendar = aCalendar(() => service.url);
  service.answer = ({ method, path, body }) => {
    if (method === "POST" && path === "/digest") return { body: calendar.accept(body) };
    const found = calendar.timestamp(path.replace("/timestamp/", ""));
    return found === null ? { status: 404, body: "Pending confirmation" } : { body: found };
  };
  return createCalendarAnchor({ url: `${service.url}/`, random16 });
};

let fake = aFakeAnchor();
describeAnchor("the fake", {
  make: () => {
    fake = aFakeAnchor();
    fake.state.promises = true;
    return fake.anchor;
  },
  fulfil: () => {
    fake.state.promises = false;
  },
  asked: () => fake.state.asked,
});

describeAnchor("an OpenTimestamps calendar", {
  make: aCalendarAnchor,
  fulfil: () => calendar.mine(),
  asked: () => service.asked.length,
});

describe("with OpenSSL", () => {
  beforeEach((context) => needsOpenSsl(context));

  describeAnchor("a time-stamp authority", {
    make: anAuthorityAnchor,
    fulfil: () => {},
    asked: () => service.asked.length,
  });

  it("a time-stamp authority is asked as RFC 3161 says, and its time is kept", async () => {
    const before = Date.now();
    const { status, attestedAt, detail } = await anAuthorityAnchor().request(aDigest(), patient());
    expect(status).toBe("final");
    expect(Math.abs((attestedAt?.getTime() ?? 0) - before)).toBeLessThan(10_000);
    expect(detail).toBe(
      "Signed by O=Time of the tests, CN=good, for whom O=Time of the tests, CN=Root vouches.",
    );
    const asked = service.asked.at(-1);
    expect(asked).toMatchObject({ method: "POST", path: "/tsa" });
    expect(asked?.headers["content-type"]).toBe("application/timestamp-query");
  });

  it("a time-stamp authority that nobody vouches for is shown as such", async () => {
    const { status, detail } = await anAuthorityAnchor(null).request(aDigest(), patient());
    expect([status, detail]).toEqual(["final", expect.stringMatching(/nobody that you trust/)]);
  });

  it.each([
    ["another root", {}, () => authority.impostorFile],
    ["another digest", { at: 7 }, () => authority.caFile],
    ["another nonce", { nonce: true }, () => authority.caFile],
    ["a refusal", { settings: { digests: "sha512" } }, () => authority.caFile],
  ])("a time-stamp authority that answers with %s is not believed", async (_, fault, caFile) => {
    const anchor = anAuthorityAnchor(caFile());
    service.answer = ({ body }) => {
      const altered = body.slice();
      if ("at" in fault) {
        const at = findDigest(altered);
        altered[at] = 1;
      }
      // The nonce is the last but the 3 bytes of certReq.
      if ("nonce" in fault) altered[altered.length - 4] = (altered[altered.length - 4] ?? 0) ^ 1;
      return { body: authority.reply(altered, "settings" in fault ? fault.settings : {}) };
    };
    expect(await codeOfRequest(anchor)).toBe("ANCHOR_INVALID");
  });

  it("an answer to another request is not believed again", async () => {
    const anchor = anAuthorityAnchor();
    await anchor.request(aDigest(), patient());
    const old = authority.reply(service.asked.at(-1)?.body ?? new Uint8Array());
    service.answer = () => ({ body: old });
    expect(await codeOfRequest(anchor)).toBe("ANCHOR_INVALID");
  });
});

/** Where the imprint stands in a query. */
const findDigest = (query: Uint8Array): number =>
  Array.from(query.keys()).find((at) => equalBytes(query.slice(at, at + 32), aDigest())) ?? -1;

describe.each([
  [
    "a time-stamp authority",
    () => createTimeStampAnchor({ url: service.url, caFile: null, random16 }),
  ],
  ["a calendar", () => createCalendarAnchor({ url: service.url, random16 })],
])("%s that answers with", (_, make) => {
  it.each(FAULTS)("%s is told apart", async (_, answer, code) => {
    service.answer = () => answer;
    expect(await codeOfRequest(make())).toBe(code);
  });
});

describe("nobody listening", () => {
  it("is unavailable, and a stop is not a failure of theirs", async () => {
    const anchor = createCalendarAnchor({ url: "http://127.0.0.1:1", random16 });
    expect(await codeOfRequest(anchor)).toBe("ANCHOR_UNAVAILABLE");
    service.answer = () => "silence";
    const stop = new AbortController();
    const waiting = createCalendarAnchor({ url: service.url, random16 }).request(
      aDigest(),
      stop.signal,
    );
    stop.abort(new Error("the process stops"));
    await expect(waiting).rejects.toMatchObject({ code: "ANCHOR_UNAVAILABLE" });
  });
});

describe("a file of certificates to trust", () => {
  it.each(["/nowhere/ca.pem", import.meta.filename])(
    "that is none stops the start: %s",
    (caFile) => {
      expect(() => createTimeStampAnchor({ url: "https://a.example", caFile, random16 })).toThrow(
        expect.objectContaining({ code: "CONFIG_INVALID" }),
      );
    },
  );
});

describe("a calendar", () => {
  it("is asked as the reference client asks, and does not learn the digest", async () => {
    const anchor = aCalendarAnchor();
    const from = service.asked.length;
    const { proof } = await anchor.request(aDigest(), patient());
    await anchor.request(aDigest(), patient());
    const [first, second] = service.asked.slice(from);
    expect(first).toMatchObject({ method: "POST", path: "/digest" });
    expect(first?.headers.accept).toBe("application/vnd.opentimestamps.v1");
    expect(first?.body).toHaveLength(32);
    expect(first?.body).not.toEqual(aDigest());
    expect(second?.body).not.toEqual(first?.body);
    await anchor.upgrade(proof, aDigest(), patient());
    expect(service.asked.at(-1)).toMatchObject({
      method: "GET",
      path: expect.stringMatching(/^\/timestamp\/[0-9a-f]{88}$/),
    });
  });

  it("keeps its promise with a block, whose root the proof leads to", async () => {
    const anchor = aCalendarAnchor();
    const first = await anchor.request(aDigest(), patient());
    expect(first).toMatchObject({ status: "pending", attestedAt: null });
    expect(await anchor.upgrade(first.proof, aDigest(), patient())).toEqual(first);
    calendar.mine();
    const final = await anchor.upgrade(first.proof, aDigest(), patient());
    const [block] = judgeTimestamp(final.proof, aDigest()).blocks;
    expect(block).toMatchObject({
      height: calendar.height,
      root: calendar.header().slice(36, 68),
    });
    expect(final).toMatchObject({ status: "final", attestedAt: null });
    expect(final.detail).toContain(block?.merkleRoot);
    expect(final.detail).toContain("check the block's header yourself");
    expect(judgeTimestamp(final.proof, aDigest()).calendars).toEqual([service.url]);
  });

  it("may have a block at once", async () => {
    const anchor = aCalendarAnchor();
    service.answer = () => ({ body: bitcoinBytes(3) });
    expect(await anchor.request(aDigest(), patient())).toMatchObject({ status: "final" });
  });

  it("that calls itself otherwise, or promises nothing, is not believed", async () => {
    const anchor = aCalendarAnchor();
    const unknown = Buffer.from(`00${"ab".repeat(8)}0101`, "hex");
    for (const body of [pendingBytes("https://pool.example"), unknown]) {
      service.answer = () => ({ body });
      expect(await codeOfRequest(anchor)).toBe("ANCHOR_INVALID");
    }
  });

  it("that answers an upgrade with something else leaves the promise as it was", async () => {
    const anchor = aCalendarAnchor();
    const { proof } = await anchor.request(aDigest(), patient());
    const before = hex(proof);
    for (const [body, code] of [
      [pendingBytes(service.url).subarray(1), "ANCHOR_INVALID"],
      [Buffer.concat([Buffer.of(0x02), bitcoinBytes(1)]), "ANCHOR_INVALID"],
    ] as const) {
      service.answer = () => ({ body });
      await expect(anchor.upgrade(proof, aDigest(), patient())).rejects.toMatchObject({ code });
    }
    expect(hex(proof)).toBe(before);
    service.answer = () => ({ body: pendingBytes("https://elsewhere.example") });
    expect(await anchor.upgrade(proof, aDigest(), patient())).toMatchObject({ status: "pending" });
  });
});
