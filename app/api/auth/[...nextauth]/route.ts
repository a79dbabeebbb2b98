import { authDoor } from "@/server/api/auth-door";
import { getContext } from "@/server/context";

const handler = (request: Request): Promise<Response> => authDoor(getContext())(request);

export { handler as GET, handler as POST };
