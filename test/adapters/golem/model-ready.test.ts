import { describe, expect, it } from "vitest";
import type { DoorResponse } from "@/server/adapters/golem/door";
import { modelReady } from "@/server/adapters/golem/model-ready";
import { BeaconError } from "@/server/domain/errors";

const answer = (status: number): DoorResponse => ({
  status,
  headers: [],
  body: new Uint8Array(),
  peer: null,
  firstByteMs: 1,
});

/** A door that answers one after the other, the last one for ever. */
function aDoor(...answers: readonly (number | BeaconError)[]) {
  let asked = 0;
  return {
    asked: () => asked,
    request: async () => {
      const next = answers[Math.min(asked++, answers.length - 1)];
      if (next instanceof BeaconError) throw next;
      return answer(next ?? 200);
    },
  };
}
const never = new AbortController().signal;

describe("a model server inside a machine", () => {
  it("is waited for while it loads", async () => {
    const door = aDoor(503, 200);
    await modelReady(door, 10_000, never);
    expect(door.asked()).toBe(2);
  });

  it("is taken as it is, whatever else it answers: its questions will show", async () => {
    await modelReady(aDoor(404), 10_000, never);
    await modelReady(aDoor(new BeaconError("MODEL_RESPONSE_MALFORMED", "no HTTP")), 10_000, never);
  });

  it("that never comes up is the machine's failure", async () => {
    const gone = aDoor(new BeaconError("MODEL_UNREACHABLE", "nothing"));
    await expect(modelReady(gone, 0, never)).rejects.toMatchObject({
      code: "GOLEM_ACTIVITY_FAILED",
    });
  });

  it("is not waited for once the order is taken back", async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(modelReady(aDoor(503), 60_000, stop.signal)).rejects.toMatchObject({
      code: "GOLEM_ACTIVITY_FAILED",
    });
  });
});
