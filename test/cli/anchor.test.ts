import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCalendarAnchor } from "@/server/adapters/anchor/calendar-anchor";
import { timeStampQuery } from "@/server/adapters/anchor/time-stamp-query";
import { anchorCommand } from "@/server/cli/anchor";
import { verifyTimeStamp } from "@/server/context";
import { stampedDigest } from "@/server/domain/anchor/stamped-digest";
import { hex } from "@/server/domain/bytes";
import { signNote } from "@/server/domain/log/note";
import { ownService } from "@/test/adapters/anchor/a-service";
import { needsOpenSsl, ownAuthority } from "@/test/adapters/anchor/an-authority";
import { patient } from "@/test/adapters/anchor/anchor-contract";
import { aBlockHeader, aCalendar, EASY_TARGET, MINED_AT } from "@/test/domain/anchor/a-calendar";
import { aSigner } from "@/test/domain/log/a-signer";
import { counting16 } from "@/test/support/fakes";

const service = ownService();
const authority = ownAuthority();
const TEXT = `a.example/log\n7\n${"A".repeat(43)}=\n`;
const OTHER = TEXT.replace("\n7\n", "\n8\n");
const note = (text: string) => signNote(text, { name: "a.example/log", ...aSigner(1) });
const digest = stampedDigest(TEXT);

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "beacon-anchor-"));
  put("checkpoint", note(TEXT));
  put("other", note(OTHER));
});
afterEach(() => rmSync(home, { recursive: true }));
const at = (name: string) => join(home, name);
const put = (name: string, content: string | Uint8Array) => writeFileSync(at(name), content);

async function run(args: readonly string[], easiestTarget?: bigint) {
  const out: string[] = [];
  const err: string[] = [];
  const exit = await anchorCommand(args, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    home,
    verifyTimeStamp,
    ...(easiestTarget === undefined ? {} : { easiestTarget }),
  }).catch((error: { code?: unknown }) => error.code);
  return { exit, out: out.join("\n"), err: err.join("\n") };
}
const verify = (file: string, ...more: readonly string[]) =>
  run(["verify", at(file), "--checkpoint", at("checkpoint"), ...more], EASY_TARGET);

describe("beacon anchor verify, over a time stamp", () => {
  beforeEach((context) => {
    needsOpenSsl(context);
    put("a.tsr", authority.reply(timeStampQuery(digest, 1n)));
  });

  it("answers 0 when somebody that was named vouches for it", async () => {
    const { exit, out } = await verify("a.tsr", "--ca", authority.caFile);
    expect([exit, out]).toEqual([0, expect.stringMatching(/^HOLDS: .*CN=Root vouches/)]);
  });

  it("answers 2 when nobody was named: it is undecided", async () => {
    const { exit, out } = await verify("a.tsr");
    expect([exit, out]).toEqual([2, expect.stringMatching(/^UNDECIDED: .*nobody that you trust/)]);
  });

  it("answers 1 for another checkpoint, another root and a changed byte", async () => {
    put(
      "changed.tsr",
      readFileSync(at("a.tsr")).map((byte, i) => (i === 200 ? byte ^ 1 : byte)),
    );
    for (const result of [
      await run(["verify", at("a.tsr"), "--checkpoint", at("other"), "--ca", authority.caFile]),
      await verify("a.tsr", "--ca", authority.impostorFile),
      await verify("changed.tsr", "--ca", authority.caFile),
    ])
      expect([result.exit, result.out]).toEqual([
        1,
        expect.stringMatching(/^DOES NOT HOLD \(ANCHOR_INVALID\): /),
      ]);
  });

  it("reads the three lines alone as well, and prints JSON", async () => {
    put("checkpoint", TEXT);
    const { exit, out } = await verify("a.tsr", "--ca", authority.caFile, "--json");
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ verdict: "holds", code: null });
  });

  it("does not take a file that has no certificates for one that has", async () => {
    expect((await verify("a.tsr", "--ca", at("checkpoint"))).exit).toBe("CONFIG_INVALID");
  });
});

describe("beacon anchor verify, over an OpenTimestamps file", () => {
  let calendar = aCalendar(() => service.url);
  beforeEach(async () => {
    calendar = aCalendar(() => service.url);
    service.answer = ({ path, body }) =>
      path === "/digest"
        ? { body: calendar.accept(body) }
        : { body: calendar.timestamp(path.replace("/timestamp/", "")) ?? "" };
    const anchor = createCalendarAnchor({ url: service.url, random16: counting16() });
    const { proof } = await anchor.request(digest, patient());
    put("pending.ots", proof);
    calendar.mine();
    put("final.ots", (await anchor.upgrade(proof, digest, patient())).proof);
  });

  it("answers 2 while there is no block, and when nobody named one", async () => {
    for (const [file, words] of [
      ["pending.ots", /^UNDECIDED: .* promised a proof/],
      ["final.ots", /^UNDECIDED: .*block 9001 if that block's Merkle root is [0-9a-f]{64}/],
    ] as const) {
      const { exit, out } = await verify(file);
      expect([exit, out]).toEqual([2, expect.stringMatching(words)]);
    }
  });

  it("answers 0 with the block's header, and leaves the chain to those who have it", async () => {
    const { exit, out } = await verify("final.ots", "--header", hex(calendar.header()));
    expect(exit).toBe(0);
    expect(out).toContain(MINED_AT.toISOString());
    expect(out).toContain("any Bitcoin node tells you");
  });

  it("answers 1 for another block, another checkpoint and a block that cost no work", async () => {
    const header = ["--header", hex(calendar.header())];
    const files = ["verify", at("final.ots"), "--checkpoint"];
    for (const { exit, out } of [
      await verify("final.ots", "--header", hex(aBlockHeader(digest))),
      await run([...files, at("other"), ...header], EASY_TARGET),
      await run([...files, at("checkpoint"), ...header]),
    ])
      expect([exit, out]).toEqual([1, expect.stringMatching(/^DOES NOT HOLD/)]);
  });

  it("does not take what is no header, no checkpoint or no file", async () => {
    expect((await verify("final.ots", "--header", "00")).exit).toBe("CONFIG_INVALID");
    expect((await verify("nowhere.ots")).exit).toBe("CONFIG_INVALID");
    put("checkpoint", "hello\n");
    expect((await verify("final.ots")).exit).toBe("CHECKPOINT_MALFORMED");
    put("checkpoint", Uint8Array.of(0xe9));
    expect((await verify("final.ots")).exit).toBe("CONFIG_INVALID");
  });
});

describe("beacon anchor list", () => {
  it("prints what a portal lists, and that nothing is configured", async () => {
    const item = {
      kind: "rfc3161",
      service: "https://tsa.example",
      size: 12,
      status: "FAILED",
      attestedAt: null,
      detail: "No.",
      proofUrl: null,
      more: 1,
    };
    service.answer = () => ({ body: JSON.stringify({ services: [], items: [item] }) });
    const { exit, out } = await run(["list", "--url", service.url]);
    expect(service.asked.at(-1)?.path).toBe("/tlog/anchors");
    expect([exit, out.split("\n")]).toEqual([
      0,
      [
        "No anchor is configured for this log.",
        "failed: size 12, rfc3161, https://tsa.example",
        "  No.",
      ],
    ]);
  });

  it("answers 2 for what is no such list, and where nobody answers", async () => {
    for (const body of ["{}", "<html>", '{"services":[],"items":[{}]}']) {
      service.answer = () => ({ body });
      expect((await run(["list", "--url", service.url])).exit).toBe(2);
    }
    expect((await run(["list", "--url", "http://127.0.0.1:1"])).exit).toBe(2);
  });
});

describe("beacon anchor", () => {
  it("answers 2 for arguments that it does not know", async () => {
    for (const args of [[], ["verify"], ["verify", "a"], ["list", "a"], ["nonsense"]]) {
      const { exit, err } = await run(args);
      expect([args, exit, err]).toEqual([args, 2, expect.stringMatching(/^usage: /)]);
    }
  });
});
