import {
  chmodSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSealer } from "@/server/adapters/keys/vault";
import { createOpener } from "@/server/adapters/keys/vault-opener";
import { createVaultRotation } from "@/server/adapters/keys/vault-rotation";
import type { SealedKey } from "@/server/adapters/keys/vault-seal";
import type { ServiceAddress } from "@/server/domain/service/address";
import { rotateVault } from "@/server/services/rotate-vault";
import { aService } from "@/test/adapters/service/a-service";
import { Crash, crashPointsOf, dyingAt, traced } from "@/test/support/crash-points";

const KEY = "sk-canary-0123456789";
let home = "";
let path = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "beacon-vault-"));
  path = join(home, "keys", "vault.key");
});
afterEach(() => rmSync(home, { recursive: true }));

const place = (isOurs = true) => ({ path, isOurs });
const at = (id: string, fields: Partial<ServiceAddress> = {}): ServiceAddress => ({
  ...aService({ id }),
  ...fields,
});
const seal = (id = "vendor", key = KEY): SealedKey => createSealer(place()).seal(at(id), key);
const open = (sealed: SealedKey, id = "vendor") => createOpener({ path }).open(at(id), sealed);
const WRONG = expect.objectContaining({ code: "VAULT_KEY_WRONG" });
const INVALID = expect.objectContaining({ code: "KEY_FILE_INVALID" });

describe("a sealed key", () => {
  it("opens to what was sealed, and never looks the same twice", () => {
    const [one, two] = [seal(), seal()];
    expect(open(one)).toBe(KEY);
    expect(open(two)).toBe(KEY);
    expect(one.bytes).toHaveLength(12 + KEY.length + 16);
    expect(Buffer.from(one.bytes).equals(two.bytes)).toBe(false);
    expect(Buffer.from(one.bytes).includes(KEY.slice(0, 4))).toBe(false);
  });

  it("does not open with any byte flipped, cut, or added", () => {
    const { bytes, masterKeyId } = seal();
    for (let i = 0; i < bytes.length; i++) {
      const flipped = bytes.map((byte, at) => (at === i ? byte ^ 1 : byte));
      expect(() => open({ bytes: flipped, masterKeyId })).toThrow(WRONG);
      expect(() => open({ bytes: bytes.subarray(0, i), masterKeyId })).toThrow(WRONG);
    }
    expect(() => open({ bytes: Uint8Array.of(...bytes, 0), masterKeyId })).toThrow(WRONG);
  });

  it("does not open for another service, nor under another master key's name", () => {
    const sealed = seal();
    expect(() => open(sealed, "vendor-2")).toThrow(WRONG);
    const next = createVaultRotation(place()).prepare();
    expect(() => open({ ...sealed, masterKeyId: next })).toThrow(WRONG);
    expect(() => open({ ...sealed, masterKeyId: "vault-unknown" })).toThrow(WRONG);
  });

  it.each<Partial<ServiceAddress>>([
    { base_url: "https://api.elsewhere.example/v1" },
    { base_url: "https://api.vendor.example/v2" },
    { base_url: "http://api.vendor.example/v1" },
    { dialect: "anthropic" },
    { door: "home" },
  ])("opens for the address that it was sealed for, not with %j", (moved) => {
    const sealed = seal();
    const opener = createOpener({ path });
    expect(() => opener.open(at("vendor", moved), sealed)).toThrow(WRONG);
    expect(opener.open(at("vendor"), sealed)).toBe(KEY);
  });

  it("does not open with another installation's master key", () => {
    const sealed = seal();
    rmSync(path);
    seal("vendor", "another");
    expect(() => open(sealed)).toThrow(WRONG);
  });

  it("is told of in no error", () => {
    const { bytes, masterKeyId } = seal();
    const master = readFileSync(path, "utf8");
    try {
      open({ bytes: bytes.map((byte) => byte ^ 255), masterKeyId });
      expect.unreachable();
    } catch (error) {
      const said = JSON.stringify(error, Object.getOwnPropertyNames(error));
      expect(said).not.toContain(KEY);
      expect(said).not.toContain(master);
    }
  });
});

describe("the master key's file", () => {
  it("is made at first use, for its owner's eyes only", () => {
    seal();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(home, "keys"))).toEqual(["vault.key"]);
  });

  it("is not used while others can read it, nor when it is damaged, and is never replaced", () => {
    const sealed = seal();
    chmodSync(path, 0o640);
    expect(() => seal()).toThrow(INVALID);
    expect(() => open(sealed)).toThrow(INVALID);
    chmodSync(path, 0o600);
    writeFileSync(path, "half a ke");
    expect(() => seal()).toThrow(INVALID);
    expect(() => open(sealed)).toThrow(INVALID);
    expect(readFileSync(path, "utf8")).toBe("half a ke");
  });

  it("is not made where an operator named it", () => {
    expect(() => createSealer(place(false)).seal(at("vendor"), KEY)).toThrow(INVALID);
    expect(existsSync(path)).toBe(false);
  });
});

/** A database of sealed keys that changes all of them or none. */
function memoryServices(rows: Map<string, SealedKey>) {
  return {
    async resealAll(
      masterKeyId: string,
      reseal: (address: ServiceAddress, sealed: SealedKey) => SealedKey,
    ): Promise<number> {
      const stale = [...rows].filter(([, sealed]) => sealed.masterKeyId !== masterKeyId);
      const fresh = stale.map(([id, sealed]) => [id, reseal(at(id), sealed)] as const);
      for (const [id, sealed] of fresh) rows.set(id, sealed);
      return fresh.length;
    },
  };
}

describe("a rotation", () => {
  const rowsOf = () => new Map(["a", "b"].map((id) => [id, seal(id, `${KEY}-${id}`)]));
  const allOpen = (rows: ReadonlyMap<string, SealedKey>) => {
    for (const [id, sealed] of rows) expect(open(sealed, id)).toBe(`${KEY}-${id}`);
  };

  it("seals everything anew, keeps the old master key beside, and names it", async () => {
    const rows = rowsOf();
    const old = readFileSync(path, "utf8");
    const rotated = await rotateVault({
      services: memoryServices(rows),
      vault: createVaultRotation(place()),
    });
    expect(rotated.resealed).toBe(2);
    for (const { masterKeyId } of rows.values()) expect(masterKeyId).toBe(rotated.masterKeyId);
    expect(seal().masterKeyId).toBe(rotated.masterKeyId);
    allOpen(rows);
    expect(rotated.retired).toHaveLength(1);
    expect(readFileSync(rotated.retired[0] ?? "", "utf8")).toBe(old);
    for (const file of rotated.retired) rmSync(file);
    allOpen(rows);
  });

  it("may die before and after every step: nothing is lost, and the next run ends it", async () => {
    const steps = traced({ ...createVaultRotation(place()), ...memoryServices(rowsOf()) });
    await rotateVault({ services: steps.target, vault: steps.target });
    const points = crashPointsOf(steps.calls).filter(({ method }) => method !== "reseal");
    expect(points.map(({ method }) => method)).toContain("promote");
    for (const point of points) {
      const rows = rowsOf();
      const all = { ...createVaultRotation(place()), ...memoryServices(rows) };
      const dying = dyingAt(all, point);
      await expect(rotateVault({ services: dying, vault: dying })).rejects.toThrow(Crash);
      allOpen(rows);
      rows.set("c", seal("c", `${KEY}-c`)); // entered while the rotation lies broken off
      allOpen(rows);
      const { masterKeyId, retired } = await rotateVault({ services: all, vault: all });
      for (const sealed of rows.values()) expect(sealed.masterKeyId).toBe(masterKeyId);
      for (const file of retired) rmSync(file);
      allOpen(rows);
    }
  });

  it("goes on after it died between the two names of the old master key", async () => {
    const rows = rowsOf();
    const vault = createVaultRotation(place());
    const id = vault.prepare();
    const services = memoryServices(rows);
    await services.resealAll(id, (service, sealed) => vault.reseal(id, service, sealed));
    linkSync(path, `${path}.${seal().masterKeyId}.retired`);
    const rotated = await rotateVault({ services, vault });
    expect(rotated).toMatchObject({ masterKeyId: id, resealed: 0 });
    expect(rotated.retired).toHaveLength(1);
    allOpen(rows);
  });

  it("that another one overtook retires no key that seals", async () => {
    const rows = rowsOf();
    const old = readFileSync(path, "utf8");
    const services = memoryServices(rows);
    const late = createVaultRotation(place());
    // Both have prepared the same key when the other one puts it into place.
    const overtaken = {
      ...late,
      promote(id: string) {
        createVaultRotation(place()).promote(id);
        late.promote(id);
      },
    };
    const { masterKeyId, retired } = await rotateVault({ services, vault: overtaken });
    expect(retired).toHaveLength(1);
    expect(readFileSync(retired[0] ?? "", "utf8")).toBe(old);
    for (const file of retired) writeFileSync(file, "shredded, as an operator does it");
    expect(seal().masterKeyId).toBe(masterKeyId);
    allOpen(rows);
  });

  it("puts no key into place but the one that it prepared", () => {
    const live = seal().masterKeyId;
    const late = createVaultRotation(place());
    const id = late.prepare();
    for (let i = 0; i < 2; i++) {
      const other = createVaultRotation(place());
      other.promote(other.prepare());
    }
    const before = readdirSync(join(home, "keys"));
    expect(() => late.promote(id)).toThrow(INVALID);
    late.prepare();
    expect(() => late.promote(id)).toThrow(INVALID);
    expect(readdirSync(join(home, "keys")).filter((name) => !name.endsWith(".next"))).toEqual(
      before,
    );
    expect(before).toContain(`vault.key.${live}.retired`);
  });

  it("names no file for deletion that is another name of the key that seals", () => {
    const file = `${path}.${seal().masterKeyId}.retired`;
    linkSync(path, file); // a rotation died between this and the next step
    const rotation = createVaultRotation(place());
    expect(rotation.retired()).toEqual([]);
    rotation.promote(rotation.prepare());
    expect(rotation.retired()).toEqual([file]);
  });

  it("changes nothing when one key does not open", async () => {
    const rows = rowsOf();
    const damaged = seal("b");
    rows.set("b", { ...damaged, bytes: damaged.bytes.map((byte) => byte ^ 1) });
    const before = new Map(rows);
    const master = readFileSync(path, "utf8");
    await expect(
      rotateVault({ services: memoryServices(rows), vault: createVaultRotation(place()) }),
    ).rejects.toThrow(WRONG);
    expect(rows).toEqual(before);
    expect(readFileSync(path, "utf8")).toBe(master);
  });
});
