import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createPrisma, type Prisma } from "@/server/adapters/db/client";
import { createServiceStore } from "@/server/adapters/db/service-store";
import { createServiceGate, type ServiceGate } from "@/server/adapters/service/limits";
import { DESK_LIFE_MS, FAULTS_TO_PAUSE } from "@/server/domain/service/gate";
import { aService } from "@/test/adapters/service/a-service";
import { aSteppedClock } from "@/test/adapters/service/a-stepped-clock";
import { NOON } from "@/test/support/builders";
import { ownDatabase } from "@/test/support/database";
import { eventually } from "@/test/support/fakes";

const database = ownDatabase();
let other: Prisma;
let clock = aSteppedClock(NOON);
let serviceId = "";
let count = 0;
const gates: ServiceGate[] = [];

beforeAll(() => {
  other = createPrisma(database.url, 2);
});
afterAll(() => other.$disconnect());
beforeEach(() => {
  clock = aSteppedClock(NOON);
  count += 1;
  serviceId = `s${count}`;
});
afterEach(async () => {
  await Promise.all(gates.splice(0).map((gate) => gate.close()));
});

const store = () => createServiceStore(database.prisma);
/** The test's own service, and what bounds it. */
const put = (limits: { requests_per_minute?: number; concurrency?: number } = {}) =>
  store().put(aService({ id: serviceId, ...limits }), NOON);

/** A gate as a worker process of its own has it: nothing is shared but the database. */
function gate(fields: { isElsewhere?: boolean; isDead?: boolean } = {}): ServiceGate {
  count += 1;
  const n = count;
  const opened = createServiceGate(fields.isElsewhere ? other : database.prisma, {
    now: clock.now,
    random16: () => new Uint8Array(16).fill(n),
    wait: fields.isDead ? () => new Promise(() => {}) : clock.wait,
  });
  if (!fields.isDead) gates.push(opened);
  return opened;
}

const enter = (from: ServiceGate, deadline?: Date) =>
  from.enter(serviceId, new AbortController().signal, deadline);
const inMs = (ms: number) => new Date(clock.now().getTime() + ms);

/** Until when the process is believed that said something last. */
async function believedUntil(): Promise<number> {
  const gate = await database.prisma.serviceGate.findUniqueOrThrow({ where: { serviceId } });
  const { desks } = gate.state as { desks: Record<string, { untilMs: number }> };
  return Math.max(...Object.values(desks).map(({ untilMs }) => untilMs));
}

async function failSoOften(from: ServiceGate, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await (await enter(from)).leave("service-fault");
}

describe("concurrency", () => {
  it("is kept by two processes together, and a place that one leaves is the other's", async () => {
    await put({ concurrency: 2 });
    const [one, two] = [gate(), gate({ isElsewhere: true })];
    const first = await enter(one);
    await enter(two);
    const third = enter(two);
    expect(await clock.decides(third)).toBe(false);
    await first.leave("ok");
    await first.leave("ok"); // leaving twice frees no second place
    expect(await clock.decides(third, 100)).toBe(true);
    expect(await clock.decides(enter(one))).toBe(false);
  });

  it("frees what a dead process held, and never what a living one holds", async () => {
    await put({ concurrency: 2 });
    await enter(gate({ isDead: true }));
    const living = gate({ isElsewhere: true });
    await enter(living);
    const next = enter(living);
    expect(await clock.decides(next)).toBe(false);
    expect(await clock.decides(next, DESK_LIFE_MS - 1)).toBe(false);
    expect(await clock.decides(next, 100)).toBe(true);
    const outsider = enter(gate());
    expect(await clock.decides(outsider)).toBe(false);
    for (let ms = 0; ms < 2 * DESK_LIFE_MS; ms += 10_000) {
      expect(await clock.decides(outsider, 10_000)).toBe(false);
      await eventually(async () => (await believedUntil()) === inMs(DESK_LIFE_MS).getTime());
    }
  });

  it("follows what an admin changes", async () => {
    await put({ concurrency: 1 });
    const only = gate();
    await enter(only);
    const second = enter(only);
    expect(await clock.decides(second)).toBe(false);
    await put({ concurrency: 2 });
    expect(await clock.decides(second, 100)).toBe(true);
  });

  it("never lets more in than may be, whoever asks at the same time", async () => {
    await put({ concurrency: 3, requests_per_minute: 60_000 });
    const processes = [database.prisma, other].map((prisma, i) =>
      createServiceGate(prisma, {
        now: () => new Date(),
        random16: () => new Uint8Array(16).fill(i),
      }),
    );
    gates.push(...processes);
    let under = 0;
    let most = 0;
    await Promise.all(
      processes.flatMap((process) =>
        Array.from({ length: 30 }, async () => {
          const pass = await enter(process);
          most = Math.max(most, ++under);
          await store().byId(serviceId); // a request takes its time
          under -= 1;
          await pass.leave("ok");
        }),
      ),
    );
    expect(most).toBeLessThanOrEqual(3);
  });
});

describe("requests per minute", () => {
  it("are shared by two processes: one begins, and the other waits its interval out", async () => {
    await put({ requests_per_minute: 60, concurrency: 50 });
    const [one, two] = [gate(), gate({ isElsewhere: true })];
    await enter(one);
    const second = enter(two);
    expect(await clock.decides(second)).toBe(false);
    expect(await clock.decides(second, 999)).toBe(false);
    expect(await clock.decides(second, 1)).toBe(true);
  });

  it("let a second's worth begin at once", async () => {
    await put({ requests_per_minute: 600, concurrency: 50 });
    const only = gate();
    await Promise.all(Array.from({ length: 10 }, () => enter(only)));
    expect(await clock.decides(enter(only))).toBe(false);
  });
});

describe("a service that fails", () => {
  it("is paused for everybody after so many faults in a row, and says so at once to who cannot wait", async () => {
    await put();
    const [one, two] = [gate(), gate({ isElsewhere: true })];
    await failSoOften(one, FAULTS_TO_PAUSE - 1);
    await (await enter(one)).leave("ok");
    await failSoOften(two, FAULTS_TO_PAUSE - 1);
    expect((await store().byId(serviceId))?.pausedUntil).toBeNull();
    await failSoOften(one, 1);
    expect((await store().byId(serviceId))?.pausedUntil).toEqual(inMs(30_000));
    await expect(enter(two, inMs(29_999))).rejects.toMatchObject({ code: "SERVICE_PAUSED" });
    const patient = enter(two, inMs(60_000));
    expect(await clock.decides(patient)).toBe(false);
    expect(await clock.decides(patient, 29_999)).toBe(false);
    expect(await clock.decides(patient, 1)).toBe(true);
  });

  it("is tried by one alone after a pause; one more fault pauses it for longer, an answer ends it", async () => {
    await put();
    const [one, two] = [gate(), gate({ isElsewhere: true })];
    await failSoOften(one, FAULTS_TO_PAUSE);
    clock.pass(30_000);
    const trial = await enter(one);
    const second = enter(two);
    expect(await clock.decides(second)).toBe(false);
    await trial.leave("service-fault");
    expect((await store().byId(serviceId))?.pausedUntil).toEqual(inMs(60_000));
    expect(await clock.decides(second, 59_999)).toBe(false);
    expect(await clock.decides(second, 1)).toBe(true);
    const third = enter(one);
    expect(await clock.decides(third)).toBe(false);
    await (await second).leave("ok");
    expect(await clock.decides(third, 100)).toBe(true);
    await enter(two);
  });

  it("is tried by another when who tried it died", async () => {
    await put();
    const one = gate();
    await failSoOften(one, FAULTS_TO_PAUSE);
    clock.pass(30_000);
    await enter(gate({ isDead: true }));
    const next = enter(one);
    expect(await clock.decides(next)).toBe(false);
    expect(await clock.decides(next, DESK_LIFE_MS)).toBe(true);
  });

  it("is left alone for as long as it asks to be", async () => {
    await put();
    const [one, two] = [gate(), gate({ isElsewhere: true })];
    await (await enter(one)).leave({ retryAfterMs: 7_000 });
    const next = enter(two);
    expect(await clock.decides(next)).toBe(false);
    expect(await clock.decides(next, 7_000)).toBe(true);
    await Promise.all([enter(one), enter(two)]); // it worked: nobody has to try it alone
  });

  it("is asked again as soon as an admin says so", async () => {
    await put();
    const only = gate();
    await store().pause(serviceId, inMs(3_600_000), "the vendor's bill is open");
    const waiting = enter(only);
    expect(await clock.decides(waiting)).toBe(false);
    await expect(enter(only, inMs(60_000))).rejects.toThrow("the vendor's bill is open");
    await store().resume(serviceId);
    expect(await clock.decides(waiting, 1_000)).toBe(true);
  });
});

describe("waiting", () => {
  it("ends when time runs out, and says what it waited for", async () => {
    await put({ concurrency: 1 });
    const only = gate();
    const pass = await enter(only);
    const isOver = () => new DOMException("The time limit has passed.", "TimeoutError");
    const first = new AbortController();
    const busy = only.enter(serviceId, first.signal);
    expect(await clock.decides(busy)).toBe(false);
    first.abort(isOver());
    await expect(busy).rejects.toMatchObject({ code: "MODEL_RATE_LIMITED" });
    await pass.leave({ retryAfterMs: 60_000 });
    const second = new AbortController();
    const paused = only.enter(serviceId, second.signal);
    expect(await clock.decides(paused)).toBe(false);
    second.abort(isOver());
    await expect(paused).rejects.toMatchObject({ code: "SERVICE_PAUSED" });
  });

  it("ends when the caller has another reason, for that reason, paused or not", async () => {
    await put();
    const only = gate();
    await (await enter(only)).leave({ retryAfterMs: 60_000 });
    const leaving = new AbortController();
    const paused = only.enter(serviceId, leaving.signal);
    expect(await clock.decides(paused)).toBe(false);
    leaving.abort(new Error("the job was withdrawn"));
    await expect(paused).rejects.toThrow("the job was withdrawn");
    await expect(only.enter(serviceId, leaving.signal)).rejects.toThrow("the job was withdrawn");
  });

  it("ends for a service that is not there, or goes", async () => {
    const only = gate();
    await expect(enter(only)).rejects.toMatchObject({ code: "SERVICE_NOT_FOUND" });
    await put({ concurrency: 1 });
    await enter(only);
    const next = enter(only);
    expect(await clock.decides(next)).toBe(false);
    await store().remove(serviceId);
    clock.pass(100);
    await expect(next).rejects.toMatchObject({ code: "SERVICE_NOT_FOUND" });
  });

  it("goes on after a crash of the database has emptied the gates", async () => {
    await put({ concurrency: 1 });
    const only = gate();
    await enter(only);
    await database.prisma.$executeRaw`TRUNCATE service_gates`;
    expect(await clock.decides(enter(only))).toBe(false); // it says itself what it holds
  });
});
