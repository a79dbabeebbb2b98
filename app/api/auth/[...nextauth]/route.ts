import NextAuth from "next-auth";
import { authOptionsFor } from "@/server/auth";
import { getContext } from "@/server/context";

type Params = { params: Promise<{ nextauth: string[] }> };

const handler = async (request: Request, params: Params) =>
  (await NextAuth(authOptionsFor(getContext()))(request, params)) as Response;

export { handler as GET, handler as POST };
