import { initTRPC, TRPCError } from "@trpc/server";
import superjson from "superjson";
import { ZodError } from "zod";
import type { Actor } from "@/server/auth";
import type { Context } from "@/server/context";
import { type BeaconError, ERRORS, type ErrorCode, isBeaconError } from "@/server/domain/errors";
import { currentRequestId } from "@/server/telemetry/request-id";

/** The process's context, and who sends this request. */
export type RequestContext = Context & { readonly actor: Actor | null };

/** Refusals that are not the server's fault. What is not here and not a spec's is our own failure. */
const TRPC_CODE: Partial<Record<ErrorCode, TRPCError["code"]>> = {
  JOB_NOT_FOUND: "NOT_FOUND",
  TASK_NOT_FOUND: "NOT_FOUND",
  LEAF_NOT_FOUND: "NOT_FOUND",
  COMPARISON_NOT_FOUND: "NOT_FOUND",
  LOG_POSITION_INVALID: "BAD_REQUEST",
  EXPLORER_TIMED_OUT: "TIMEOUT",
  EXPLORER_BUSY: "TOO_MANY_REQUESTS",
  PORTAL_BUSY: "TOO_MANY_REQUESTS",
  ACCOUNT_EXISTS: "CONFLICT",
  ACCOUNT_NOT_FOUND: "NOT_FOUND",
  ACCOUNT_LAST_ADMIN: "CONFLICT",
  INVITATION_REFUSED: "NOT_FOUND",
  PASSWORD_TOO_WEAK: "BAD_REQUEST",
  SIGN_IN_REFUSED: "FORBIDDEN",
  CHALLENGE_REFUSED: "FORBIDDEN",
  KEY_NOT_FOUND: "NOT_FOUND",
  KEY_IN_USE: "CONFLICT",
  KEY_REVOKED: "CONFLICT",
  KEY_NOT_READY: "CONFLICT",
  KEY_ENROLMENT_REFUSED: "CONFLICT",
  ATTESTATION_NOT_FOUND: "NOT_FOUND",
  ATTESTATION_MALFORMED: "BAD_REQUEST",
  ATTESTATION_FOREIGN: "BAD_REQUEST",
  ATTESTATION_SIGNATURE_INVALID: "BAD_REQUEST",
  ATTESTATION_STALE: "BAD_REQUEST",
  ATTESTATION_TOO_MANY: "TOO_MANY_REQUESTS",
  KEY_ENROLMENT_TOO_MANY: "TOO_MANY_REQUESTS",
  SERVICE_NOT_FOUND: "NOT_FOUND",
  PROVIDER_NOT_FOUND: "NOT_FOUND",
  SERVICE_INVALID: "BAD_REQUEST",
  SERVICE_IN_USE: "CONFLICT",
  DRAFT_NOT_FOUND: "NOT_FOUND",
  DRAFT_CONFLICT: "CONFLICT",
  DRAFT_TOO_LARGE: "PAYLOAD_TOO_LARGE",
  DRAFT_TOO_MANY: "CONFLICT",
};
const trpcCodeOf = (code: ErrorCode): TRPCError["code"] =>
  TRPC_CODE[code] ?? (code.startsWith("JOB_SPEC_") ? "BAD_REQUEST" : "INTERNAL_SERVER_ERROR");

/** All that a stranger hears of a failure of our own; also when a subscription ends with one. */
const UNSAID = "Something went wrong on our side.";

/** The field that an error is about, as `prompts[0].text`, where strangers may read of it. */
const pathOf = ({ code, details }: BeaconError): string | null =>
  ERRORS[code].expose && typeof details.path === "string" ? details.path : null;

/** An error in one plain sentence; what parsing says of an input is for programmers. */
function sentenceOf({ code, cause, message }: TRPCError): string {
  if (cause instanceof ZodError) {
    const [issue] = cause.issues;
    const path = issue?.path.join(".") ?? "";
    return `The request does not fit${path === "" ? "" : ` at ${path}`}.`;
  }
  const isUnread = code === "PARSE_ERROR" || (code === "BAD_REQUEST" && !isBeaconError(cause));
  return isUnread ? "The request cannot be read." : message;
}

const t = initTRPC.context<RequestContext>().create({
  transformer: superjson,
  errorFormatter: ({ shape, error }) => {
    const { stack: _, ...data } = shape.data;
    const { cause } = error;
    const mayBeSaid =
      error.code !== "INTERNAL_SERVER_ERROR" || (isBeaconError(cause) && ERRORS[cause.code].expose);
    return {
      ...shape,
      message: mayBeSaid ? sentenceOf(error) : UNSAID,
      data: {
        ...data,
        beaconCode: isBeaconError(cause) ? cause.code : null,
        requestId: currentRequestId() ?? null,
        beaconPath: isBeaconError(cause) ? pathOf(cause) : null,
      },
    };
  },
});

/** The one place where an error becomes an HTTP answer. What nobody foresaw stays unknown to the caller. */
const mapErrors = t.middleware(async ({ ctx, path, next }) => {
  const result = await next();
  if (result.ok) return result;
  const { cause } = result.error;
  if (isBeaconError(cause))
    throw new TRPCError({
      code: trpcCodeOf(cause.code),
      message: ERRORS[cause.code].expose ? cause.message : UNSAID,
      cause,
    });
  if (result.error.code !== "INTERNAL_SERVER_ERROR") return result;
  ctx.logger.error({ err: result.error, path }, "a request failed");
  throw new TRPCError({ code: "INTERNAL_SERVER_ERROR", message: UNSAID });
});

/** Counts and times every call, by what became of it. Of a subscription only whether it began. */
const measureCalls = t.middleware(async ({ ctx, path, type, next }) => {
  const startedAt = performance.now();
  const result = await next();
  const { apiCalls, apiDuration } = ctx.metrics.of;
  apiCalls.add({ procedure: path, outcome: result.ok ? "ok" : outcomeOf(result.error) });
  if (type !== "subscription")
    apiDuration.observe({ procedure: path }, (performance.now() - startedAt) / 1_000);
  return result;
});

const OUTCOMES = ["BAD_REQUEST", "UNAUTHORIZED", "FORBIDDEN", "TOO_MANY_REQUESTS"] as const;

const outcomeOf = ({ code, cause }: TRPCError) =>
  isBeaconError(cause) ? cause.code : (OUTCOMES.find((known) => known === code) ?? "INTERNAL");

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** For everyone. */
export const publicProcedure = t.procedure.use(measureCalls).use(mapErrors);

/** For those who signed in, in whatever role. */
export const readerProcedure = publicProcedure.use(({ ctx, next }) => {
  if (ctx.actor === null) throw new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." });
  return next({ ctx: { actor: ctx.actor } });
});

/** For attesters, and nobody else: who runs a portal does not vouch for what it shows. */
export const attesterProcedure = readerProcedure.use(({ ctx, next }) => {
  if (ctx.actor.role !== "attester")
    throw new TRPCError({ code: "FORBIDDEN", message: "Only an attester may do this." });
  return next();
});

/** For admins. */
export const adminProcedure = readerProcedure.use(({ ctx, next }) => {
  if (ctx.actor.role !== "admin")
    throw new TRPCError({ code: "FORBIDDEN", message: "Only an admin may do this." });
  return next();
});
