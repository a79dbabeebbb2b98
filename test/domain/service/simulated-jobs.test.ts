import { describe, expect, it } from "vitest";
import { isJobSimulated } from "@/server/domain/service/known-services";

const at = (base_url: string, door: "exit" | "home") => ({
  id: "s",
  door,
  model: "m",
  api: { connection: "s", dialect: "openai-compatible" as const, base_url },
});
const VENDOR = { base_url: "https://127.0.0.1:29308/v1", door: "exit" as const };
const OWN = { base_url: "http://127.0.0.1:11434/v1", door: "home" as const };
const services = [VENDOR, OWN];

describe("a job on the loopback network", () => {
  it.each([
    [
      "asked of a model in a rented machine",
      [{ id: "m", door: "model" as const, model: "m" }],
      true,
    ],
    ["asked of the simulated vendor", [at(VENDOR.base_url, "exit")], true],
    ["asked of the simulated vendor from home", [at(VENDOR.base_url, "home")], true],
    ["asked of an endpoint of one's own", [at(OWN.base_url, "home")], false],
    [
      "of which one service is simulated",
      [at(OWN.base_url, "home"), at(VENDOR.base_url, "exit")],
      true,
    ],
  ])("%s: simulated is %o", (_, asked, simulated) => {
    expect(isJobSimulated({ services: asked }, services)).toBe(simulated);
  });
});
