import { describe, expect, it } from "vitest";
import type { NewInvitation } from "@/schemas/account";
import type {
  Acceptance,
  FoundInvitation,
  Invitation,
} from "@/server/adapters/db/invitation-store";
import { createThrottle } from "@/server/adapters/keys/throttle";
import { invitationTokenHash } from "@/server/domain/account/invitation-token";
import { hex } from "@/server/domain/bytes";
import { acceptInvitation } from "@/server/services/accept-invitation";
import { createInvitation } from "@/server/services/create-invitation";
import { lookAtInvitation } from "@/server/services/look-at-invitation";
import { anAccount, fakePasswords } from "@/test/support/an-account";
import { aClock, counting16 } from "@/test/support/fakes";

const DAY = 24 * 3_600_000;
const password = "correct horse battery staple";
const wanted: NewInvitation = {
  email: "joan@example.org",
  name: "Joan",
  role: "attester",
  organisation: "The Daily Example",
  validDays: 7,
};

function aDesk({ tries = 10 } = {}) {
  const clock = aClock();
  const kept = new Map<string, FoundInvitation>();
  const made: string[] = [];
  let outcome: Acceptance = "accepted";
  const deps = {
    accounts: {
      byEmail: async (email: string) => (email === "ada@example.org" ? anAccount() : null),
    },
    invitations: {
      create: async (
        invitation: Omit<Invitation, "acceptedAt" | "withdrawnAt">,
        tokenHash: Uint8Array,
      ) => {
        const now = { acceptedAt: null, withdrawnAt: null, isBacked: true };
        kept.set(hex(tokenHash), { ...invitation, ...now });
      },
      byTokenHash: async (tokenHash: Uint8Array) => kept.get(hex(tokenHash)) ?? null,
      accept: async (_: string, account: { email: string; passwordHash: string | null }) => {
        made.push(`${account.email} ${account.passwordHash}`);
        return outcome;
      },
    },
    hashPassword: fakePasswords().hashPassword,
    throttle: createThrottle(tries, 60_000, clock.now),
    now: clock.now,
    random16: counting16(),
  };
  const code = (work: Promise<unknown>) =>
    work.then(
      () => "OK",
      (error: { code?: string; message: string }) => `${error.code}: ${error.message}`,
    );
  return {
    clock,
    kept,
    made,
    invite: (over: Partial<NewInvitation> = {}) =>
      createInvitation(deps, "operator", { ...wanted, ...over }),
    look: (token: string) => lookAtInvitation(deps, token),
    accept: (token: string, chosen = password) => acceptInvitation(deps, token, chosen),
    answer: (next: Acceptance) => {
      outcome = next;
    },
    change: (token: string, over: Partial<FoundInvitation>) => {
      const key = hex(invitationTokenHash(token));
      const invitation = kept.get(key);
      if (invitation === undefined) throw new Error("no such invitation");
      kept.set(key, { ...invitation, ...over });
    },
    code,
  };
}

describe("an invitation", () => {
  it("keeps of its link's secret only the hash", async () => {
    const desk = aDesk();
    const { token } = await desk.invite();
    expect(Buffer.from(token, "base64url")).toEqual(
      Buffer.concat([Buffer.alloc(16, 2), Buffer.alloc(16, 3)]),
    );
    expect(JSON.stringify([...desk.kept])).not.toContain(token);
    expect([...desk.kept.keys()]).toEqual([hex(invitationTokenHash(token))]);
  });

  it("shows who is invited to whoever has the link, until it runs out", async () => {
    const desk = aDesk();
    const { token } = await desk.invite({ validDays: 2 });
    const { validDays: _, ...shown } = wanted;
    expect(await desk.look(token)).toEqual({ ...shown, expiresAt: "2026-11-24T12:00:00.000Z" });
    desk.clock.pass(2 * DAY - 1);
    await desk.look(token);
    desk.clock.pass(1);
    await expect(desk.look(token)).rejects.toMatchObject({ code: "INVITATION_REFUSED" });
  });

  it("shows nothing once who made it is no admin any more", async () => {
    const desk = aDesk();
    const { token } = await desk.invite();
    desk.change(token, { isBacked: false });
    await expect(desk.look(token)).rejects.toMatchObject({ code: "INVITATION_REFUSED" });
  });

  it("is not made for an address that has an account", async () => {
    await expect(aDesk().invite({ email: "ada@example.org" })).rejects.toMatchObject({
      code: "ACCOUNT_EXISTS",
    });
  });

  it("makes the account with the password that was chosen", async () => {
    const desk = aDesk();
    const { token } = await desk.invite();
    expect(await desk.accept(token)).toEqual({ email: "joan@example.org" });
    expect(desk.made).toEqual([`joan@example.org hash of ${password}`]);
  });

  it("is refused in the same words when it is unknown, used, expired, withdrawn, tried too often, or by nobody who may invite", async () => {
    const refusal =
      "INVITATION_REFUSED: This link is not good, or not any more. Ask who sent it for a new one.";
    const outcomeOf = async (spoil: (desk: ReturnType<typeof aDesk>, token: string) => void) => {
      const desk = aDesk();
      const { token } = await desk.invite();
      spoil(desk, token);
      return desk.code(desk.accept(token));
    };
    expect(await aDesk().code(aDesk().accept("A".repeat(43)))).toBe(refusal);
    expect(await outcomeOf((d, t) => d.change(t, { acceptedAt: d.clock.now() }))).toBe(refusal);
    expect(await outcomeOf((d, t) => d.change(t, { withdrawnAt: d.clock.now() }))).toBe(refusal);
    expect(await outcomeOf((d) => d.clock.pass(7 * DAY))).toBe(refusal);
    expect(await outcomeOf((d, t) => d.change(t, { isBacked: false }))).toBe(refusal);
    expect(await outcomeOf((d) => d.answer("refused"))).toBe(refusal);
    const busy = aDesk({ tries: 0 });
    expect(await busy.code(busy.accept((await busy.invite()).token))).toBe(refusal);
  });

  it("says so when the address got an account meanwhile", async () => {
    const desk = aDesk();
    const { token } = await desk.invite();
    desk.answer("exists");
    await expect(desk.accept(token)).rejects.toMatchObject({ code: "ACCOUNT_EXISTS" });
  });

  it("is still open after a password that was too weak", async () => {
    const desk = aDesk();
    const { token } = await desk.invite();
    for (const weak of ["short", "joan@example.org", "aaaaaaaaaaaaaaaa"])
      await expect(desk.accept(token, weak)).rejects.toMatchObject({ code: "PASSWORD_TOO_WEAK" });
    expect(desk.made).toEqual([]);
    await desk.accept(token);
  });
});
