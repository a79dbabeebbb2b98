/** A field as it stood in a file of RFC 4180, and whether it was in quotes. */
export type Field = { readonly text: string; readonly isQuoted: boolean };

/** One field from `at`, and where it ends. */
function field(csv: string, at: number): { readonly field: Field; readonly end: number } {
  const plain = /[^",\r\n]*/y;
  const quoted = /"((?:[^"]|"")*)"/y;
  quoted.lastIndex = at;
  const found = quoted.exec(csv);
  if (found !== null)
    return {
      field: { text: (found[1] ?? "").replaceAll('""', '"'), isQuoted: true },
      end: quoted.lastIndex,
    };
  plain.lastIndex = at;
  const text = plain.exec(csv)?.[0] ?? "";
  return { field: { text, isQuoted: false }, end: plain.lastIndex };
}

/** Reads RFC 4180 by its grammar and nothing else. @throws Error on anything that it does not allow. */
export function parseCsv(csv: string): Field[][] {
  const records: Field[][] = [];
  let record: Field[] = [];
  for (let at = 0; at < csv.length; ) {
    const { field: found, end } = field(csv, at);
    record.push(found);
    if (csv.startsWith("\r\n", end)) {
      records.push(record);
      record = [];
      at = end + 2;
    } else if (csv.charAt(end) === ",") at = end + 1;
    else throw new Error(`no field ends at ${end}: ${JSON.stringify(csv.slice(end, end + 20))}`);
  }
  if (record.length > 0) throw new Error("the last record has no end");
  return records;
}

/** The records below the header, each by the names of its columns. */
export function recordsOf(csv: string): Record<string, string>[] {
  const [header = [], ...records] = parseCsv(csv);
  return records.map((record) =>
    Object.fromEntries(header.map(({ text }, i) => [text, record[i]?.text ?? ""])),
  );
}
