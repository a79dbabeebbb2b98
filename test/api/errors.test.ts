import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { describe, expect, it } from "vitest";
import { appRouter } from "@/server/api/root";
import type { RequestContext } from "@/server/api/trpc";
import { BeaconError } from "@/server/domain/errors";
import { aJobId } from "@/test/support/builders";
import { ownContext } from "@/test/support/context";

const house = ownContext();

/** What a stranger gets over HTTP. */
async function get(path: string, input: unknown, over: Partial<RequestContext> = {}) {
  const url = new URL(`http://portal.test/api/trpc/${path}`);
  url.searchParams.set("input", JSON.stringify({ json: input }));
  const response = await fetchRequestHandler({
    endpoint: "/api/trpc",
    req: new Request(url, { signal: AbortSignal.timeout(5_000) }),
    router: appRouter,
    createContext: () => ({ ...house.context, actor: null, ...over }),
  });
  return { status: response.status, text: await response.text() };
}
const dataOf = (text: string) => JSON.parse(text).error.json.data;
const failing = (error: Error): Partial<RequestContext> => ({
  jobs: {
    ...house.context.jobs,
    byId: async () => {
      throw error;
    },
  },
});
const byId = { jobId: aJobId(240) };

describe("an error", () => {
  it("that was foreseen carries its code", async () => {
    const { status, text } = await get("jobs.byId", byId);
    expect(status).toBe(404);
    expect(dataOf(text)).toMatchObject({ beaconCode: "JOB_NOT_FOUND", code: "NOT_FOUND" });
    expect(text).not.toContain("stack");
  });

  it("about one field names it, where strangers may read of it", async () => {
    const details = { path: "budget.glm" };
    const spoken = new BeaconError("JOB_SPEC_BUDGET_MISSING", "budget.glm is 0.", { details });
    expect(dataOf((await get("jobs.byId", byId, failing(spoken))).text).beaconPath).toBe(
      "budget.glm",
    );
    const unspoken = new BeaconError("TILE_INCONSISTENT", "a tile is missing", { details });
    expect(dataOf((await get("jobs.byId", byId, failing(unspoken))).text).beaconPath).toBeNull();
  });

  it("that nobody foresaw says nothing", async () => {
    const secret = "password authentication failed for postgres://beacon:hunter2@10.0.0.1";
    const { status, text } = await get("jobs.byId", byId, failing(new Error(secret)));
    expect(status).toBe(500);
    expect(text).not.toMatch(/hunter2|postgres|stack|node_modules/);
    expect(dataOf(text)).toMatchObject({ beaconCode: null, code: "INTERNAL_SERVER_ERROR" });
  });

  it("whose words are not for strangers says its code only", async () => {
    const error = new BeaconError("TILE_INCONSISTENT", "tile 0/3 in /var/secret is missing");
    const { status, text } = await get("jobs.byId", byId, failing(error));
    expect(status).toBe(500);
    expect(text).not.toContain("secret");
    expect(dataOf(text).beaconCode).toBe("TILE_INCONSISTENT");
  });

  it("that ends a subscription says nothing either", async () => {
    const bus = {
      ...house.context.bus,
      since: async () => {
        throw new Error("connection to postgres://beacon:hunter2@10.0.0.1 refused");
      },
    };
    const { text } = await get("live.events", { lastEventId: "1" }, { bus });
    expect(text).toContain("error");
    expect(text).not.toMatch(/hunter2|postgres|stack|node_modules/);
  });

  it("of a procedure that is not there is no error of ours", async () => {
    expect((await get("jobs.drop", {})).status).toBe(404);
  });
});
