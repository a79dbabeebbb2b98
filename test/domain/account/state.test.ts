import { expect, it } from "vitest";
import { invitationState, signInState } from "@/server/domain/account/state";
import { NOON } from "@/test/support/builders";

const after = (ms: number) => new Date(NOON.getTime() + ms);
const invited = { acceptedAt: null, withdrawnAt: null, expiresAt: after(1) };
const signedIn = { endedAt: null, expiresAt: after(1) };

it("an invitation is open until it is accepted, withdrawn or too old", () => {
  expect(invitationState(invited, NOON)).toBe("open");
  expect(invitationState(invited, after(1))).toBe("expired");
  expect(invitationState({ ...invited, withdrawnAt: NOON }, NOON)).toBe("withdrawn");
  expect(invitationState({ ...invited, acceptedAt: NOON }, after(9))).toBe("accepted");
});

it("a sign-in is open until it is ended or too old", () => {
  expect(signInState(signedIn, NOON)).toBe("open");
  expect(signInState(signedIn, after(1))).toBe("expired");
  expect(signInState({ ...signedIn, endedAt: NOON }, after(9))).toBe("ended");
});
