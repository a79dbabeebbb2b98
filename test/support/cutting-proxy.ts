import { connect, createServer, type Socket } from "node:net";

/** Where a process dies, as its database sees it: before or after the `statement`-th statement, 1-based. */
export type Cut = { readonly statement: number; readonly when: "before" | "after" };

/** A way to a database that can be cut. */
export type CuttingProxy = {
  readonly url: string;
  /**
   * Cuts every connection at a statement, and lets none through afterwards. "before": the server never
   * hears of it. "after": the server has done it, and nobody hears of that.
   */
  cutAt(cut: Cut): void;
  /** Whether it was cut since `cutAt`. */
  isCut(): boolean;
  /** Lets connections through again, uncut. */
  mend(): void;
  close(): Promise<void>;
};

/** Messages that end a statement: Query, and Sync of the extended protocol (PostgreSQL 18, 54.7). */
const ENDS_STATEMENT = new Set(["Q".charCodeAt(0), "S".charCodeAt(0)]);
const READY_FOR_QUERY = "Z".charCodeAt(0);

/** Stands between a process and the PostgreSQL at `databaseUrl`, and counts the statements of all connections. */
export async function startCuttingProxy(databaseUrl: string): Promise<CuttingProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let planned: Cut | null = null;
  let isCut = false;
  let seen = 0;
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    if (isCut) return void client.destroy();
    const upstream = connect(Number(target.port), target.hostname);
    let isAwaited = false;
    const fromClient = messages("frontend", (type) => {
      if (!ENDS_STATEMENT.has(type) || isCut) return;
      seen += 1;
      if (seen !== planned?.statement) return;
      if (planned.when === "before") cut();
      else isAwaited = true;
    });
    const fromServer = messages("backend", (type) => {
      if (isAwaited && type === READY_FOR_QUERY) cut();
    });
    for (const [socket, other, read] of [
      [client, upstream, fromClient],
      [upstream, client, fromServer],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.on("data", (chunk: Buffer) => {
        read(chunk);
        if (!isCut) other.write(chunk);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  target.hostname = "127.0.0.1";
  const url = new URL(target);
  url.port = String(address.port);
  return {
    url: url.href,
    cutAt(next) {
      planned = next;
      seen = 0;
      isCut = false;
    },
    isCut: () => isCut,
    mend() {
      planned = null;
      isCut = false;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Tells the type of each message of one direction. A frontend's first message has none. */
function messages(side: "frontend" | "backend", onType: (type: number) => void) {
  let rest = Buffer.alloc(0);
  let isFirst = side === "frontend";
  return (chunk: Buffer): void => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const header = isFirst ? 0 : 1;
      if (rest.length < header + 4) return;
      const end = header + rest.readUInt32BE(header);
      if (rest.length < end) return;
      if (!isFirst) onType(rest[0] ?? 0);
      isFirst = false;
      rest = rest.subarray(end);
    }
  };
}
