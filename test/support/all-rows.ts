import type pg from "pg";

/** All rows of all tables of a database, but PostgreSQL's own, each as text: bytes stand there in hex. */
export async function* allRows(
  database: Pick<pg.Pool, "query">,
): AsyncGenerator<{ readonly table: string; readonly row: string }> {
  const tables = await database.query<{ table: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS table FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  for (const { table } of tables.rows) {
    const { rows } = await database.query<{ row: string }>(`SELECT t::text AS row FROM ${table} t`);
    for (const { row } of rows) yield { table, row };
  }
}
