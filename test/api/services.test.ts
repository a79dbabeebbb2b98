import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { ServiceSettings } from "@/schemas/service";
import { createCaller } from "@/server/api/root";
import { openServiceKeys } from "@/server/context";
import type { KeyedServiceRef, ServiceAddress } from "@/server/domain/service/address";
import { ensureSimulatedServices } from "@/server/services/ensure-simulated-services";
import { aService } from "@/test/adapters/service/a-service";
import { ownContext } from "@/test/support/context";

const house = ownContext();
const CANARY = "sk-canary-7f3a9c1e5b";
const admin = (fields: object = {}) =>
  createCaller({
    ...house.context,
    ...fields,
    actor: { id: "usr-admin", name: "Grace", role: "admin" },
  });
const reader = () => createCaller({ ...house.context, actor: null });
/** What a job asks that was submitted when the service looked like this. */
const askedAs = ({ dialect, door, base_url, id }: ServiceAddress): KeyedServiceRef => ({
  id,
  door,
  model: "model-a",
  api: { connection: id, dialect, base_url },
});
const keyFor = async (service: ServiceAddress) =>
  (await openServiceKeys(house.context)).keyOf(askedAs(service));
const keyOf = async (id: string) => {
  const service = await house.context.services.byId(id);
  if (service === null) throw new Error(`no service ${id}`);
  return keyFor(service);
};

beforeEach(async () => {
  for (const { id } of await house.context.services.list()) await house.context.services.remove(id);
});

describe("services over the API", () => {
  it("take a key that only who talks to services gets back", async () => {
    await admin().services.save(aService());
    expect(await keyOf("vendor")).toBeNull();
    const answer = await admin().services.setKey({ id: "vendor", key: CANARY });
    const list = await reader().services.list();
    expect(list).toMatchObject([{ id: "vendor", has_key: true, key_since: expect.any(String) }]);
    expect(await keyOf("vendor")).toBe(CANARY);
    const master = readFileSync(join(house.context.env.BEACON_HOME, "keys", "vault.key"), "utf8");
    const seen = JSON.stringify([
      answer,
      list,
      await admin().services.check({ id: "vendor" }),
      await house.context.services.byId("vendor"),
    ]);
    for (const secret of [CANARY, master, Buffer.from(CANARY).toString("base64")])
      expect(seen).not.toContain(secret);
    const sealed = await house.context.services.sealedKey("vendor");
    expect(sealed?.sealed?.bytes.length).toBeGreaterThan(0);
    expect(Buffer.from(sealed?.sealed?.bytes ?? []).includes(CANARY)).toBe(false);
  });

  it.each<Partial<ServiceSettings>>([
    { base_url: "https://api.elsewhere.example/v1" },
    { base_url: "https://api.vendor.example/v2" },
    { dialect: "anthropic" },
    { door: "home" },
  ])("give no job a key that was entered after the service was moved: %j", async (move) => {
    const before = aService();
    await admin().services.save(before);
    const after = aService(move);
    await admin().services.save(after);
    await admin().services.setKey({ id: "vendor", key: CANARY });
    await expect(keyFor(before)).rejects.toMatchObject({ code: "SERVICE_INVALID" });
    expect(await keyFor(after)).toBe(CANARY);
    await house.context.services.remove("vendor");
    await expect(keyFor(after)).rejects.toMatchObject({ code: "SERVICE_NOT_FOUND" });
  });

  it("open no key in a row whose address was changed behind their back", async () => {
    await admin().services.save(aService());
    await admin().services.setKey({ id: "vendor", key: CANARY });
    const sealed = (await house.context.services.sealedKey("vendor"))?.sealed;
    if (sealed == null) throw new Error("no key was stored");
    const elsewhere = aService({ base_url: "https://api.elsewhere.example/v1" });
    await admin().services.save(elsewhere);
    await house.context.services.setKey(elsewhere, sealed, new Date());
    await expect(keyFor(elsewhere)).rejects.toMatchObject({ code: "VAULT_KEY_WRONG" });
  });

  it("store no key for a service that is moved meanwhile", async () => {
    await admin().services.save(aService());
    const moving = {
      ...house.context.services,
      async byId(id: string) {
        const known = await house.context.services.byId(id);
        await admin().services.save(aService({ base_url: "https://api.elsewhere.example/v1" }));
        return known;
      },
    };
    await expect(
      admin({ services: moving }).services.setKey({ id: "vendor", key: CANARY }),
    ).rejects.toMatchObject({ cause: { code: "SERVICE_INVALID" } });
    expect(await reader().services.list()).toMatchObject([{ has_key: false }]);
  });

  it("take no key that would travel the internet in the clear", async () => {
    const home = { door: "home", dialect: "openai-compatible" } as const;
    await admin().services.save(aService({ ...home, base_url: "http://llm.vendor.example/v1" }));
    const entering = admin().services.setKey({ id: "vendor", key: CANARY });
    await expect(entering).rejects.toMatchObject({ cause: { code: "SERVICE_INVALID" } });
    expect(await reader().services.list()).toMatchObject([{ has_key: false }]);
    await admin().services.setKey({ id: "vendor", key: null });
    await admin().services.save(aService({ ...home, base_url: "http://127.0.0.1:11434/v1" }));
    await admin().services.setKey({ id: "vendor", key: CANARY });
    expect(await keyOf("vendor")).toBe(CANARY);
  });

  it("repeat no key that they refuse", async () => {
    await admin().services.save(aService());
    for (const key of [`${CANARY} and more`, `${CANARY}\n`, "", CANARY.repeat(100)]) {
      const refusal = await admin()
        .services.setKey({ id: "vendor", key })
        .catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: "BAD_REQUEST" });
      expect(JSON.stringify(refusal, Object.getOwnPropertyNames(refusal as object))).not.toContain(
        CANARY,
      );
    }
    await expect(admin().services.setKey({ id: "none", key: CANARY })).rejects.toMatchObject({
      code: "NOT_FOUND",
      cause: { code: "SERVICE_NOT_FOUND" },
    });
  });

  it("are refused with a reason when providers could not, or must not, reach them", async () => {
    const real = admin({ simulated: false });
    const local = aService({ base_url: "https://127.0.0.1:8443/v1" });
    await expect(real.services.save(local)).rejects.toMatchObject({
      code: "BAD_REQUEST",
      cause: { code: "SERVICE_INVALID" },
    });
    expect(await admin({ simulated: true }).services.save(local)).toMatchObject({ isNew: true });
    expect(await reader().services.list()).toMatchObject([{ is_simulated: true }]);
    await expect(
      real.services.save(aService({ base_url: "http://api.vendor.example/v1" })),
    ).rejects.toMatchObject({ cause: { code: "SERVICE_INVALID" } });
    const home = { door: "home", base_url: "http://127.0.0.1:11434/v1" } as const;
    await real.services.save(aService({ id: "ollama", ...home }));
    expect((await reader().services.list()).find(({ id }) => id === "ollama")).toMatchObject({
      is_simulated: false,
    });
  });

  it("say what a job would stumble over", async () => {
    await admin().services.save(aService());
    await admin().services.pause({ id: "vendor", minutes: 5 });
    const codes = async (id: string) =>
      (await admin().services.check({ id })).map(({ code }) => code);
    expect(await codes("vendor")).toEqual(["SERVICE_KEY_MISSING", "SERVICE_PAUSED"]);
    expect(await reader().services.list()).toMatchObject([
      { paused_until: expect.any(String), pause_reason: "An admin paused it." },
    ]);
    await admin().services.pause({ id: "vendor", minutes: 0 });
    await admin().services.setKey({ id: "vendor", key: CANARY });
    expect(await codes("vendor")).toEqual([]);
    await admin().services.save(aService({ id: "open", dialect: "openai-compatible" }));
    expect(await codes("open")).toEqual([]);
    await admin().services.setKey({ id: "vendor", key: null });
    expect(await codes("vendor")).toEqual(["SERVICE_KEY_MISSING"]);
    await expect(codes("none")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("show a pause no longer than it lasts", async () => {
    await admin().services.save(aService());
    await house.context.services.pause("vendor", new Date(Date.now() - 1), "long ago");
    expect(await reader().services.list()).toMatchObject([
      { paused_until: null, pause_reason: null },
    ]);
  });
});

describe("the simulated vendor", () => {
  const ensure = (origin: string) =>
    ensureSimulatedServices({ ...house.context, models: ["model-a"] }, { origin });

  it("is laid down in three dialects, each with a key; an admin's limits outlive a start", async () => {
    await ensure("https://127.0.0.1:4001");
    const first = await reader().services.list();
    expect(first.map(({ id, dialect, has_key }) => [id, dialect, has_key])).toEqual([
      ["simulated-anthropic", "anthropic", true],
      ["simulated-google", "google", true],
      ["simulated-openai", "openai", true],
    ]);
    for (const { name, is_simulated } of first) {
      expect(name).toContain("(simulated)");
      expect(is_simulated).toBe(true);
    }
    const before = await keyOf("simulated-openai");
    await admin().services.save(
      aService({
        id: "simulated-openai",
        base_url: "https://127.0.0.1:4001/v1",
        concurrency: 2,
      }),
    );
    await ensure("https://127.0.0.1:4001");
    expect(await keyOf("simulated-openai")).toBe(before);
    await ensure("https://127.0.0.1:4002");
    const again = (await reader().services.list()).at(-1);
    expect(again).toMatchObject({
      base_url: "https://127.0.0.1:4002/v1",
      concurrency: 2,
      has_key: true,
    });
    expect(await keyOf("simulated-openai")).not.toBe(before);
  });
});
