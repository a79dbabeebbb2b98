import { processHealth } from "@/server/health";

export const dynamic = "force-dynamic";

/** How the portal stands, for anybody: 200, or 503 when something that it is for does not work. */
export async function GET(): Promise<Response> {
  const { ready, level, at, checks } = await processHealth().report();
  return Response.json(
    { ready, level, at, checks },
    { status: ready ? 200 : 503, headers: { "cache-control": "no-store" } },
  );
}
