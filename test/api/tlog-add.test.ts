import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as open } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSubmitters } from "@/server/adapters/keys/submitters";
import { base64, utf8 } from "@/server/domain/bytes";
import { submissionMessage } from "@/server/domain/log/submission";
import { formatVerifierKey, verifierKeyOf } from "@/server/domain/log/verifier-key";
import { aSigner } from "@/test/domain/log/a-signer";
import { aKeyEntry } from "@/test/domain/verify/a-log";
import { NOON, writeAll } from "@/test/support/builders";
import { checkLog } from "@/test/support/check-log";
import { openContext, ownContext } from "@/test/support/context";
import { type LogDoor, openLogDoor } from "@/test/support/log-door";

const TOKEN = "a-token-of-the-test";
const submitter = aSigner(0x21);
const key = verifierKeyOf("submitter.example", "note", submitter.publicKey);
const keyId = key.id.toString(16).padStart(8, "0");

const house = ownContext();
const folder = mkdtempSync(join(tmpdir(), "beacon-submitters-"));
const keyFile = join(folder, "submitters");
let door: LogDoor;
beforeAll(async () => {
  writeFileSync(keyFile, `# who may add\n\n${formatVerifierKey(key)}\n`);
  door = await openLogDoor(house.context, openSubmitters({ token: TOKEN, keyFile }));
  await writeAll(house.context);
});
afterAll(async () => {
  await door.close();
  rmSync(folder, { recursive: true });
});

const post = (body: Uint8Array | string, authorization?: string, url = door.url) =>
  fetch(`${url}/tlog/add`, {
    method: "POST",
    body: typeof body === "string" ? body : Buffer.from(body),
    headers: authorization === undefined ? {} : { authorization },
  });
const bearer = `Bearer ${TOKEN}`;
const signed = (body: Uint8Array, changed: { signer?: typeof submitter; id?: string } = {}) => {
  const message = createHash("sha256").update(submissionMessage(body)).digest();
  const signature = base64((changed.signer ?? submitter).sign(message));
  return `Beacon-Signature keyid=${changed.id ?? keyId}, sig=${signature}`;
};
const refusal = async (response: Response) => [
  response.status,
  ((await response.json()) as { code: string }).code,
];

describe("POST /tlog/add", () => {
  it("answers the index in digits, the same for the same bytes, when the leaf is durable", async () => {
    const first = await post("one", bearer);
    expect(first.status).toBe(200);
    expect(first.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(await first.text()).toBe("1");
    expect(await (await post("two", bearer)).text()).toBe("2");
    expect(await (await post("one", bearer)).text()).toBe("1");
    expect((await house.context.log.entry(2))?.bytes).toEqual(utf8("two"));
    await writeAll(house.context);
    expect(await checkLog(house.context)).toMatchObject({ thirdParty: 2 });
  });

  it("takes what a known key signed", async () => {
    const body = utf8("signed by a submitter");
    expect(await (await post(body, signed(body))).text()).toBe("3");
  });

  it("gives a storm of duplicates one index", async () => {
    const storm = Array.from({ length: 10 }, async () => (await post("storm", bearer)).text());
    expect(new Set(await Promise.all(storm)).size).toBe(1);
  });

  it("takes every length from 1 to 65,535 bytes, and no other", async () => {
    for (const length of [1, 255, 256, 65_535])
      expect((await post(new Uint8Array(length).fill(7), bearer)).status).toBe(200);
    expect(await refusal(await post(new Uint8Array(65_536), bearer))).toEqual([
      413,
      "LEAF_TOO_LARGE",
    ]);
    expect(await refusal(await post("", bearer))).toEqual([403, "LOG_ADD_REFUSED"]);
  });

  it("stops reading a body that only turns out to be too large", async () => {
    const status = await new Promise((resolve, reject) => {
      const { hostname, port } = new URL(door.url);
      const headers = { authorization: bearer, "transfer-encoding": "chunked" };
      const request = open(
        { hostname, port, path: "/tlog/add", method: "POST", headers },
        (answer) => resolve(answer.statusCode),
      );
      request.on("error", reject);
      for (let sent = 0; sent < 5; sent++) request.write(Buffer.alloc(16_384));
    });
    expect(status).toBe(413);
  });

  it.each([
    ["nothing", undefined],
    ["another token", "Bearer another-token-of-the-test"],
    ["another scheme", "Basic YTpi"],
    ["half a signature", `Beacon-Signature keyid=${keyId}`],
  ])("refuses whoever shows %s", async (_, authorization) => {
    const response = await post("nobody's", authorization);
    expect(response.headers.get("www-authenticate")).toBe("Bearer, Beacon-Signature");
    expect(await refusal(response)).toEqual([401, "SUBMITTER_UNKNOWN"]);
  });

  it("refuses a signature over another body, by another key, under another ID, and one flipped bit", async () => {
    const body = utf8("a body");
    const stranger = aSigner(0x22);
    const right = signed(body);
    const flipped = right.replace(/sig=(.)/, (_, first) => `sig=${first === "A" ? "B" : "A"}`);
    for (const authorization of [
      signed(utf8("another body")),
      signed(body, { signer: stranger }),
      signed(body, { id: "00000000" }),
      flipped,
    ])
      expect(await refusal(await post(body, authorization))).toEqual([401, "SUBMITTER_UNKNOWN"]);
    expect((await post(body, right)).status).toBe(200);
  });

  it.each([
    JSON.stringify(aKeyEntry()),
    `\n\t {"type":"beacon.result/v1"}`,
    `{"type":"beacon.anything","type":"beacon.other"}`,
  ])("lets nobody plant an entry: %s", async (body) => {
    expect(await refusal(await post(body, bearer))).toEqual([403, "LOG_ADD_REFUSED"]);
  });

  it.each([`{"type":"theirs"}`, `{"type":7}`, "{", `["beacon.result/v1"]`, "\u00ff\u0000"])(
    "takes what is no entry of ours: %s",
    async (body) => {
      expect((await post(body, bearer)).status).toBe(200);
    },
  );

  it("keeps the connection, also after a refusal that read the body", async () => {
    const { hostname, port } = new URL(door.url);
    const socket = connect(Number(port), hostname);
    const line = (body: string, authorization: string) =>
      `POST /tlog/add HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    socket.write(line(`{"type":"beacon.x"}`, bearer) + line("kept", bearer));
    let answers = "";
    for await (const chunk of socket) {
      answers += chunk;
      if (answers.includes(" 200 ") && /\r\n\r\n\d+$/.test(answers)) break;
    }
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 403", "HTTP/1.1 200"]);
  });

  it("is not there unless somebody may add", async () => {
    const closed = await openLogDoor(
      house.context,
      openSubmitters({ token: undefined, keyFile: undefined }),
    );
    try {
      expect(await refusal(await post("x", bearer, closed.url))).toEqual([404, "LOG_ADD_OFF"]);
    } finally {
      await closed.close();
    }
  });

  it("says when to come again while too much waits", async () => {
    const limits = { batchLeaves: 1, batches: 1, waitingLeaves: 2, waitingBytes: 1_000 };
    const narrow = await openLogDoor(
      house.context,
      openSubmitters({ token: TOKEN, keyFile }),
      limits,
    );
    try {
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, n) => post(`burst ${n}`, bearer, narrow.url)),
      );
      const busy = answers.filter(({ status }) => status === 429);
      expect(busy.length).toBeGreaterThan(0);
      expect(busy.every(({ headers }) => headers.get("retry-after") === "1")).toBe(true);
      expect(answers.filter(({ status }) => status === 200).length).toBe(40 - busy.length);
    } finally {
      await narrow.close();
    }
  });

  it("says so when the log stands still", async () => {
    const { context, close } = await openContext();
    const still = await openLogDoor(context, openSubmitters({ token: TOKEN, keyFile }));
    try {
      await context.logHalt.halt("a witness holds a larger tree", NOON);
      const response = await post("x", bearer, still.url);
      expect(response.headers.get("retry-after")).toBe("5");
      expect(await refusal(response)).toEqual([503, "LOG_HALTED"]);
    } finally {
      await still.close();
      await close();
    }
  });
});

describe("the file of submitters", () => {
  const opening = (text: string) => () => {
    const path = join(folder, "other");
    writeFileSync(path, text);
    return openSubmitters({ token: undefined, keyFile: path });
  };
  it.each([
    ["no key", "not a key\n"],
    [
      "a witness's key",
      `${formatVerifierKey({ ...verifierKeyOf("w.example", "cosignature", submitter.publicKey) })}\n`,
    ],
    ["one key twice", `${formatVerifierKey(key)}\n${formatVerifierKey(key)}\n`],
  ])("is refused with %s", (_, text) => {
    expect(opening(text)).toThrow(expect.objectContaining({ code: "KEY_FILE_INVALID" }));
  });

  it("must be there", () => {
    const missing = () => openSubmitters({ token: undefined, keyFile: join(folder, "none") });
    expect(missing).toThrow(expect.objectContaining({ code: "KEY_FILE_INVALID" }));
  });

  it("without a token lets no token in", () => {
    expect(opening(formatVerifierKey(key))()?.isToken("")).toBe(false);
  });
});
