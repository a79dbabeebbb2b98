import { describe, expect, it } from "vitest";
import type { AccountChange } from "@/server/adapters/db/account-store";
import { createThrottle } from "@/server/adapters/keys/throttle";
import { userIdFrom } from "@/server/domain/identity";
import { changePassword } from "@/server/services/change-password";
import { createAccount } from "@/server/services/create-account";
import { disableAccount } from "@/server/services/disable-account";
import { setOrganisation } from "@/server/services/set-organisation";
import { setRole } from "@/server/services/set-role";
import { anAccount, fakePasswords } from "@/test/support/an-account";
import { NOON, sixteen } from "@/test/support/builders";
import { counting16 } from "@/test/support/fakes";

const now = () => NOON;
const ada = anAccount();

describe("createAccount", () => {
  const made: (string | null)[] = [];
  const deps = (isNew: boolean) => ({
    accounts: {
      create: async ({ passwordHash }: { passwordHash: string | null }) => {
        made.push(passwordHash);
        return isNew;
      },
    },
    hashPassword: fakePasswords().hashPassword,
    now,
    random16: counting16(),
  });
  const wanted = { email: "new@example.org", name: "New", role: "admin", password: "x" } as const;

  it("refuses an address that has one", async () => {
    await expect(createAccount(deps(false), wanted)).rejects.toMatchObject({
      code: "ACCOUNT_EXISTS",
    });
  });

  it("names the account by bytes that were handed in", async () => {
    expect(await createAccount(deps(true), wanted)).toEqual({ id: userIdFrom(sixteen(1)) });
  });

  it("keeps a hash, or nothing where there is no password", async () => {
    made.length = 0;
    await createAccount(deps(true), wanted);
    await createAccount(deps(true), { ...wanted, password: null });
    expect(made).toEqual(["hash of x", null]);
  });
});

describe("changePassword", () => {
  const next = "correct horse battery staple";

  function aDesk({ account = ada as typeof ada | null, limit = 10 } = {}) {
    const set: string[] = [];
    const { hashed, ...passwords } = fakePasswords();
    const deps = {
      accounts: {
        byId: async () => account,
        setPassword: async (_: string, hash: string) => {
          set.push(hash);
        },
      },
      ...passwords,
      throttle: createThrottle(limit, 60_000, now),
      now,
    };
    const change = (current: string, wanted = next) =>
      changePassword(deps, ada.id, { current, next: wanted });
    return { set, hashed, change };
  }

  it("takes the old one and keeps a hash of the new one", async () => {
    const desk = aDesk();
    await desk.change("right");
    expect(desk.set).toEqual([`hash of ${next}`]);
  });

  it("changes nothing without the old one, nor after too many tries", async () => {
    const desk = aDesk({ limit: 2 });
    for (const guess of ["wrong", "worse", "right"])
      await expect(desk.change(guess)).rejects.toMatchObject({ code: "SIGN_IN_REFUSED" });
    expect(desk.set).toEqual([]);
    expect(desk.hashed).toHaveLength(2);
  });

  it("refuses a weak one before it looks at the old one", async () => {
    const desk = aDesk();
    await expect(desk.change("right", "Ada@example.org")).rejects.toMatchObject({
      code: "PASSWORD_TOO_WEAK",
    });
    expect(desk.hashed).toEqual([]);
  });

  it("gives none to an account that has none: who holds a session has not shown who they are", async () => {
    for (const account of [null, anAccount({ passwordHash: null })])
      await expect(aDesk({ account }).change("right")).rejects.toMatchObject({
        code: "ACCOUNT_NOT_FOUND",
      });
  });
});

/** An account whose changes come out as told. */
function aDesk(change: AccountChange = { revokedKeys: 2 }) {
  const done: string[] = [];
  const deps = {
    accounts: {
      disable: async () => {
        done.push("disable");
        return change;
      },
      setRole: async (_: string, role: string) => {
        done.push(role);
        return change;
      },
      setOrganisation: async (_: string, organisation: string | null) => {
        done.push(organisation ?? "none");
        return change;
      },
    },
    fileRevocations: async () => {
      done.push("file");
    },
    now,
  };
  return { done, deps };
}

describe("an account that changes", () => {
  it.each<[AccountChange, string]>([
    ["last-admin", "ACCOUNT_LAST_ADMIN"],
    ["not-found", "ACCOUNT_NOT_FOUND"],
  ])("says why when it is refused as %s", async (change, code) => {
    const { done, deps } = aDesk(change);
    await expect(disableAccount(deps, ada.id)).rejects.toMatchObject({ code });
    await expect(setRole(deps, ada.id, "reader")).rejects.toMatchObject({ code });
    await expect(setOrganisation(deps, ada.id, null)).rejects.toMatchObject({ code });
    expect(done).not.toContain("file");
  });

  it("loses its keys with the change, of which the log hears at once", async () => {
    const { done, deps } = aDesk();
    expect(await disableAccount(deps, ada.id)).toEqual({ revokedKeys: 2 });
    expect(await setRole(deps, ada.id, "admin")).toEqual({ revokedKeys: 2 });
    expect(await setOrganisation(deps, ada.id, "New")).toEqual({ revokedKeys: 2 });
    expect(done).toEqual(["disable", "file", "admin", "file", "New", "file"]);
  });
});
