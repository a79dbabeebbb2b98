import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { PrismaPg } from "@prisma/adapter-pg";
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import * as engineModule from "@prisma/schema-engine-wasm/schema_engine_bg";
import { Pool } from "pg";

/** The schema that this tree's code is written for. */
export const SCHEMA_FILE = fileURLToPath(new URL("./schema.prisma", import.meta.url));

let isLoaded = false;

/**
 * The engine guards its lock with a timer of 10 s that it never clears; what imports it should not
 * wait for that before it may end.
 */
function withoutIdleTimers(): Record<string, unknown> {
  const imports: Record<string, unknown> = { ...engineModule };
  for (const [name, value] of Object.entries(imports)) {
    if (!name.startsWith("__wbg_setTimeout_") || typeof value !== "function") continue;
    imports[name] = (...args: unknown[]) => {
      const timer: unknown = value(...args);
      if (timer instanceof Object && "unref" in timer && timer.unref instanceof Function) {
        timer.unref();
      }
      return timer;
    };
  }
  return imports;
}

async function load(): Promise<void> {
  if (isLoaded) return;
  const wasmFile = createRequire(import.meta.url)
    .resolve("@prisma/schema-engine-wasm")
    .replace(/schema_engine\.js$/, "schema_engine_bg.wasm");
  const { instance } = await WebAssembly.instantiate(readFileSync(wasmFile), {
    "./schema_engine_bg.js": withoutIdleTimers() as never,
  });
  engineModule.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  isLoaded = true;
}

/** An open engine. `close` ends its connections. */
export type OpenEngine = {
  readonly engine: engineModule.SchemaEngine;
  close(): Promise<void>;
};

/**
 * Prisma's adapter, but it runs a migration as the one script that it is: the adapter would cut it
 * at every semicolon, also within quotes, and leave the first half behind when the second fails.
 */
function wholeScripts(pool: Pool): SqlMigrationAwareDriverAdapterFactory {
  const factory = new PrismaPg(pool);
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => {
      const adapter = await factory.connect();
      adapter.executeScript = async (script) => {
        await pool.query(script);
      };
      return adapter;
    },
    connectToShadowDb: () => factory.connectToShadowDb(),
  };
}

/**
 * Prisma's own schema engine as WebAssembly: the command line wants a binary from a host that may
 * be out of reach, and this is the same engine out of npm.
 *
 * @param databaseUrl where it works; it connects at once.
 */
export async function openSchemaEngine(databaseUrl: string): Promise<OpenEngine> {
  await load();
  const pool = new Pool({ connectionString: databaseUrl, max: 2 });
  pool.on("error", () => {});
  const engine = await engineModule.SchemaEngine.new(
    { datamodels: [["schema.prisma", readFileSync(SCHEMA_FILE, "utf8")]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(wholeScripts(pool)),
  );
  return {
    engine,
    close: async () => {
      engine.free();
      await pool.end();
    },
  };
}

/** No table of the database is kept out of the engine's sight. */
export const NO_FILTERS = { externalTables: [], externalEnums: [] };
