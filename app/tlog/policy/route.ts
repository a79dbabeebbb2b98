import { getContext } from "@/server/context";

export const dynamic = "force-dynamic";

/** Whom to trust, as a C2SP tlog-policy: the log's key, its witnesses, and how many must have cosigned. */
export const GET = () =>
  new Response(getContext().policyText, {
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "public, max-age=60",
      "access-control-allow-origin": "*",
    },
  });
