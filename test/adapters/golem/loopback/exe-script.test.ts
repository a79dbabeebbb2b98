import { describe, expect, it } from "vitest";
import { runScript } from "@/server/adapters/golem/loopback/exe-script";

const at = new Date("2026-01-01T00:00:00Z");

describe("an exe script", () => {
  it("deploys into a VPN network and starts", () => {
    const ran = runScript(
      [{ deploy: { net: [{ id: "net-1" }] } }, { start: {} }],
      "Initialized",
      at,
    );
    expect(ran).toMatchObject({ state: "Ready", networkId: "net-1" });
    expect(ran.batch.map(({ result }) => result)).toEqual(["Ok", "Ok"]);
    expect(ran.batch.map(({ isBatchFinished }) => isBatchFinished)).toEqual([false, true]);
  });

  it("runs no commands and transfers no files", () => {
    for (const name of ["run", "transfer"]) {
      const { batch, state } = runScript([{ [name]: {} }, { terminate: {} }], "Ready", at);
      expect(batch).toMatchObject([{ result: "Error", isBatchFinished: true }]);
      expect(state).toBe("Ready");
    }
  });

  it("cannot start what is not deployed", () => {
    expect(runScript([{ start: {} }], "Initialized", at).batch).toMatchObject([
      { result: "Error" },
    ]);
  });
});
