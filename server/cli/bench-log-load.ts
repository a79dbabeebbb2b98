import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { SUBMISSION_PATH, submissionMessage } from "@/server/domain/log/submission";
import { formatVerifierKey, verifierKeyOf } from "@/server/domain/log/verifier-key";

/** A load that `beacon bench log` puts on the door for leaves. */
export type LoadPlan = {
  readonly url: string;
  readonly requests: number;
  readonly entryBytes: number;
  readonly connections: number;
  /** Requests a second; null: as fast as answers come. */
  readonly perSecond: number | null;
};

export type LoadResult = {
  readonly seconds: number;
  /** Answered with an index: when the request was written, in milliseconds since 1970, how long the answer took, and the index. */
  readonly answers: readonly (readonly [sentAtMs: number, tookMs: number, index: number])[];
  /** Answered with anything else, by status. */
  readonly refused: Readonly<Record<string, number>>;
};

/** The bytes of an Ed25519 public key in DER end with the 32 of the key. */
const RAW_KEY_BYTES = 32;

/** A submitter that is made for one measurement: its verifier key, and whole signed requests. */
export function createSubmitter() {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-RAW_KEY_BYTES);
  const key = verifierKeyOf("bench.example/submitter", "note", new Uint8Array(raw));
  const keyId = key.id.toString(16).padStart(8, "0");
  return {
    verifierKey: formatVerifierKey(key),
    /** A leaf that nobody has seen, signed on its own. */
    request(entryBytes: number): Buffer {
      const body = randomBytes(entryBytes);
      const digest = createHash("sha256").update(submissionMessage(body)).digest();
      const head = [
        `POST ${SUBMISSION_PATH} HTTP/1.1`,
        "host: bench",
        `authorization: Beacon-Signature keyid=${keyId}, sig=${sign(null, digest, privateKey).toString("base64")}`,
        `content-length: ${entryBytes}`,
      ];
      return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]);
    },
  };
}

/**
 * Sends whole, ready-made requests over kept connections, one at a time on each, and reads just
 * enough of the answers: on two cores that are shared with the server, what the generator does counts
 * against the server.
 */
export async function putLoad(plan: LoadPlan, requests: readonly Buffer[]): Promise<LoadResult> {
  const { hostname, port } = new URL(plan.url);
  const lines = await Promise.all(
    Array.from({ length: plan.connections }, () => openLine(hostname, Number(port))),
  );
  const answers: [number, number, number][] = [];
  const refused: Record<string, number> = {};
  const startedAt = performance.now();
  let next = 0;
  await Promise.all(
    lines.map(async (line) => {
      for (let i = next++; i < requests.length; i = next++) {
        if (plan.perSecond !== null)
          await sleep(Math.max(0, startedAt + (i * 1_000) / plan.perSecond - performance.now()));
        const sentAt = performance.now();
        const { status, body } = await line.ask(requests[i] ?? Buffer.alloc(0));
        const tookMs = performance.now() - sentAt;
        if (status === "200") answers.push([performance.timeOrigin + sentAt, tookMs, Number(body)]);
        else refused[status] = (refused[status] ?? 0) + 1;
      }
      line.close();
    }),
  );
  return { seconds: (performance.now() - startedAt) / 1_000, answers, refused };
}

type Answer = { readonly status: string; readonly body: string };

/** One connection; an answer is complete when its content-length has come. */
async function openLine(host: string, port: number) {
  const socket: Socket = connect(port, host);
  socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) =>
    socket.once("connect", resolve).once("error", reject),
  );
  let rest = "";
  let onAnswer: (answer: Answer) => void = () => {};
  let onEnd: (error: Error) => void = () => {};
  socket.on("data", (chunk: Buffer) => {
    rest += chunk.toString("latin1");
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(rest.slice(0, end))?.[1] ?? 0);
    if (rest.length < end + 4 + length) return;
    const answer = { status: rest.slice(9, 12), body: rest.slice(end + 4, end + 4 + length) };
    rest = rest.slice(end + 4 + length);
    onAnswer(answer);
  });
  socket.on("error", (error) => onEnd(error));
  socket.on("close", () => onEnd(new Error("the server closed a connection")));
  return {
    ask: (request: Buffer) =>
      new Promise<Answer>((resolve, reject) => {
        onAnswer = resolve;
        onEnd = reject;
        socket.write(request);
      }),
    close(): void {
      socket.destroy();
    },
  };
}
