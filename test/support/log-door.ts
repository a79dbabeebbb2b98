import { createServer, type Server } from "node:http";
import type { Submitters } from "@/server/adapters/keys/submitters";
import { isTlogAdd, tlogAdd } from "@/server/api/tlog-add";
import { isTlogRead, tlogRead } from "@/server/api/tlog-read";
import type { Context } from "@/server/context";
import { appendLeaves } from "@/server/services/append-leaves";
import { GROUP_LIMITS, type GroupLimits, groupLeaves } from "@/server/services/group-leaves";

/** A log on a port of its own: the portal's handlers, without its pages. */
export type LogDoor = { readonly url: string; readonly server: Server; close(): Promise<void> };

/** Serves the log of `context` below `/tlog`, and takes leaves from `submitters`. */
export async function openLogDoor(
  context: Pick<Context, "log" | "tree" | "now">,
  submitters: Submitters | null,
  limits: GroupLimits = GROUP_LIMITS,
): Promise<LogDoor> {
  const add = groupLeaves({ append: (leaves) => appendLeaves(context, leaves) }, limits);
  const addLeaf = tlogAdd({ submitters, add });
  const readLog = tlogRead(context);
  const server = createServer((request, response) => {
    if (isTlogAdd(request)) return void addLeaf(request, response);
    if (isTlogRead(request)) return void readLog(request, response);
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    server,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
