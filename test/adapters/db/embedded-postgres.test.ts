import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from "@/server/adapters/db/embedded-postgres";
import { isProcessAlive, runningPostgresOn } from "@/server/adapters/db/postgres-process";

let parent: string;
let folder: string;
const running: EmbeddedPostgres[] = [];

beforeEach(() => {
  // mkdtemp makes a 0700 folder: as root, the server runs as a user who may not enter it
  parent = mkdtempSync(join(tmpdir(), "beacon-pg-"));
  folder = join(parent, "postgres");
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  rmSync(parent, { recursive: true, force: true });
});

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({
    folder,
    isDurable: false,
    log: () => {},
    ...options,
  });
  running.push(server);
  return server;
}

async function ask(url: string, query: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query({ text: query, rowMode: "array" });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

describe("the embedded PostgreSQL", () => {
  it("serves the database beacon in UTF-8, in a folder that only its owner may enter", async () => {
    const { url } = await start();
    expect(await ask(url, "SELECT current_database()")).toBe("beacon");
    expect(await ask(url, "SHOW server_encoding")).toBe("UTF8");
    expect(await ask(url, "SHOW max_connections")).toBe("200");
  });

  it("listens on 127.0.0.1 only and wants its password", async () => {
    const { url } = await start();
    expect(await ask(url, "SHOW listen_addresses")).toBe("127.0.0.1");
    expect(await ask(url, "SHOW unix_socket_directories")).toBe("");
    const stranger = new URL(url);
    stranger.password = "guess";
    await expect(ask(stranger.href, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
  });

  it("keeps what was committed over a stop and a start", async () => {
    const first = await start({ isDurable: true });
    await ask(first.url, "CREATE TABLE kept AS SELECT 7 AS n");
    await first.stop();
    expect(isProcessAlive(first.pid)).toBe(false);
    const second = await start({ isDurable: true });
    expect(await ask(second.url, "SELECT n FROM kept")).toBe(7);
    expect(await ask(second.url, "SHOW fsync")).toBe("on");
  });

  it("takes over a server that a killed Beacon left running", async () => {
    const first = await start();
    const second = await start();
    expect(second).toMatchObject({ pid: first.pid, port: first.port, url: first.url });
  });

  it("starts again where the server was killed", async () => {
    const first = await start();
    process.kill(first.pid, "SIGKILL");
    await expect.poll(() => isProcessAlive(first.pid)).toBe(false);
    const second = await start();
    expect(await ask(second.url, "SELECT 1")).toBe(1);
  });

  it("is not fooled by a process id that is in use again", async () => {
    await (await start()).stop();
    writeFileSync(join(folder, "data", "postmaster.pid"), `${process.pid}\n`);
    expect(await ask((await start()).url, "SELECT 1")).toBe(1);
  });
});

describe("a broken state folder", () => {
  const refused = { code: "STATE_FOLDER_BROKEN" };

  it("is said when a file is in the way", async () => {
    writeFileSync(folder, "");
    await expect(start()).rejects.toMatchObject(refused);
  });

  it("is said when the data folder is something else", async () => {
    mkdirSync(join(folder, "data"), { recursive: true });
    await expect(start()).rejects.toMatchObject(refused);
  });

  it("is said when another PostgreSQL wrote the data", async () => {
    await (await start()).stop();
    writeFileSync(join(folder, "data", "PG_VERSION"), "15\n");
    await expect(start()).rejects.toMatchObject(refused);
  });

  it("is said when the password is not the data's", async () => {
    await (await start()).stop();
    writeFileSync(join(folder, "password"), "another\n");
    await expect(start()).rejects.toMatchObject(refused);
    expect(runningPostgresOn(join(folder, "data"))).toBeNull();
  });
});
