import { beforeEach, describe, expect, it } from "vitest";
import { BeaconError } from "@/server/domain/errors";
import { createLogger } from "@/server/telemetry/logger";
import { HIDDEN } from "@/server/telemetry/redact";
import { withRequestId } from "@/server/telemetry/request-id";

/** Letters and digits: no escaping changes it, so it is found wherever it went. */
const PLANTED = "planted7secret9of4this2test";
const SHOWN = "shown3word8of5this1test";

let lines: string[] = [];
let root = createLogger();
beforeEach(() => {
  lines = [];
  root = createLogger({ write: (line) => lines.push(line) });
  root.logger.level = "trace";
});

/** What was written: one JSON document a line. */
const written = () => lines.map((line): Record<string, unknown> => JSON.parse(line));
const all = () => lines.join("");

/** An error as an SDK throws it: with a name of its own, and much that hangs on it. */
const talkative = (name: string, message: string, fields: object = {}): Error =>
  Object.assign(new Error(message), { name, ...fields });

describe("a log line says nothing of a secret", () => {
  it.each([
    "apiKey",
    "x-api-key",
    "API_KEY",
    "x-goog-api-key",
    "password",
    "newPassword",
    "secret",
    "session_secret",
    "clientSecret",
    "operatorToken",
    "access_token",
    "authorization",
    "Proxy-Authorization",
    "set-cookie",
    "databaseUrl",
    "prompt",
    "systemPrompt",
    "responseBody",
    "requestBodyValues",
    "body",
    "text",
  ])("under the name %s, however deep and in whatever it lies", (name) => {
    const { logger } = root;
    logger.info({ [name]: PLANTED, word: SHOWN });
    logger.info({ a: { b: { c: { d: { e: { [name]: PLANTED } } } } } });
    logger.info({ list: [[{ [name]: { inner: PLANTED } }]] });
    logger.info({ map: new Map([[name, PLANTED]]), set: new Set([{ [name]: PLANTED }]) });
    logger.child({ [name]: PLANTED, deep: { [name]: PLANTED } }).info("bound");
    logger
      .child({})
      .child({ more: { [name]: PLANTED } })
      .info("bound further down");
    expect(all()).not.toContain(PLANTED);
    expect(all()).toContain(SHOWN);
    expect(written()).toHaveLength(6);
    expect(written()[0]).toMatchObject({ [name]: HIDDEN });
  });

  it("that has the shape of one, wherever it stands: value, name, message or what a child is bound to", () => {
    const shapes = [
      `Bearer ${PLANTED}`,
      `authorization: bearer   ${PLANTED}`,
      `Basic ${Buffer.from(`me:${PLANTED}1`).toString("base64")}`,
      `sk-${PLANTED}`,
      `sk-ant-api03-${PLANTED}`,
      `AIza${PLANTED}0000000`,
      `-----BEGIN PRIVATE KEY-----\n${PLANTED}\nMC4CAQ\n-----END PRIVATE KEY-----`,
      `-----BEGIN EC PRIVATE KEY-----\n${PLANTED}`,
      `postgresql://beacon:${PLANTED}@127.0.0.1:5432/beacon`,
      `connect to postgres://:${PLANTED}@[::1]/x failed`,
      `https://name:${PLANTED}@ipfs.example:5001`,
      `next-auth.session-token=${PLANTED}; Path=/`,
      `__Secure-next-auth.session-token.0=${PLANTED}`,
      `__Host-next-auth.csrf-token=${PLANTED}`,
      `eyJhbGciOiJkaXIifQ..${PLANTED}.${PLANTED}.x`,
      `https://portal.example/join?token=${PLANTED}&x=1`,
      `https://portal.example/join#invitation-token=${PLANTED}`,
      `/callback?code=${PLANTED}`,
      `GET https://portal.example/invitations/${PLANTED}`,
    ];
    const { logger } = root;
    for (const shape of shapes) {
      lines.length = 0;
      logger.info({ word: SHOWN, deep: { list: [shape] } }, `it said ${shape} and ${SHOWN}`);
      logger.child({ bound: shape }).info("%s", shape);
      logger.info({ [shape]: 1 });
      logger.error(new Error(shape));
      logger.error({ err: new Error("outer", { cause: new Error(shape) }) }, "failed");
      logger.error({ problem: new AggregateError([new Error(shape)], "both") });
      // PEM is searched for whole; its base64 alone is no shape.
      const secret = shape.startsWith("Basic") ? shape.slice(6, 30) : PLANTED;
      expect(all(), shape).not.toContain(secret);
      expect(all(), shape).toContain(SHOWN);
      expect(written(), shape).toHaveLength(6);
    }
  });

  it("that the process holds, whatever its shape and wherever it stands", () => {
    const odd = `${PLANTED} with "quotes" & spaces`;
    root.learn([odd, PLANTED, "short"]);
    root.logger.info({ a: [odd], short: "short" }, `a ${odd} b ${encodeURIComponent(odd)}`);
    root.logger.child({ odd }).warn({ err: new Error(odd) }, PLANTED);
    expect(all()).not.toContain(PLANTED);
    expect(written()[0]).toMatchObject({
      a: [HIDDEN],
      short: "short",
      msg: `a ${HIDDEN} b ${HIDDEN}`,
    });
  });

  it("in an error of an SDK, of Prisma or of PostgreSQL, and in none of its causes", () => {
    const quoting = [
      talkative("AI_APICallError", `the service said ${PLANTED}`, {
        url: `https://service.example/v1?key=${PLANTED}`,
        requestBodyValues: { messages: [{ content: PLANTED }] },
        responseBody: PLANTED,
        responseHeaders: { "set-cookie": PLANTED },
        data: { error: PLANTED },
        statusCode: 429,
      }),
      talkative("AI_TypeValidationError", `Type validation failed: Value: ${PLANTED}`, {
        value: PLANTED,
      }),
      talkative("PrismaClientValidationError", `Invalid invocation: { text: "${PLANTED}" }`),
      talkative("PrismaClientKnownRequestError", "Unique constraint failed", {
        code: "P2002",
        meta: { target: [PLANTED], driverAdapterError: { cause: { originalMessage: PLANTED } } },
      }),
      talkative("error", "duplicate key value violates unique constraint", {
        code: "23505",
        severity: "ERROR",
        detail: `Key (email)=(${PLANTED}) already exists.`,
        where: `COPY x, line 1: ${PLANTED}`,
        internalQuery: `SELECT '${PLANTED}'`,
        parameters: [PLANTED],
        constraint: "Account_email_key",
        table: "Account",
      }),
      talkative("error", `invalid input syntax for type json: "${PLANTED}"`, { code: "22P02" }),
    ];
    try {
      JSON.parse(`${PLANTED} is what came`);
    } catch (error) {
      quoting.push(error as Error);
    }
    expect(quoting).toHaveLength(7);
    for (const error of quoting) {
      lines.length = 0;
      root.logger.error({ err: error }, "failed");
      root.logger.error(error);
      root.logger.warn({ err: new BeaconError("MODEL_UNREACHABLE", SHOWN, { cause: error }) }, "x");
      root.logger.warn({ deep: { problems: [error] } });
      expect(all(), error.name).not.toContain(PLANTED);
      // V8 quotes the beginning of what is not JSON.
      expect(all(), error.name).not.toContain(PLANTED.slice(0, 8));
      expect(all(), error.name).toContain(SHOWN);
      expect(written(), error.name).toHaveLength(4);
    }
  });
});

describe("a log line says of an error", () => {
  it("its name, code, message, frames, details and causes", () => {
    const cause = talkative("error", "the server is starting", {
      code: "57P03",
      severity: "FATAL",
    });
    const error = new BeaconError("DATABASE_UNAVAILABLE", "the database does not answer", {
      cause,
      details: { size: 17, token: PLANTED },
    });
    root.logger.error({ err: error, jobId: "job-1" }, "failed");
    expect(written()[0]).toMatchObject({
      level: "error",
      msg: "failed",
      jobId: "job-1",
      err: {
        type: "BeaconError",
        code: "DATABASE_UNAVAILABLE",
        message: "the database does not answer",
        details: { size: 17, token: HIDDEN },
        cause: {
          type: "error",
          code: "57P03",
          severity: "FATAL",
          message: "the server is starting",
        },
      },
    });
    expect(all()).toMatch(/"stack":"\s+at [^"]*logger\.test/);
  });

  it("no more than that, however long and however deep its causes are", () => {
    let error = new Error("x".repeat(100_000));
    for (let depth = 0; depth < 50; depth++) error = new Error("outer", { cause: error });
    root.logger.error({ err: error });
    expect(all().length).toBeLessThan(20_000);
  });
});

describe("a log line", () => {
  it("stays one JSON document, whatever it is given", () => {
    const circle: Record<string, unknown> = { bytes: new Uint8Array(1_000_000) };
    circle.self = circle;
    circle.broken = Object.defineProperty({}, "x", {
      enumerable: true,
      get: () => {
        throw new Error("no");
      },
    });
    circle.big = 2n ** 70n;
    circle.when = new Date(Number.NaN);
    circle.call = () => {};
    circle.many = Array.from({ length: 10_000 }, (_, place) => place);
    circle.url = new URL(`https://a:${PLANTED}@b.example/`);
    root.logger.info(circle, "well");
    expect(written()[0]).toMatchObject({
      msg: "well",
      bytes: "[1000000 bytes]",
      self: { self: "[circular]" },
      broken: { x: "[unreadable]" },
      big: String(2n ** 70n),
      when: null,
      url: `https://a:${HIDDEN}@b.example/`,
    });
    expect(written()[0]?.many).toHaveLength(100);
  });

  it("says numbers and flags under any name, because none is a secret", () => {
    root.logger.info({ promptTokens: 12, answers: 3, hasToken: true, token: null });
    expect(written()[0]).toMatchObject({
      promptTokens: 12,
      answers: 3,
      hasToken: true,
      token: null,
    });
  });

  it("of a request says which, however far from its beginning, and of none nothing", async () => {
    await withRequestId("request-0001", async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      root.logger.child({ component: "deep" }).info("inside");
    });
    root.logger.info("outside");
    expect(written()[0]).toMatchObject({ requestId: "request-0001", component: "deep" });
    expect(written()[1]).not.toHaveProperty("requestId");
  });

  it("is counted by its level, also when a child writes it, and not when it is not written", () => {
    const counted: string[] = [];
    root.onLine = (level) => counted.push(level);
    root.logger.level = "info";
    root.logger.info("a");
    root.logger.child({ component: "c" }).error("b");
    root.logger.debug("c");
    expect(counted).toEqual(["info", "error"]);
  });
});
