import { describe, expect, it } from "vitest";
import {
  exitStartCommand,
  exitTargetOf,
  manifestCommandOf,
  modelStartCommand,
} from "@/server/domain/image/start-commands";

describe("what is started in a machine", () => {
  it("has one command for one set of targets, whatever their order", () => {
    const command = exitStartCommand(["b.example:443", "a.example:443", "b.example:443"]);
    expect(command).toEqual({
      entryPoint: "/golem/bin/exit-door",
      args: ["-background", "-allow", "a.example:443", "-allow", "b.example:443"],
    });
    expect(exitStartCommand(["a.example:443", "b.example:443"])).toEqual(command);
  });

  it("is allowed by a line of the manifest that is the very command", () => {
    expect(manifestCommandOf(exitStartCommand(["a.example:443"]))).toBe(
      "run /golem/bin/exit-door -background -allow a.example:443",
    );
    // No arguments would leave a space at the end, on which the two sides could differ.
    expect(manifestCommandOf(modelStartCommand())).toBe("run /golem/bin/model-door -background");
  });

  it.each([
    ["https://api.openai.com", "api.openai.com:443"],
    ["https://API.example:443/v1", "api.example:443"],
    ["https://api.example:8443", "api.example:8443"],
    ["http://echo.example/ip?x", "echo.example:80"],
  ])("%s is reached at %s", (url, target) => {
    expect(exitTargetOf(url)).toBe(target);
  });
});
