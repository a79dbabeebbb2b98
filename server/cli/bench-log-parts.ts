import { createServer } from "node:http";
import { z } from "zod";
import { isTlogAdd, tlogAdd } from "@/server/api/tlog-add";
import { checkpointResponse, tileResponse } from "@/server/api/tlog-read";
import { createSubmitter, type LoadResult, putLoad } from "@/server/cli/bench-log-load";
import { getContext } from "@/server/context";
import { appendLeaves } from "@/server/services/append-leaves";
import { groupLeaves } from "@/server/services/group-leaves";
import { writeLog } from "@/workers/log-writer";

/** A process of `beacon bench log`, besides the one that measures. */
export const BENCH_PARTS = ["log-door", "log-load", "log-writer"] as const;
export type BenchPart = (typeof BENCH_PARTS)[number];

/** What such a process tells the one that measures. */
export type PartMessage =
  | { readonly kind: "ready"; readonly url: string | null; readonly verifierKey: string | null }
  | { readonly kind: "loaded"; readonly result: LoadResult };

const Plan = z.strictObject({
  url: z.url(),
  requests: z.int().positive(),
  entryBytes: z.int().positive(),
  connections: z.int().positive(),
  perSecond: z.number().positive().nullable(),
});

const tell = (message: PartMessage): void => {
  process.send?.(message);
};

/** Runs one part until the process that measures lets go of it. */
export async function runBenchPart(part: BenchPart): Promise<0> {
  const gone = new Promise<void>((resolve) => process.once("disconnect", resolve));
  const end = new AbortController();
  let url: string | null = null;
  let verifierKey: string | null = null;
  if (part === "log-door") url = await openDoor();
  if (part === "log-load") verifierKey = takeLoads();
  const writing = part === "log-writer" ? writeLog(getContext(), end.signal) : null;
  tell({ kind: "ready", url, verifierKey });
  await gone;
  end.abort();
  await writing;
  process.exit(0);
}

/** The portal's own handlers for the log, on a port of their own, without its pages. */
async function openDoor(): Promise<string> {
  const context = getContext();
  const add = groupLeaves({ append: (leaves) => appendLeaves(context, leaves) });
  const addLeaf = tlogAdd({ submitters: context.submitters, add });
  const server = createServer(async (request, response) => {
    if (isTlogAdd(request)) return addLeaf(request, response);
    const path = (request.url ?? "").replace(/^\/tlog\//, "");
    const answer =
      path === "checkpoint"
        ? await checkpointResponse(context)
        : await tileResponse(context, path, { headers: new Headers() });
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return `http://127.0.0.1:${address.port}`;
}

/** Makes the requests when it is told to, and then sends them. @returns its submitter's verifier key. */
function takeLoads(): string {
  const submitter = createSubmitter();
  process.on("message", async (message) => {
    const plan = Plan.parse(message);
    const requests = Array.from({ length: plan.requests }, () =>
      submitter.request(plan.entryBytes),
    );
    tell({ kind: "loaded", result: await putLoad(plan, requests) });
  });
  return submitter.verifierKey;
}
