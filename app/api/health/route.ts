import { getContext } from "@/server/context";

export const dynamic = "force-dynamic";

/** Whether the portal can answer: 200 with the log's size, or 503 with what is wrong. */
export async function GET(): Promise<Response> {
  try {
    const { size, publishedSize } = await getContext().log.state();
    return Response.json({ ready: true, log: { size, publishedSize } });
  } catch {
    return Response.json({ ready: false, code: "DATABASE_UNAVAILABLE" }, { status: 503 });
  }
}
