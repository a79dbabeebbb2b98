import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

/** Where the page's own parts are, under the repository's root. */
const FOLDER = "components/bundle/verifier-page";

const STYLE = /<style>([\s\S]*?)<\/style>/;
const SCRIPT = /<script>[\s\S]*?<\/script>/;

/** What runs in the page: the same verifier as everywhere, in one script that asks for nothing. */
async function scriptOf(root: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { startVerifier } from "@/${FOLDER}/start-verifier"; startVerifier();`,
      resolveDir: root,
      loader: "ts",
    },
    absWorkingDir: root,
    tsconfig: join(root, "tsconfig.json"),
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
  });
  const script = outputFiles[0]?.text.trim() ?? "";
  if (/<\/script|<!--/i.test(script)) throw new Error("the script would end before its end");
  return script;
}

/** The house's serif (SIL Open Font License 1.1): a page from a stranger's disk should look like ours. */
const SERIF =
  "node_modules/@fontsource-variable/newsreader/files/newsreader-latin-wght-normal.woff2";

async function fontFaceOf(root: string): Promise<string> {
  const font = (await readFile(join(root, SERIF))).toString("base64");
  return `@font-face{font-family:Newsreader;font-weight:200 800;src:url(data:font/woff2;base64,${font})format("woff2")}`;
}

/** The house's colours, as the portal's own style sheet has them, before the page's own style. */
async function styleOf(root: string, own: string): Promise<string> {
  const house = await readFile(join(root, "app/globals.css"), "utf8");
  const colours = /^:root \{[^}]*\}/m.exec(house)?.[0];
  if (colours === undefined) throw new Error("the style sheet has no colours");
  return `${await fontFaceOf(root)}\n${colours}${own}`;
}

const hashOf = (text: string): string =>
  `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/**
 * Builds `verifier.html`: one file that verifies a whole bundle without a network. Its policy lets it
 * load nothing, and run no script and no style but its own two, by their hashes. The same sources make
 * the same bytes.
 *
 * @param root the repository's.
 */
export async function buildVerifierPage(root: string): Promise<string> {
  const page = await readFile(join(root, FOLDER, "page.html"), "utf8");
  const [, own = ""] = STYLE.exec(page) ?? [];
  const [script, style] = await Promise.all([scriptOf(root), styleOf(root, own)]);
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "font-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  // By functions: a replacement text would have its dollar signs read.
  return page
    .replace("POLICY", () => policy)
    .replace(STYLE, () => `<style>${style}</style>`)
    .replace(SCRIPT, () => `<script>${script}</script>`);
}
