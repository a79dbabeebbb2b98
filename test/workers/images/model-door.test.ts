import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ROOT } from "@/test/support/run-tool";

const SCRIPT = join(ROOT, "workers", "images", "model", "model-door");
const SERVE = [
  ...["--alias", "tiny-model", "--host", "0.0.0.0", "--port", "8081", "--ctx-size", "16384"],
  ...["--parallel", "4", "--log-disable"],
];

let golem = "";
let door = "";
beforeEach(() => {
  golem = mkdtempSync(join(tmpdir(), "beacon-model-door-"));
  for (const folder of ["bin", "model"]) mkdirSync(join(golem, folder));
  door = join(golem, "bin", "model-door");
  copyFileSync(SCRIPT, door);
  writeFileSync(join(golem, "model", "name"), "tiny-model");
});
afterEach(() => rmSync(golem, { recursive: true, force: true }));

/** Stands in for llama.cpp's server. */
const aServer = (script: string) =>
  writeFileSync(join(golem, "bin", "llama-server"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

describe("the start of the model server", () => {
  it("serves the image's model on all addresses, at the port that the door is asked on", async () => {
    aServer('printf "%s\\n" "$@"');
    const { stdout } = await promisify(execFile)(door, []);
    const model = `${golem}/bin/../model/model.gguf`;
    expect(stdout.trim().split("\n")).toEqual(["--model", model, ...SERVE]);
  });

  it("goes on in the background, in a session of its own, after it has returned", async () => {
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const told = once(listener, "request");
    const { port } = listener.address() as AddressInfo;
    // The fields of a process in proc(5): the first is its number, the sixth its session's.
    const script = `
      const fields = require("node:fs").readFileSync("/proc/self/stat", "utf8").split(" ");
      fetch("http://127.0.0.1:${port}/" + fields[0] + "-" + fields[5]);`;
    aServer(`exec "${process.execPath}" -e '${script}'`);
    const child = spawn(door, ["-background"], { stdio: ["ignore", "pipe", "pipe"] });
    const [code] = await once(child, "close");
    expect(code).toBe(0);
    const [request, response] = (await told) as [IncomingMessage, ServerResponse];
    const [, pid, session] = /^\/(\d+)-(\d+)$/.exec(request.url ?? "") ?? [];
    response.end();
    listener.close();
    expect(Number(pid)).toBeGreaterThan(1);
    expect(pid).toBe(session);
  });

  it("knows no other argument", async () => {
    aServer("exit 0");
    const refused = await promisify(execFile)(door, ["-foreground"]).catch((error) => error);
    expect(refused.code).toBe(2);
    expect(readFileSync(SCRIPT, "utf8")).toMatch(/^#!\/bin\/sh\n/);
  });
});
