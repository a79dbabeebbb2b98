import { createHash } from "node:crypto";
import { createServer, type Socket } from "node:net";

/** An Ed25519 key for an agent to sign with. */
export type AgentKey = {
  /** 32 bytes, raw. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
};

/** Message numbers of the SSH agent protocol (RFC 9987, section 5). */
const FAILURE = 5;
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;

const KEY_TYPE = Buffer.from("ssh-ed25519");

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const string = (bytes: Uint8Array): Buffer => Buffer.concat([uint32(bytes.length), bytes]);
const blobOf = ({ publicKey }: AgentKey): Buffer =>
  Buffer.concat([string(KEY_TYPE), string(publicKey)]);

/** How SSH calls a key: `SHA256:` and the digest in base64. */
export const fingerprintOf = (key: AgentKey): string =>
  `SHA256:${createHash("sha256").update(blobOf(key)).digest("base64").replace(/=+$/, "")}`;

/** An SSH agent that holds one key, on the Unix socket `path`: some witnesses keep theirs in such. */
export function startSshAgent(path: string, key: AgentKey): Promise<{ close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let received = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (part) => {
      received = Buffer.concat([received, part]);
      while (received.length >= 4 && received.length >= 4 + received.readUInt32BE(0)) {
        const end = 4 + received.readUInt32BE(0);
        socket.write(string(answerTo(received.subarray(4, end), key)));
        received = received.subarray(end);
      }
    });
  });
  return new Promise((resolve) => {
    server.listen(path, () =>
      resolve({
        close() {
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      }),
    );
  });
}

function answerTo(message: Buffer, key: AgentKey): Buffer {
  const blob = blobOf(key);
  if (message[0] === REQUEST_IDENTITIES)
    return Buffer.concat([
      Uint8Array.of(IDENTITIES_ANSWER),
      uint32(1),
      string(blob),
      string(Buffer.from("test")),
    ]);
  if (message[0] !== SIGN_REQUEST) return Buffer.from([FAILURE]);
  const dataAt = 1 + 4 + message.readUInt32BE(1);
  const data = message.subarray(dataAt + 4, dataAt + 4 + message.readUInt32BE(dataAt));
  const signature = Buffer.concat([string(KEY_TYPE), string(key.sign(data))]);
  return Buffer.concat([Uint8Array.of(SIGN_RESPONSE), string(signature)]);
}
