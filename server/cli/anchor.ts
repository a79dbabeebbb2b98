import { parseArgs } from "node:util";
import { z } from "zod";
import { AnchorKind, AnchorStatus } from "@/schemas/anchor";
import { Instant } from "@/schemas/primitives";
import type { CommandIo } from "@/server/cli/command";
import { portalClient, sayPortalFailure } from "@/server/cli/portal-client";
import { type VerifyAnchorIo, verifyAnchor } from "@/server/cli/verify-anchor";
import { publicUrlOf, readEnv } from "@/server/env";

const USAGE = [
  "usage: beacon anchor list [--url URL] [--json]",
  "       beacon anchor now [--url URL]",
  "       beacon anchor verify FILE.tsr|FILE.ots --checkpoint FILE [--ca PEM] [--header HEX] [--json]",
];

const OPTIONS = {
  url: { type: "string" },
  json: { type: "boolean", default: false },
  checkpoint: { type: "string" },
  ca: { type: "string" },
  header: { type: "string" },
} as const;

/** What is read of a portal's list. */
const AnchorList = z.object({
  services: z.array(z.object({ kind: AnchorKind, service: z.string().max(2_048) })).max(64),
  items: z
    .array(
      z.object({
        kind: AnchorKind,
        service: z.string().max(2_048),
        size: z.int().nonnegative(),
        status: AnchorStatus,
        attestedAt: Instant.nullable(),
        detail: z.string().max(4_096).nullable(),
        proofUrl: z.string().max(256).nullable(),
      }),
    )
    .max(100),
});

/**
 * `beacon anchor list` shows who vouches for which checkpoint of a portal; `now` has the published one
 * anchored without waiting for its turn; `verify` judges a proof offline, for strangers.
 *
 * @returns 0 done, or it holds; 1 refused, or it does not hold; 2 undecided, no portal, or wrong usage.
 */
export async function anchorCommand(
  args: readonly string[],
  io: CommandIo & VerifyAnchorIo,
): Promise<0 | 1 | 2> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: OPTIONS,
  });
  const [verb, file, ...more] = positionals;
  const { checkpoint, ca, header, json, url } = values;
  if (verb === "verify" && file !== undefined && checkpoint !== undefined && more.length === 0)
    return verifyAnchor({ file, checkpoint, ca, header, isJson: json }, io);
  if (verb === "list" && file === undefined) return list(url, json, io);
  if (verb === "now" && file === undefined) return now(url, io);
  for (const line of USAGE) io.err(line);
  return 2;
}

async function list(url: string | undefined, isJson: boolean, io: CommandIo): Promise<0 | 2> {
  try {
    const response = await fetch(`${url ?? publicUrlOf(readEnv())}/tlog/anchors`);
    const page = AnchorList.safeParse(await response.json());
    if (!response.ok || !page.success) {
      io.err("What answers there does not list anchors.");
      return 2;
    }
    for (const line of isJson ? [JSON.stringify(page.data)] : linesOf(page.data)) io.out(line);
    return 0;
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    io.err("No portal answers; start it with `npm start`.");
    return 2;
  }
}

function* linesOf({ services, items }: z.infer<typeof AnchorList>): Generator<string> {
  if (services.length === 0) yield "No anchor is configured for this log.";
  for (const { kind, service, size, status, detail, proofUrl } of items) {
    yield `${status.toLowerCase()}: size ${size}, ${kind}, ${service}${proofUrl === null ? "" : `, ${proofUrl}`}`;
    if (detail !== null) yield `  ${detail}`;
  }
}

async function now(url: string | undefined, io: CommandIo): Promise<0 | 1 | 2> {
  try {
    const { laidDown, services } = await portalClient(readEnv(), url).log.anchorNow.mutate();
    if (services === 0) {
      io.err("No anchor is configured: set BEACON_TSA_URL or BEACON_OTS_CALENDARS.");
      return 1;
    }
    io.out(
      laidDown === 0
        ? "Every service was asked about this size of the log before."
        : `Asking ${laidDown} of ${services}; \`beacon anchor list\` shows what came of it.`,
    );
    return 0;
  } catch (error) {
    return sayPortalFailure(error, io);
  }
}
