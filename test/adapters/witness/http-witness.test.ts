import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { withDeadline } from "@/server/adapters/clock/deadline";
import { formatAddCheckpoint } from "@/server/adapters/witness/add-checkpoint-body";
import { createHttpWitness } from "@/server/adapters/witness/http-witness";
import { monitoringPath } from "@/server/adapters/witness/monitoring-path";
import { cosign } from "@/server/domain/log/cosignature";
import { parseNote } from "@/server/domain/log/note";
import { verifierKeyOf } from "@/server/domain/log/verifier-key";
import {
  aRequest,
  checkpointOf,
  LOG_KEY,
  ORIGIN,
  OTHER_LEAVES,
} from "@/test/adapters/witness/a-log";
import { aSigner } from "@/test/domain/log/a-signer";

const own = { name: "witness.example/w", ...aSigner(2) };
const twin = { name: "witness.example/w", ...aSigner(3) };
const stranger = { name: "stranger.example/w", ...aSigner(4) };
const keyOf = ({ name, publicKey }: typeof own) => verifierKeyOf(name, "cosignature", publicKey);
const lineOf = (signer: typeof own, checkpoint: string) =>
  cosign(parseNote(checkpoint).text, signer, 1_790_000_000);

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A witness at a server that answers as told. */
async function aWitness(answer: RequestListener, limitMs = 5_000) {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix/`;
  const keys = [keyOf(own), keyOf(twin)];
  return createHttpWitness({ url, keys, logKey: LOG_KEY, withDeadline, limitMs });
}
const answering =
  (status: number, body: string | Uint8Array = "", type = "text/plain"): RequestListener =>
  (request, response) => {
    request.resume();
    response.writeHead(status, { "content-type": type }).end(body);
  };
const code = (expected: string) => expect.objectContaining({ code: expected });

describe("a witness elsewhere", () => {
  it("is asked as the protocol says, over one connection", async () => {
    const seen: { path?: string; method?: string; body: string; port?: number }[] = [];
    const request = aRequest(3, 8);
    const witness = await aWitness(async (incoming, response) => {
      let body = "";
      for await (const part of incoming) body += part;
      const { url: path = "", method = "", socket } = incoming;
      seen.push({ path, method, body, port: socket.remotePort ?? 0 });
      response.end(lineOf(own, request.checkpoint));
    });
    const lines = lineOf(own, request.checkpoint);
    expect(await witness.addCheckpoint(request)).toEqual({ kind: "cosigned", lines });
    expect(await witness.addCheckpoint(request)).toEqual({ kind: "cosigned", lines });
    expect(seen[0]).toMatchObject({
      path: "/prefix/add-checkpoint",
      method: "POST",
      body: formatAddCheckpoint(request),
    });
    expect(seen[1]?.port).toBe(seen[0]?.port);
  });

  it("is believed as far as its own keys' lines verify: others are left out", async () => {
    const { checkpoint } = aRequest(0, 8);
    const good = lineOf(own, checkpoint);
    const bad = lineOf(twin, checkpointOf(9));
    const both = good + lineOf(twin, checkpoint);
    const cases = [
      [good + lineOf(stranger, checkpoint), good],
      [lineOf(stranger, checkpoint) + bad + good + good, good],
      [both, both],
    ] as const;
    for (const [answer, lines] of cases) {
      const witness = await aWitness(answering(200, answer));
      expect(await witness.addCheckpoint(aRequest(0, 8))).toEqual({ kind: "cosigned", lines });
    }
  });

  it.each([
    ["no line", ""],
    ["a line of a stranger only", lineOf(stranger, checkpointOf(8))],
    ["a line over another checkpoint", lineOf(own, checkpointOf(9))],
    ["a whole note", checkpointOf(8) + lineOf(own, checkpointOf(8))],
    ["garbage", "<html>\n"],
    ["a line without its newline", lineOf(own, checkpointOf(8)).trimEnd()],
    ["bytes that are no text", Uint8Array.of(0xff, 0xfe, 0x0a)],
    ["an endless body", "a".repeat(1_000_000)],
  ])("is refused when it answers 200 with %s", async (_, body) => {
    const witness = await aWitness(answering(200, body));
    await expect(witness.addCheckpoint(aRequest(0, 8))).rejects.toThrow(code("WITNESS_REFUSED"));
  });

  it("says from which size to go on", async () => {
    const type = "text/x.tlog.size";
    for (const [size, said] of [
      [0n, "0\n"],
      [40n, "40\n"],
      [2n ** 63n - 1n, "9223372036854775807\n"],
    ] as const) {
      const witness = await aWitness(answering(409, said, type));
      expect(await witness.addCheckpoint(aRequest(3, 8))).toEqual({ kind: "stale", size });
    }
    const parameter = await aWitness(answering(409, "5\n", "Text/X.tlog.size; charset=utf-8"));
    expect(await parameter.addCheckpoint(aRequest(3, 8))).toEqual({ kind: "stale", size: 5n });
  });

  it.each([
    ["409 with the size that it was asked from", 409, "3\n", "text/x.tlog.size", "WITNESS_REFUSED"],
    ["409 with a size of another type", 409, "5\n", "text/plain", "WITNESS_REFUSED"],
    ["409 with a size that is none", 409, "05\n", "text/x.tlog.size", "WITNESS_REFUSED"],
    [
      "409 with a size above 2^63 - 1",
      409,
      "9223372036854775808\n",
      "text/x.tlog.size",
      "WITNESS_REFUSED",
    ],
    ["422", 422, "", "text/plain", "WITNESS_REFUSED"],
    ["400", 400, "", "text/plain", "WITNESS_REFUSED"],
    ["403", 403, "", "text/plain", "WITNESS_REFUSED"],
    ["404", 404, "", "text/plain", "WITNESS_REFUSED"],
    ["204", 204, "", "text/plain", "WITNESS_REFUSED"],
    ["429", 429, "", "text/plain", "WITNESS_UNAVAILABLE"],
    ["500", 500, "", "text/plain", "WITNESS_UNAVAILABLE"],
    ["503", 503, "", "text/plain", "WITNESS_UNAVAILABLE"],
  ])("that answers %s is told apart", async (_, status, body, type, expected) => {
    const witness = await aWitness(answering(status, body, type));
    await expect(witness.addCheckpoint(aRequest(3, 8))).rejects.toThrow(code(expected));
  });

  it.each([
    [409, "text/plain", "conflict"],
    [409, "text/x.tlog.size", "8\n"],
    [422, "text/plain", ""],
  ])("that holds another tree of the very size (%i, %s) is a fork", async (status, type, body) => {
    const witness = await aWitness(answering(status, body, type));
    await expect(witness.addCheckpoint(aRequest(8, 8))).rejects.toThrow(code("LOG_FORKED"));
  });

  it("is not followed elsewhere", async () => {
    let isReached = false;
    const witness = await aWitness((request, response) => {
      isReached ||= request.url === "/elsewhere";
      response.writeHead(307, { location: "/elsewhere" }).end();
    });
    await expect(witness.addCheckpoint(aRequest(0, 8))).rejects.toThrow(code("WITNESS_REFUSED"));
    expect(isReached).toBe(false);
  });

  it.each([
    ["never answers", () => {}],
    ["stops in the middle of its answer", (_, response) => void response.write("\u2014 w")],
    [
      "answers drop by drop without end",
      (_, response) => void setInterval(() => response.write("a"), 20).unref(),
    ],
    ["cuts the connection", (request) => void request.socket.destroy()],
  ] satisfies [string, RequestListener][])("that %s is away", async (_, answer) => {
    const witness = await aWitness(answer, 200);
    await expect(witness.addCheckpoint(aRequest(0, 8))).rejects.toThrow(
      code("WITNESS_UNAVAILABLE"),
    );
    await expect(witness.latest(ORIGIN)).rejects.toThrow(code("WITNESS_UNAVAILABLE"));
  });

  it("that listens nowhere is away, and asking ends when nobody waits any more", async () => {
    const witness = await aWitness(() => {});
    const stop = new AbortController();
    const asking = witness.addCheckpoint(aRequest(0, 8), stop.signal);
    stop.abort();
    await expect(asking).rejects.toThrow(code("WITNESS_UNAVAILABLE"));
    const [server] = servers.splice(0);
    await new Promise((resolve) => {
      server?.close(resolve);
      server?.closeAllConnections();
    });
    await expect(witness.addCheckpoint(aRequest(0, 8))).rejects.toThrow(
      code("WITNESS_UNAVAILABLE"),
    );
  });

  it("shows the latest checkpoint that it holds, when the log signed it", async () => {
    let path: string | undefined;
    const held = checkpointOf(20, { leaves: OTHER_LEAVES });
    const witness = await aWitness((request, response) => {
      path = request.url;
      response.end(held + lineOf(own, held));
    });
    expect(await witness.latest(ORIGIN)).toMatchObject({ origin: ORIGIN, size: 20n });
    expect(path).toBe(`/prefix/${monitoringPath(ORIGIN)}`);
    const none = await aWitness(answering(404));
    expect(await none.latest(ORIGIN)).toBeNull();
  });

  it.each([
    ["signed by somebody else", checkpointOf(20, { signer: { ...aSigner(9), name: ORIGIN } })],
    ["of another log", checkpointOf(20, { origin: "b.example/log" })],
    ["that is none", "nothing"],
  ])("is not believed with a latest checkpoint %s", async (_, note) => {
    const witness = await aWitness(answering(200, note));
    await expect(witness.latest(ORIGIN)).rejects.toThrow(code("WITNESS_REFUSED"));
  });

  it("may be away or refuse when it is asked for its latest checkpoint", async () => {
    const away = await aWitness(answering(502));
    await expect(away.latest(ORIGIN)).rejects.toThrow(code("WITNESS_UNAVAILABLE"));
    const refusing = await aWitness(answering(301));
    await expect(refusing.latest(ORIGIN)).rejects.toThrow(code("WITNESS_REFUSED"));
  });
});
