import { describe, expect, it } from "vitest";
import { createThrottle } from "@/server/adapters/keys/throttle";
import { BeaconError } from "@/server/domain/errors";
import { signIn } from "@/server/services/sign-in";
import { anAccount, fakePasswords } from "@/test/support/an-account";
import { NOON } from "@/test/support/builders";
import { aClock } from "@/test/support/fakes";

const ada = anAccount();
const gone = anAccount({ email: "gone@example.org", disabledAt: NOON });
const keyless = anAccount({ email: "keyless@example.org", passwordHash: null });
const PEOPLE = [ada, gone, keyless];
const DECOY = "hash of nothing that anybody knows";

function aDoor({ limit = 100, total = 1_000, hashMs = 150 } = {}) {
  const clock = aClock();
  const { hashed, isPassword } = fakePasswords();
  const paused: number[] = [];
  const spent = new Set<string>();
  let asked = 0;
  const deps = {
    accounts: {
      byEmail: async (email: string) =>
        PEOPLE.find((person) => person.email === email.toLowerCase()) ?? null,
    },
    challenges: {
      isOurs: (purpose: string, challenge: string) =>
        purpose === "sign-in" && challenge !== "forged",
      spend: async (purpose: string, challenge: string) => {
        const isNew = purpose === "sign-in" && challenge !== "forged" && !spent.has(challenge);
        spent.add(challenge);
        return isNew;
      },
    },
    isPassword: (password: string, hash: string) => {
      clock.pass(hashMs);
      return isPassword(password, hash);
    },
    decoyHash: DECOY,
    throttle: createThrottle(limit, 60_000, clock.now, total),
    now: clock.now,
    pause: async (waitMs: number) => {
      paused.push(waitMs);
      clock.pass(waitMs);
    },
  };
  const guess = (email: string, password: string, challenge = `challenge ${++asked}`) =>
    signIn(deps, { email, password, challenge });
  const refusal = async (...guessed: Parameters<typeof guess>) => {
    const beganAt = clock.now().getTime();
    const error = await guess(...guessed).catch((reason: unknown) => reason);
    if (!(error instanceof BeaconError)) throw new Error("it was not refused");
    const { code, message, details } = error;
    return { code, message, details, tookMs: clock.now().getTime() - beganAt };
  };
  return { clock, hashed, paused, guess, refusal };
}

describe("signIn", () => {
  it("gives the account to its password, and lets nobody wait for it", async () => {
    const door = aDoor();
    expect(await door.guess("Ada@example.org", "right")).toBe(ada);
    expect(door.paused).toEqual([]);
  });

  it("answers alike, in words and in time, whatever it refuses for", async () => {
    const unknown = await aDoor().refusal("eve@example.org", "right");
    expect(unknown.code).toBe("SIGN_IN_REFUSED");
    expect(await aDoor().refusal(ada.email, "wrong")).toEqual(unknown);
    expect(await aDoor().refusal(gone.email, "right")).toEqual(unknown);
    expect(await aDoor().refusal(keyless.email, "right")).toEqual(unknown);
    expect(await aDoor({ limit: 0 }).refusal(ada.email, "right")).toEqual(unknown);
    expect(await aDoor({ total: 0 }).refusal(ada.email, "right")).toEqual(unknown);
    const replayed = await aDoor().refusal(ada.email, "right", "forged");
    expect(replayed).toEqual({ ...unknown, code: "CHALLENGE_REFUSED" });
  });

  it("keeps nobody waiting longer when hashing is slow already", async () => {
    const door = aDoor({ hashMs: 2_000 });
    await door.refusal(ada.email, "wrong");
    expect(door.paused).toEqual([0]);
  });

  it("hashes once for every guess that it lets through, whoever it is for", async () => {
    const door = aDoor({ limit: 1 });
    await door.refusal("eve@example.org", "right");
    await door.refusal(ada.email, "wrong");
    await door.refusal(ada.email, "right");
    await door.refusal(gone.email, "wrong");
    await door.refusal(keyless.email, "wrong");
    expect(door.hashed).toEqual([DECOY, "hash of right", "hash of right", DECOY]);
  });

  it("does not let anybody into an account without a password who knows the decoy's", async () => {
    const secret = DECOY.replace("hash of ", "");
    expect((await aDoor().refusal(keyless.email, secret)).code).toBe("SIGN_IN_REFUSED");
    expect((await aDoor().refusal("eve@example.org", secret)).code).toBe("SIGN_IN_REFUSED");
  });

  it("refuses the same request when it is sent again, and hashes nothing for it", async () => {
    const door = aDoor();
    await door.guess(ada.email, "right", "recorded");
    expect((await door.refusal(ada.email, "right", "recorded")).code).toBe("CHALLENGE_REFUSED");
    expect(door.hashed).toHaveLength(1);
  });

  it("counts no try that comes without a challenge of ours", async () => {
    const door = aDoor({ limit: 1, total: 1 });
    for (let n = 0; n < 5; n++) await door.refusal(ada.email, "wrong", "forged");
    expect(await door.guess(ada.email, "right")).toBe(ada);
    expect(door.hashed).toHaveLength(1);
  });

  it("counts tries by address, however it is spelled, and forgets them after a minute", async () => {
    const door = aDoor({ limit: 2 });
    await door.refusal("ADA@example.org", "wrong");
    await door.refusal("ada@EXAMPLE.org", "wrong");
    await door.refusal(ada.email, "right");
    await door.refusal("eve@example.org", "right");
    door.clock.pass(60_000);
    expect(await door.guess(ada.email, "right")).toBe(ada);
  });

  it("hashes no more often than the whole portal may, however many addresses are guessed", async () => {
    const door = aDoor({ total: 5, hashMs: 1 });
    for (let i = 0; i < 50; i += 1) await door.refusal(`person-${i}@example.org`, "right");
    expect(door.hashed).toHaveLength(5);
    await door.refusal(ada.email, "right");
    door.clock.pass(60_000);
    expect(await door.guess(ada.email, "right")).toBe(ada);
  });
});
