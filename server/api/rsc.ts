import "server-only";
import { cookies } from "next/headers";
import { cache } from "react";
import { createCaller } from "@/server/api/root";
import { actorOf } from "@/server/auth";
import { getContext } from "@/server/context";

/** The routers, called in process by server components. One caller per request. */
export const api = cache(async () => {
  const context = getContext();
  const jar = Object.fromEntries(
    (await cookies()).getAll().map(({ name, value }) => [name, value]),
  );
  return createCaller({
    ...context,
    actor: await actorOf(context, { cookies: jar, authorization: null }),
  });
});
