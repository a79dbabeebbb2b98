import { createServer, type IncomingMessage } from "node:http";
import next from "next";
import { migrationNames } from "@/prisma/migrate";
import { createLiveStream, isLiveStream } from "@/server/api/live-stream";
import { createPageSockets } from "@/server/api/page-sockets";
import { appRouter } from "@/server/api/root";
import { isTlogAdd, tlogAdd } from "@/server/api/tlog-add";
import { isTlogRead, tlogRead } from "@/server/api/tlog-read";
import { watchRequests } from "@/server/api/watch-requests";
import { getContext } from "@/server/context";
import { tellNextAuth } from "@/server/env";
import { runProcess } from "@/server/lifecycle";
import { appendLeaves } from "@/server/services/append-leaves";
import { CHECKS_OF, checkHealth } from "@/server/services/check-health";
import { groupLeaves } from "@/server/services/group-leaves";

/** Next answers 500 to a path that is not percent-encoded UTF-8; the fault is the sender's. */
function isReadable(url: string): boolean {
  try {
    decodeURI(url.split("?")[0] ?? "");
    return true;
  } catch {
    return false;
  }
}

/** Files, tiles and pages are read; only the API and the gateway know other methods. Next answers some with 500. */
const isAskable = ({ method = "", url = "" }: IncomingMessage): boolean =>
  method === "GET" ||
  method === "HEAD" ||
  (method === "POST" && !/^\/(?:verify|tlog|bundles)(?:\/|$)/.test(url)) ||
  (method === "OPTIONS" && url.startsWith("/ipfs/"));

/** The portal: pages, API and WebSocket on one port. */
await runProcess("portal", async ({ health }) => {
  const context = getContext();
  const { HOST, PORT } = context.env;
  tellNextAuth(context.env);
  const app = next({ dev: false, hostname: HOST, port: PORT });
  await app.prepare();
  const handle = app.getRequestHandler();
  const addLeaf = tlogAdd({
    submitters: context.submitters,
    add: groupLeaves({ append: (leaves) => appendLeaves(context, leaves) }),
  });
  const readLog = tlogRead(context);
  const stream = createLiveStream(context);
  const answer = watchRequests(context, (request, response) => {
    if (isLiveStream(request)) return stream.refuse(response);
    if (isTlogAdd(request)) return void addLeaf(request, response);
    if (isTlogRead(request)) return void readLog(request, response);
    if (!isAskable(request)) {
      response.writeHead(405, { allow: "GET, HEAD", "x-content-type-options": "nosniff" });
      return void response.end();
    }
    if (isReadable(request.url ?? "/")) return void handle(request, response);
    response.writeHead(400, { "content-type": "text/plain", "x-content-type-options": "nosniff" });
    response.end("This address is not one.\n");
  });
  const server = createServer(answer);

  const pages = createPageSockets(context);
  server.on("upgrade", (request, socket, head) =>
    (isLiveStream(request) ? stream : pages).upgrade(request, socket, head),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(PORT, HOST, resolve);
  });
  context.logger.info({ host: HOST, port: PORT }, "portal is listening");
  const { metrics } = context;
  metrics.nameProcedures(Object.keys(appRouter._def.procedures));
  metrics.beforeRendering(async () => {
    metrics.of.liveSockets.set({ door: "page" }, pages.size());
    metrics.of.liveSockets.set({ door: "public" }, stream.size());
  });
  const migrations = migrationNames();
  health.watch(() => checkHealth({ ...context, migrations, queues: [] }, CHECKS_OF.portal));

  return async () => {
    const streamed = stream.close();
    pages.close();
    await streamed;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await app.close();
    await context.close();
  };
});
