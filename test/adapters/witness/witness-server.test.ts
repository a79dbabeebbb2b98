import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatAddCheckpoint } from "@/server/adapters/witness/add-checkpoint-body";
import { monitoringPath } from "@/server/adapters/witness/monitoring-path";
import { stateFileIn } from "@/server/adapters/witness/state-folder";
import { createWitnessCore, type WitnessCore } from "@/server/adapters/witness/witness-core";
import { startWitnessServer, type WitnessServer } from "@/server/adapters/witness/witness-server";
import { base64 } from "@/server/domain/bytes";
import { cosignersOf } from "@/server/domain/log/cosignature";
import { nodeHash } from "@/server/domain/log/merkle";
import { parseNote, signatureLine } from "@/server/domain/log/note";
import { parseVerifierKey, verifierKeyOf } from "@/server/domain/log/verifier-key";
import { ed25519Verifier } from "@/server/domain/signature";
import {
  aRequest,
  checkpointOf,
  LEAVES,
  LOG_KEY,
  ORIGIN,
  OTHER_LEAVES,
  proofOf,
} from "@/test/adapters/witness/a-log";
import { aSigner } from "@/test/domain/log/a-signer";
import { eventually } from "@/test/support/fakes";
import { type C2spGolden, golden } from "@/test/vectors/golden";

const NAME = "witness.example/w";
const AT = new Date("2026-11-22T12:00:00.999Z");
const AT_SECONDS = Date.parse("2026-11-22T12:00:00Z") / 1_000;
const GOLDEN = golden<C2spGolden>("c2sp-golden.json");
const goldenLog = parseVerifierKey(GOLDEN.keys.log?.vkey ?? "");
/** A second key that may sign for the log. */
const second = { name: ORIGIN, ...aSigner(8) };
const SECOND_KEY = verifierKeyOf(ORIGIN, "note", second.publicKey);
const mlDsa = ml_dsa44.keygen(new Uint8Array(32).fill(7));
const SIGNERS = [
  { name: NAME, ...aSigner(2) },
  {
    name: NAME,
    publicKey: mlDsa.publicKey,
    sign: (message: Uint8Array) => ml_dsa44.sign(message, mlDsa.secretKey),
  },
];

const ONE_HASH = new Uint8Array(32).fill(1);
const strangersLine = signatureLine(
  verifierKeyOf("stranger.example/w", "cosignature", aSigner(9).publicKey),
  new Uint8Array(72),
);

let folder = "";
let core: WitnessCore;
let server: WitnessServer;
const failures: unknown[] = [];

const aCore = () =>
  createWitnessCore({
    signers: SIGNERS,
    logKeysOf: (origin) => [LOG_KEY, SECOND_KEY, goldenLog].filter(({ name }) => name === origin),
    stateFileOf: (origin) => stateFileIn(folder, origin),
    now: () => AT,
  });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "beacon-witness-server-"));
  core = aCore();
  failures.length = 0;
  server = await startWitnessServer({
    core,
    origins: [ORIGIN, goldenLog.name],
    host: "127.0.0.1",
    port: 0,
    requestLimitMs: 1_000,
    onFailure: (error) => failures.push(error),
  });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

async function post(body: string | Uint8Array) {
  const response = await fetch(`${server.url}/add-checkpoint`, {
    method: "POST",
    body: body as BodyInit,
  });
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    text: await response.text(),
  };
}
const ask = (...args: Parameters<typeof aRequest>) => post(formatAddCheckpoint(aRequest(...args)));
const monitored = async (origin = ORIGIN) => {
  const response = await fetch(`${server.url}/${monitoringPath(origin)}`);
  return { status: response.status, text: await response.text() };
};

describe("a witness over HTTP", () => {
  // The steps of an add-checkpoint run in their order, each from the state that the one before left.
  // Where the specification's releases differ (another root at equal size: 409 up to v1.0.0, 422
  // since), the newest is followed.
  it("answers every step of the protocol with the status and the body that it asks for", async () => {
    const stale = (size: number) => ({
      status: 409,
      type: "text/x.tlog.size",
      text: `${size}\n`,
    });
    const other = { ...aSigner(9), name: ORIGIN };
    const elsewhere = "b.example/log";
    const step = async (body: string) => (await post(body)).status;
    const raw = (old: string, proof: readonly string[], checkpoint: string) =>
      `${[`old ${old}`, ...proof].join("\n")}\n\n${checkpoint}`;

    // nothing is known yet
    expect((await monitored()).status).toBe(404);
    expect(await step(raw("0", [], checkpointOf(3, { origin: elsewhere })))).toBe(404);
    expect(await step(raw("0", [], checkpointOf(3, { signer: other })))).toBe(403);
    expect(await step(raw("0", [], checkpointOf(3).replace("\n3\n", "\n4\n")))).toBe(403);
    expect(await step(raw("4", [], checkpointOf(3)))).toBe(400);
    expect(await post(raw("3", [], checkpointOf(8)))).toEqual(stale(0));
    expect(await step(raw("0", [base64(ONE_HASH)], checkpointOf(3)))).toBe(422);
    const empty = checkpointOf(0);
    expect(await step(raw("0", [], checkpointOf(0, { root: ONE_HASH })))).toBe(422);
    expect(await step(raw("0", [base64(ONE_HASH)], empty))).toBe(422);
    expect(await step(raw("0", [], empty))).toBe(200);
    expect(readdirSync(folder)).toEqual([]);

    // the first cosignature, and the log grows
    expect((await ask(0, 3)).status).toBe(200);
    expect(await ask(0, 8)).toEqual(stale(3));
    expect(await ask(2, 8)).toEqual(stale(3));
    expect(await ask(0, 2)).toEqual(stale(3));
    expect((await ask(3, 8)).status).toBe(200);
    expect((await ask(8, 8)).status).toBe(200);

    // what does not follow from what is held
    const grown = aRequest(8, 40);
    const [first, ...rest] = grown.proof;
    if (first === undefined) return expect.fail("a proof has hashes");
    for (const proof of [
      [],
      rest,
      [...grown.proof, first],
      [first.map((byte) => byte ^ 1), ...rest],
    ])
      expect(await step(formatAddCheckpoint({ ...grown, proof }))).toBe(422);
    expect((await ask(8, 40, OTHER_LEAVES)).status).toBe(422);
    expect(await step(raw("8", [], checkpointOf(8, { leaves: OTHER_LEAVES })))).toBe(422);
    expect(await step(raw("8", [base64(first)], checkpointOf(8)))).toBe(422);
    expect((await monitored()).text).toContain(checkpointOf(8).split("\n\n")[0]);

    // and it goes on
    expect((await ask(8, 40)).status).toBe(200);
    expect((await monitored()).text.startsWith(checkpointOf(40))).toBe(true);
    expect(failures).toEqual([]);
  });

  it("signs with both of its keys what a reader of its policy verifies, and shows it to monitors", async () => {
    const { text } = await ask(0, 5);
    const note = parseNote(checkpointOf(5) + text);
    const witnesses = core.keys.map((key) => ({ key }));
    expect(core.keys.map(({ use }) => use)).toEqual(["cosignature", "mldsa-cosignature"]);
    const cosigners = await cosignersOf(note, witnesses, await ed25519Verifier());
    expect(cosigners.map(({ atSeconds }) => atSeconds)).toEqual([AT_SECONDS, AT_SECONDS]);
    expect(text.split("\n")).toHaveLength(3);
    expect(await monitored()).toEqual({ status: 200, text: checkpointOf(5) + text });
  });

  it("takes the signature of either key of a log, and ignores lines of strangers", async () => {
    const byBoth =
      checkpointOf(3) + checkpointOf(3, { signer: second }).split("\n\n")[1] + strangersLine;
    expect((await post(`old 0\n\n${byBoth}`)).status).toBe(200);
    expect((await monitored()).text).not.toContain("stranger");
    const bySecond = checkpointOf(4, { signer: second });
    const proof = proofOf(3, 4);
    const body = formatAddCheckpoint({ oldSize: 3n, proof, checkpoint: bySecond });
    expect((await post(body)).status).toBe(200);
    const forged = checkpointOf(5).replace(/.{8}\n$/, "AAAAAAA=\n");
    const beside = forged + checkpointOf(5, { signer: second }).split("\n\n")[1];
    expect((await post(`old 4\n\n${beside}`)).status).toBe(403);
  });

  it("cosigns extension lines with the rest", async () => {
    const checkpoint = checkpointOf(3, { extension: "something of the log's own\n" });
    const { status, text } = await post(`old 0\n\n${checkpoint}`);
    expect(status).toBe(200);
    const witnesses = core.keys.map((key) => ({ key }));
    const note = parseNote(checkpoint + text);
    expect(await cosignersOf(note, witnesses, await ed25519Verifier())).toHaveLength(2);
  });

  it.each([
    ["is empty", ""],
    ["is garbage", "\u0000\u0001garbage"],
    ["has no blank line", "old 0\nabc"],
    ["has no old line", "\n\nx"],
    ["has a word too many", `old 0 0\n\n${checkpointOf(3)}`],
    ["has a negative size", `old -1\n\n${checkpointOf(3)}`],
    ["has leading zeroes", `old 00\n\n${checkpointOf(3)}`],
    ["has a size above 2^63 - 1", `old 9223372036854775808\n\n${checkpointOf(3)}`],
    ["has a short hash", `old 0\nAAAA\n\n${checkpointOf(3)}`],
    ["has a hash that is no base64", `old 0\n****\n\n${checkpointOf(3)}`],
    ["has 64 hashes", `old 0\n${`${"A".repeat(43)}=\n`.repeat(64)}\n${checkpointOf(3)}`],
    ["has no checkpoint", "old 0\n\n"],
    ["has an unsigned checkpoint", `old 0\n\n${checkpointOf(3).split("\n\n")[0]}\n`],
    ["has a note that is no checkpoint", `old 0\n\n${checkpointOf(3).replace("\n3\n", "\nx\n")}`],
    ["has a carriage return", `old 0\r\n\r\n${checkpointOf(3)}`],
  ])("answers 400 to a body that %s", async (_, body) => {
    expect((await post(body)).status).toBe(400);
    expect(failures).toEqual([]);
  });

  it("answers 400 to bytes that are no text", async () => {
    expect((await post(Uint8Array.of(0x6f, 0xff, 0xfe, 0x0a, 0x0a, 0xff))).status).toBe(400);
  });

  it("keeps sizes near 2^63 - 1 exact", async () => {
    const [left, right] = [LEAVES[0], LEAVES[1]];
    if (left === undefined || right === undefined) return expect.fail("there are leaves");
    const max = 2n ** 63n - 1n;
    const half = 2n ** 62n;
    const root = nodeHash(left, right);
    expect((await post(`old 0\n\n${checkpointOf(half, { root: left })}`)).status).toBe(200);
    expect((await post(`old 0\n\n${checkpointOf(max, { root })}`)).text).toBe(`${half}\n`);
    const one = `old ${half + 1n}\n\n${checkpointOf(max, { root })}`;
    expect((await post(one)).text).toBe(`${half}\n`);
    const grown = `old ${half}\n${base64(right)}\n\n${checkpointOf(max, { root })}`;
    expect((await post(grown)).status).toBe(200);
    expect((await post(`old ${max - 1n}\n\n${checkpointOf(max, { root })}`)).text).toBe(`${max}\n`);
    expect((await aCore().state(ORIGIN)).size).toBe(max);
    expect(readFileSync(stateFileIn(folder, ORIGIN), "utf8")).toContain(`"${max}"`);
    const tooLarge = checkpointOf(max, { root }).replace(`${max}`, `${max + 1n}`);
    expect((await post(`old 0\n\n${tooLarge}`)).status).toBe(400);
  });

  it("cosigns one of an equivocating pair and refuses the other", async () => {
    const { a, b } = GOLDEN.equivocation;
    expect((await post(`old 0\n\n${a}`)).status).toBe(200);
    expect(await post(`old 0\n\n${b}`)).toMatchObject({ status: 409, text: "257\n" });
    expect((await post(`old 257\n\n${b}`)).status).toBe(422);
    expect((await monitored(goldenLog.name)).text.startsWith(a)).toBe(true);
  });

  it("never rolls back when two checkpoints come at once", async () => {
    expect((await ask(0, 1)).status).toBe(200);
    for (let held = 1; held + 2 <= 40; ) {
      const answers = await Promise.all([ask(held, held + 1), ask(held, held + 2)]);
      const statuses = answers.map(({ status }) => status);
      expect(statuses.toSorted()).toEqual([200, 409]);
      const cosigned = held + 1 + statuses.indexOf(200);
      expect((await core.state(ORIGIN)).size).toBe(BigInt(cosigned));
      expect(answers[statuses.indexOf(409)]?.text).toBe(`${cosigned}\n`);
      held = cosigned;
    }
  });

  it("remembers what it signed when it dies before it could say so", async () => {
    await ask(0, 8);
    await core.addCheckpoint(aRequest(8, 20)); // persisted; the answer reaches nobody
    const next = aCore();
    expect(await next.addCheckpoint(aRequest(8, 30))).toEqual({ kind: "stale", size: 20n });
    expect(await next.addCheckpoint(aRequest(20, 20, OTHER_LEAVES))).toMatchObject({
      kind: "refused",
      status: 422,
      isFork: true,
    });
    expect(await next.addCheckpoint(aRequest(20, 20))).toMatchObject({ kind: "cosigned" });
    expect((await next.state(ORIGIN)).note).toContain(checkpointOf(20));
  });

  it("fails, and signs nothing, over a state file that was half written", async () => {
    await ask(0, 8);
    const file = stateFileIn(folder, ORIGIN);
    const half = readFileSync(file, "utf8").slice(0, 40);
    writeFileSync(file, half);
    expect((await ask(8, 20)).status).toBe(500);
    expect((await ask(0, 20)).status).toBe(500);
    expect(readFileSync(file, "utf8")).toBe(half);
    expect(failures).toMatchObject([{ code: "WITNESS_REFUSED" }, { code: "WITNESS_REFUSED" }]);
  });

  it("reads no more of a body than a request may have", async () => {
    expect((await post("a".repeat(1_000_000))).status).toBe(413);
    expect((await ask(0, 3)).status).toBe(200);
  });

  it("gives up a client that sends its body drop by drop", async () => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    const received: Buffer[] = [];
    socket.on("data", (part) => received.push(part));
    socket.write("POST /add-checkpoint HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\no");
    const drops = setInterval(() => socket.write("l"), 50);
    await new Promise((resolve) => socket.on("close", resolve));
    clearInterval(drops);
    expect(Buffer.concat(received).toString()).toMatch(/^HTTP\/1\.1 408 /);
    expect((await ask(0, 3)).status).toBe(200);
    expect(failures).toEqual([]);
  });

  it("ends what it has begun when it is closed, and begins nothing more", async () => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    let text = "";
    socket.setEncoding("utf8").on("data", (part) => {
      text += part;
    });
    const body = formatAddCheckpoint(aRequest(0, 3));
    const head = `POST /add-checkpoint HTTP/1.1\r\nhost: a\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
    await new Promise<void>((resolve) => socket.write(head + body.slice(0, 50), () => resolve()));
    expect((await monitored()).status).toBe(404); // by now the half of it has come in
    const closed = server.close();
    await expect(ask(0, 3)).rejects.toThrow();
    const ended = new Promise((resolve) => socket.on("close", resolve));
    socket.write(body.slice(50));
    await Promise.all([closed, ended]);
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
    expect(parseNote(checkpointOf(3) + text.split("\r\n\r\n")[1]).signatures).toHaveLength(3);
  });

  it("has nothing elsewhere, and reads only where it shows", async () => {
    const statusOf = async (path: string, method: string) =>
      (await fetch(`${server.url}${path}`, { method })).status;
    await ask(0, 3);
    expect(await statusOf("/", "GET")).toBe(404);
    expect(await statusOf("/add-checkpoint", "GET")).toBe(405);
    expect(await statusOf(`/${monitoringPath(ORIGIN)}`, "POST")).toBe(405);
    expect(await statusOf(`/${monitoringPath(ORIGIN)}`, "HEAD")).toBe(200);
    expect(await statusOf(`/${monitoringPath("b.example/log")}`, "GET")).toBe(404);
  });

  it("answers on one connection again and again", async () => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    let text = "";
    socket.setEncoding("utf8").on("data", (part) => {
      text += part;
    });
    const body = formatAddCheckpoint(aRequest(0, 3));
    const sizeBytes = Buffer.byteLength(body);
    const request = `POST /add-checkpoint HTTP/1.1\r\nhost: a\r\ncontent-length: ${sizeBytes}\r\n\r\n${body}`;
    socket.write(request);
    await eventually(() => text.includes("\u2014 "));
    socket.write(request.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n"));
    await new Promise((resolve) => socket.on("close", resolve));
    expect(text.match(/HTTP\/1\.1 [0-9]+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 409"]);
  });
});
