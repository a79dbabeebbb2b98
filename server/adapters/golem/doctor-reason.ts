import { reasonOf } from "@/server/adapters/golem/golem-failure";

/** Why a question got no answer, in few words: `fetch` hides the reason in its error's cause. */
export function whyOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : null;
  const code = cause !== null && "code" in cause ? String(cause.code) : "";
  return code === "" ? reasonOf(cause ?? error) : code;
}
