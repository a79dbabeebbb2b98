import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { AttestationReport } from "@/schemas/attestation";
import { BundleManifest, BundlePage } from "@/schemas/bundle-manifest";
import { Comparison } from "@/schemas/comparison";
import { ExchangeDocument, VantageDocument } from "@/schemas/evidence";
import { AnswersExport, ComparisonExport } from "@/schemas/explore-export";
import { JobSpec } from "@/schemas/job-spec";
import { LiveFrame } from "@/schemas/live-event";
import { LogEntry } from "@/schemas/log-entry";
import { ReceiptExtra } from "@/schemas/receipt";
import { Simulation } from "@/schemas/simulation";
import type { CommandIo } from "@/server/cli/command";

/** Where the portal serves its JSON Schemas from, under the repository's root. */
export const SCHEMA_FOLDER = "public/schemas";

/** A published document format. */
type PublishedSchema = { readonly file: string; readonly text: string };

const PUBLISHED: readonly (readonly [file: string, title: string, schema: z.ZodType])[] = [
  ["job-spec", "Beacon job spec", JobSpec],
  ["simulation", "Beacon job spec: faults that are made on purpose", Simulation],
  ["log-entry", "Beacon log entry", LogEntry],
  ["receipt-extra", "Beacon receipt: the extra line of a C2SP tlog-proof", ReceiptExtra],
  [
    "vantage",
    "Beacon vantage: everything that is known of where a provider stands",
    VantageDocument,
  ],
  ["exchange", "Beacon exchange: one question as it was sent, and its answer", ExchangeDocument],
  ["comparison", "Beacon comparison", Comparison],
  ["attestation", "Beacon attestation: an attester's report about a comparison", AttestationReport],
  ["live-event", "Beacon live event", LiveFrame],
  ["answers-export", "Beacon export: rows of the explorer", AnswersExport],
  ["comparison-export", "Beacon export: a comparison as its page shows it", ComparisonExport],
  ["bundle-manifest", "Beacon bundle: manifest.json", BundleManifest],
  ["bundle-page", "Beacon bundle: further rows of a manifest", BundlePage],
];

/**
 * The JSON Schemas (draft 2020-12) of everything that others read or write, as they are published.
 * Rules across fields, such as unique ids, are not in them: `parseJobSpec` holds those.
 */
export const publishedSchemas = (): readonly PublishedSchema[] =>
  PUBLISHED.map(([name, title, schema]) => ({
    file: `${name}.schema.json`,
    text: `${JSON.stringify({ title, ...z.toJSONSchema(schema) }, null, 2)}\n`,
  }));

/**
 * `beacon schemas [folder]`: writes the JSON Schemas, into `public/schemas` unless told otherwise.
 *
 * @returns the exit code.
 */
export async function schemasCommand(
  args: readonly string[],
  io: Pick<CommandIo, "out">,
): Promise<0> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
  const folder = positionals[0] ?? SCHEMA_FOLDER;
  await mkdir(folder, { recursive: true });
  for (const { file, text } of publishedSchemas()) {
    await writeFile(join(folder, file), text);
    io.out(join(folder, file));
  }
  return 0;
}
