import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** Nothing but this host can reach the loopback network. */
const HOST = "127.0.0.1";

/** A server that listens. */
export type Listener = {
  readonly origin: string;
  /** Stops listening and ends what is under way. */
  readonly close: () => Promise<void>;
};

/** Listens on 127.0.0.1. Rejects when the port is taken. */
export async function listenOn(
  server: Pick<Server, "listen" | "on" | "once" | "address" | "close">,
  protocol: "http" | "https",
  port: number,
): Promise<Listener> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, resolve);
  });
  return {
    origin: `${protocol}://${HOST}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
