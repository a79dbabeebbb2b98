// Completes package-lock.json: `node server/cli/complete-lock.mjs`, after every `npm install`.
//
// A registry mirror may not carry the builds of a package for other platforms; npm then writes a
// lock file without them, and `npm ci` refuses that file everywhere. Each missing build gets an
// entry with its version and platform, which is all that npm needs to leave it alone here and to
// fetch it where it belongs.
import { readFileSync, writeFileSync } from "node:fs";

const FILE = new URL("../../package-lock.json", import.meta.url);
const SYSTEMS = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const PROCESSORS = [
  "arm",
  "arm64",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "wasm32",
  "x64",
];
/** How packages spell what npm calls otherwise. */
const SPELLINGS = {
  windows: "win32",
  linuxmusl: "linux",
  ppc64le: "ppc64",
  armv7: "arm",
  armhf: "arm",
};

/** The platform that a build's name speaks of; null when it speaks of none. */
function platformOf(name) {
  const words = name.split(/[/-]/).map((word) => SPELLINGS[word] ?? word);
  const system = words.find((word) => SYSTEMS.includes(word));
  const processor = words.find((word) => PROCESSORS.includes(word));
  if (processor === "wasm32") return { cpu: ["wasm32"] };
  if (system === undefined) return null;
  return {
    ...(processor === undefined ? {} : { cpu: [processor] }),
    os: [system],
    ...(/musl/.test(name) ? { libc: ["musl"] } : {}),
    ...(/gnu|glibc/.test(name) && system === "linux" ? { libc: ["glibc"] } : {}),
  };
}

/** The entry that a package at `path` finds for `name`, in its own folder or in one above. */
function foundBy(packages, path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    const entry = packages[at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`];
    if (entry !== undefined || at === "") return entry;
  }
}

const lock = JSON.parse(readFileSync(FILE, "utf8"));
const added = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const platform = platformOf(name);
    const version = range.replace(/^[\^~]/, "");
    const found = foundBy(lock.packages, path, name);
    if (found !== undefined && (found.version === version || version !== range)) continue;
    if (platform === null || !/^\d+\.\d+\.\d+\S*$/.test(version)) {
      process.stderr.write(`left out: ${name}@${range} of ${path}\n`);
      continue;
    }
    // Beside the others, or with its owner where another version has that place.
    const place = found === undefined ? `node_modules/${name}` : `${path}/node_modules/${name}`;
    lock.packages[place] = {
      version,
      ...platform,
      ...(entry.dev === true ? { dev: true } : {}),
      optional: true,
    };
    added.push(name);
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")),
);
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added.length} entries added\n`);
