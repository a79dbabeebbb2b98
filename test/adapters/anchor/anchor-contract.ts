import { describe, expect, it } from "vitest";
import type { Anchor } from "@/server/adapters/anchor/anchor";
import { withDeadline } from "@/server/adapters/clock/deadline";

/** One kind of anchor under the contract. */
export type AnchorUnderTest = {
  /** An anchor whose service answers as it should. */
  readonly make: () => Anchor;
  /** The service keeps what it promised, if it is one that promises. */
  readonly fulfil: () => void;
  /** How often the service was asked so far. */
  readonly asked: () => number;
};

export const aDigest = (n = 7): Uint8Array => new Uint8Array(32).fill(n);
/** A signal that nobody aborts. */
export const patient = (): AbortSignal => new AbortController().signal;
const invalid = expect.objectContaining({ code: "ANCHOR_INVALID" });

/** What every anchor keeps, the fake one included. */
export function describeAnchor(name: string, { make, fulfil, asked }: AnchorUnderTest): void {
  describe(`${name}, as every anchor`, () => {
    it("answers with a proof that it accepts itself, for this digest and no other", async () => {
      const anchor = make();
      const { proof, ...answered } = await anchor.request(aDigest(), patient());
      expect(await anchor.verify(proof, aDigest())).toEqual(answered);
      await expect(anchor.verify(proof, aDigest(8))).rejects.toEqual(invalid);
      await expect(anchor.upgrade(proof, aDigest(8), patient())).rejects.toEqual(invalid);
    });

    it("becomes final when the service has kept its promise, and then asks nobody any more", async () => {
      const anchor = make();
      const first = await anchor.request(aDigest(), patient());
      fulfil();
      const final = await anchor.upgrade(first.proof, aDigest(), patient());
      expect(final.status).toBe("final");
      const before = asked();
      expect(await anchor.upgrade(final.proof, aDigest(), patient())).toEqual(final);
      expect(await anchor.verify(final.proof, aDigest())).toMatchObject({ status: "final" });
      expect(asked()).toBe(before);
    });

    it("accepts no bytes that are no proof", async () => {
      const anchor = make();
      for (const proof of [new Uint8Array(), new Uint8Array(100), aDigest()])
        await expect(anchor.verify(proof, aDigest())).rejects.toEqual(invalid);
    });

    it("never names a time that its proof does not say", async () => {
      const anchor = make();
      const { status, attestedAt } = await anchor.request(aDigest(), patient());
      if (status === "pending") expect(attestedAt).toBeNull();
    });

    it("names what it is and whom it asks", () => {
      const { kind, service } = make();
      expect(["rfc3161", "opentimestamps"]).toContain(kind);
      expect(URL.canParse(service)).toBe(true);
    });
  });
}

/** The codes that a request fails with, by what the service does. */
export const FAULTS = [
  [
    "a page instead of a proof",
    { body: "<!doctype html><title>Sign in</title>" },
    "ANCHOR_INVALID",
  ],
  ["an empty answer", { body: "" }, "ANCHOR_INVALID"],
  ["an answer without end", "endless", "ANCHOR_INVALID"],
  ["an answer that comes a byte at a time", "drip", "ANCHOR_UNAVAILABLE"],
  ["no answer", "silence", "ANCHOR_UNAVAILABLE"],
  ["a fault of its own", { status: 503, body: "busy" }, "ANCHOR_UNAVAILABLE"],
  ["too many requests", { status: 429, body: "slow down" }, "ANCHOR_UNAVAILABLE"],
  ["a refusal", { status: 400, body: "no" }, "ANCHOR_INVALID"],
  ["a way elsewhere", { status: 302, body: "", location: "http://127.0.0.1:1/" }, "ANCHOR_INVALID"],
] as const;

/** Long enough for a loopback answer, short enough to wait for. */
const LIMIT_MS = 300;

/** The code that a request under a time limit fails with. */
export const codeOfRequest = (anchor: Anchor): Promise<unknown> =>
  withDeadline(LIMIT_MS, [], (signal) => anchor.request(aDigest(), signal)).then(
    () => "no error",
    (error: { code?: unknown }) => error.code,
  );
