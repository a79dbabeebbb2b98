// The door of every npm command: plain Node, so that it runs before anything is installed.
//
//   node server/cli/bootstrap.mjs start | test | golem-live | beacon [arguments]
//
// Installs what package-lock.json names when node_modules does not fit it, generates the Prisma
// client when the schema changed, and goes on in the TypeScript entry in this same process.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const MODULES = join(ROOT, "node_modules");
const STAMP = join(MODULES, ".beacon-lock");
const LOCK = join(ROOT, ".beacon-install");
const CLIENT = join(ROOT, "generated", "prisma");
const CLIENT_STAMP = join(ROOT, "generated", ".schema");
const ENTRIES = {
  start: "server/cli/start.ts",
  test: "test/run.ts",
  beacon: "server/cli/beacon.ts",
  "golem-live": "test/golem-live/run.ts",
};
const NODE_AT_LEAST = [20, 19];

/** Ends with one sentence. */
function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

const say = (what, startedAt) => {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stderr.write(`  ${what.padEnd(58)} ${seconds.padStart(6)} s\n`);
};

const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));
const sha256 = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
};

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const isNewEnough =
    major > NODE_AT_LEAST[0] || (major === NODE_AT_LEAST[0] && minor >= NODE_AT_LEAST[1]);
  if (!isNewEnough) {
    fail(
      `Beacon needs Node ${NODE_AT_LEAST.join(".")} or newer; this is ${process.versions.node}.`,
    );
  }
}

/** What node_modules must have been made for. */
function wantedStamp() {
  return sha256(
    readFileSync(join(ROOT, "package-lock.json")),
    process.versions.node.split(".")[0],
    `${process.platform}-${process.arch}`,
  );
}

/** Whether a package of the lock file belongs on this machine, for this command. */
function isWanted(entry, withDev) {
  if (entry.link === true || (entry.dev === true && !withDev)) return false;
  if (entry.optional !== true && entry.devOptional !== true && entry.peer !== true) return true;
  // An optional package is wanted where it says that it is made for this very platform.
  if (entry.os === undefined || entry.cpu === undefined || entry.libc !== undefined) return false;
  return entry.os.includes(process.platform) && entry.cpu.includes(process.arch);
}

/** Whether what a plain `npm ci` or `npm install` left behind is what the lock file names. */
function fitsByNpmsOwnList(withDev) {
  const list = join(MODULES, ".package-lock.json");
  if (!existsSync(list) || !existsSync(join(MODULES, "tsx", "package.json"))) return false;
  const present = readJson(list).packages ?? {};
  const wanted = Object.entries(readJson(join(ROOT, "package-lock.json")).packages ?? {});
  return wanted.every(([path, entry]) => {
    if (path === "" || !isWanted(entry, withDev)) return true;
    return present[path]?.version === entry.version;
  });
}

/** The Node and platform that the stamp was made with come first; npm's list knows neither. */
function fits(withDev) {
  if (!existsSync(MODULES)) return false;
  const stamp = existsSync(STAMP) ? readFileSync(STAMP, "utf8").trim().split(" ") : null;
  const home = `${process.versions.node.split(".")[0]}-${process.platform}-${process.arch}`;
  if (stamp !== null && stamp[1] !== home) return false;
  if (stamp?.[0] === wantedStamp() && existsSync(join(MODULES, "tsx", "package.json"))) return true;
  if (!fitsByNpmsOwnList(withDev)) return false;
  if (fitsByNpmsOwnList(true)) writeStamp();
  return true;
}

function writeStamp() {
  const home = `${process.versions.node.split(".")[0]}-${process.platform}-${process.arch}`;
  try {
    writeFileSync(STAMP, `${wantedStamp()} ${home}\n`);
  } catch {
    // A read-only node_modules is checked by npm's own list each time.
  }
}

/** Runs a Node program of npm's or ours; its output is kept and shown only when it fails. */
function run(args, extraEnv = {}) {
  return new Promise((resolve) => {
    const output = [];
    const child = spawn(args[0], args.slice(1), {
      cwd: ROOT,
      env: { ...process.env, ...extraEnv },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.on("data", (chunk) => output.push(chunk));
    child.stderr.on("data", (chunk) => output.push(chunk));
    child.on("error", (error) => resolve({ code: 1, output: error.message }));
    child.on("close", (code) =>
      resolve({ code: code ?? 1, output: Buffer.concat(output).toString() }),
    );
  });
}

/** npm itself: the one that started us, else the one beside this Node, else the one on the path. */
function npmCommand() {
  const started = process.env.npm_execpath;
  if (started !== undefined && basename(started) === "npm-cli.js" && existsSync(started)) {
    return [process.execPath, started];
  }
  const beside = join(
    dirname(process.execPath),
    "..",
    "lib",
    "node_modules",
    "npm",
    "bin",
    "npm-cli.js",
  );
  return existsSync(beside) ? [process.execPath, beside] : ["npm"];
}

/** npm's own words on what went wrong, in one line. */
function reasonOf(output) {
  const lines = output.split("\n").filter((line) => line.startsWith("npm error"));
  const text = lines.map((line) =>
    line.replace(/^npm error\s*(notarget |network |404 )?/, "").trim(),
  );
  const said = text.filter(
    (line) => line !== "" && !/^(code|errno|syscall|path) |complete log/.test(line),
  );
  const reason = said[0] ?? output.trim().split("\n").at(-1) ?? "";
  return reason.replace(/\.$/, "");
}

async function install(withDev) {
  if (fits(withDev)) return;
  const startedAt = performance.now();
  process.stderr.write("  installing the packages that package-lock.json names …\n");
  rmSync(STAMP, { force: true });
  const { code, output } = await run([
    ...npmCommand(),
    "ci",
    "--include=dev",
    "--no-audit",
    "--no-fund",
  ]);
  if (code !== 0) fail(`The packages could not be installed: ${reasonOf(output)}.`);
  writeStamp();
  say("packages installed", startedAt);
}

/** What the generated client depends on: the schema, and the generator's version. */
function wantedClient() {
  return sha256(
    readFileSync(join(ROOT, "prisma", "schema.prisma")),
    readFileSync(join(MODULES, "prisma", "package.json")),
  );
}

function hasClient() {
  return (
    existsSync(join(CLIENT, "client.ts")) &&
    existsSync(CLIENT_STAMP) &&
    readFileSync(CLIENT_STAMP, "utf8").trim() === wantedClient()
  );
}

async function generate() {
  if (hasClient()) return;
  const startedAt = performance.now();
  const prisma = join(MODULES, "prisma", "build", "index.js");
  // Generation never runs the schema engine, but Prisma downloads one unless it is told of a file.
  const { code, output } = await run([process.execPath, prisma, "generate"], {
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
    CHECKPOINT_DISABLE: "1",
  });
  if (code !== 0)
    fail(`The database client could not be generated: ${output.trim().split("\n").at(-1)}`);
  writeFileSync(CLIENT_STAMP, `${wantedClient()}\n`);
  say("database client generated", startedAt);
}

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
};

/** Who holds the lock; null when nobody who still lives. */
function holder() {
  try {
    const pid = Number(readFileSync(join(LOCK, "pid"), "utf8"));
    return isAlive(pid) ? pid : null;
  } catch {
    // The holder has not written its pid yet, or died before it did.
    return Date.now() - (statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 5_000
      ? null
      : -1;
  }
}

/** Does `work` while no other bootstrap of this folder does. */
async function alone(work) {
  for (let isTold = false; ; ) {
    try {
      mkdirSync(LOCK);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") fail(`${ROOT} cannot be written: ${error.message}.`);
    }
    const pid = holder();
    if (pid === null) {
      // Renaming is what only one of us can do; the other finds the new lock or none.
      const stale = `${LOCK}.${process.pid}`;
      try {
        renameSync(LOCK, stale);
        rmSync(stale, { recursive: true, force: true });
      } catch {
        // somebody else cleared it
      }
      continue;
    }
    if (!isTold && pid > 0)
      process.stderr.write(`  waiting for process ${pid}, which is installing …\n`);
    isTold ||= pid > 0;
    await sleep(200);
  }
  const release = () => rmSync(LOCK, { recursive: true, force: true });
  const stop = () => process.exit(130);
  writeFileSync(join(LOCK, "pid"), String(process.pid));
  process.on("exit", release).on("SIGINT", stop).on("SIGTERM", stop);
  try {
    await work();
  } finally {
    process.off("exit", release).off("SIGINT", stop).off("SIGTERM", stop);
    release();
  }
}

const [command, ...rest] = process.argv.slice(2);
const entry = Object.hasOwn(ENTRIES, command ?? "") ? join(ROOT, ENTRIES[command]) : null;
if (entry === null) fail("usage: node server/cli/bootstrap.mjs start | test | beacon [arguments]");
checkNode();
const withDev = command === "test" || command === "golem-live";
if (!fits(withDev) || !hasClient()) {
  await alone(async () => {
    await install(withDev);
    await generate();
  });
}
// The entry sees itself as the program, with tsconfig's `@/` paths. Same process: a signal that
// npm passes on reaches the one who handles it.
process.argv.splice(1, process.argv.length - 1, entry, ...rest);
if (command !== "beacon") process.chdir(ROOT);
process.env.TSX_TSCONFIG_PATH ??= join(ROOT, "tsconfig.json");
await import(pathToFileURL(join(MODULES, "tsx", "dist", "loader.mjs")).href);
await import(pathToFileURL(entry).href);
