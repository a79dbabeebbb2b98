import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build, type Plugin } from "esbuild";
import type { CommandIo } from "@/server/cli/command";
import { buildVerifierPage } from "@/server/cli/verifier-page";

/** Where the portal serves its verification programs from, under the repository's root. */
export const VERIFIER_FOLDER = "public/verify";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The file that `verifier.js` loads the rest from. */
const MORE = "./verifier-more.js";
const NOBLE = "./verifier-noble.js";

// It counts in what a page loads, so it is short; the long form is in docs/auditing.md.
const LIBRARY =
  "/*! Beacon verifier: verifyReceipt({receipt, block, policy: parsePolicy(text), lastSeen, consistency}) */";

/** What each file exports, by the module that it comes from. */
const PROGRAMS: readonly {
  readonly file: string;
  readonly banner: string;
  readonly exports: readonly (readonly [names: string, from: string])[];
  /** A module that is run. */
  readonly runs?: string;
}[] = [
  {
    file: "verifier.js",
    banner: LIBRARY,
    exports: [
      ["verifyReceipt", "@/server/domain/verify/verify-receipt"],
      ["parsePolicy", "@/server/domain/log/policy"],
    ],
  },
  {
    file: "verifier-more.js",
    banner: "/*! What verifier.js loads when a receipt or a policy asks for it. */",
    exports: [
      ["checkConsistency", "@/server/domain/verify/check-consistency"],
      ["checkReport", "@/server/domain/verify/check-report"],
      ["checkRevocation", "@/server/domain/verify/check-revocation"],
      ["verifySubtreeCosignature", "@/server/domain/log/subtree-cosignature"],
    ],
  },
  {
    file: "verifier-noble.js",
    banner:
      "/*! Signatures for places whose WebCrypto lacks them: @noble/curves and @noble/post-quantum, MIT, Paul Miller. */",
    exports: [
      ["ed25519", "@noble/curves/ed25519.js"],
      ["ml_dsa44", "@noble/post-quantum/ml-dsa.js"],
    ],
  },
  {
    file: "verifier-audit.js",
    banner:
      "/*! The program of a web worker: {policy, prefix} in; progress and the audit of the whole log out. With hash-wasm, MIT, Dani Biro. */",
    exports: [],
    runs: "@/components/verify/audit-worker",
  },
];

/** What is imported only when needed stays apart, in the file that holds it. */
const APART: Plugin = {
  name: "apart",
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === "dynamic-import"
        ? { path: path.startsWith("@noble/") ? NOBLE : MORE, external: true }
        : null,
    );
  },
};

/** A verification program as it is published. */
type BuiltVerifier = { readonly file: string; readonly text: string };

/** The browser verifier's files, and the page that judges bundles. The same sources always give the same bytes. */
export const builtVerifiers = async (): Promise<readonly BuiltVerifier[]> => [
  ...(await builtModules()),
  { file: "verifier.html", text: await buildVerifierPage(ROOT) },
];

const builtModules = (): Promise<readonly BuiltVerifier[]> =>
  Promise.all(
    PROGRAMS.map(async ({ file, banner, exports, runs }) => {
      const lines = exports.map(([names, from]) => `export { ${names} } from "${from}";`);
      if (runs !== undefined) lines.push(`import "${runs}";`);
      const { outputFiles } = await build({
        stdin: { contents: lines.join("\n"), resolveDir: ROOT, loader: "ts" },
        absWorkingDir: ROOT,
        alias: { "@": ROOT.replace(/\/$/, "") },
        banner: { js: banner },
        bundle: true,
        minify: true,
        write: false,
        format: "esm",
        target: "es2022",
        charset: "utf8",
        legalComments: "none",
        plugins: [APART],
      });
      return { file, text: outputFiles[0]?.text ?? "" };
    }),
  );

/**
 * `beacon verifiers [folder]`: writes the browser verifier, into `public/verify` unless told otherwise.
 *
 * @returns the exit code.
 */
export async function verifiersCommand(
  args: readonly string[],
  io: Pick<CommandIo, "out">,
): Promise<0> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
  const folder = positionals[0] ?? VERIFIER_FOLDER;
  await mkdir(folder, { recursive: true });
  for (const { file, text } of await builtVerifiers()) {
    await writeFile(join(folder, file), text);
    io.out(join(folder, file));
  }
  return 0;
}
