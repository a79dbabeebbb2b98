import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Network, NetworkDatabase } from "@/server/adapters/geo/network-database";
import { isOnInternet, parseIpAddress } from "@/server/domain/vantage/ip-address";

const PACKAGE = "@ip-location-db/asn";

/** `2.3.2026061719`: the third number is year, month, day and hour of making. */
const Manifest = z.object({ version: z.string().max(60) });

/** How much is read around a place to find its row. The longest row of the edition of 2026-06-17 has 231 bytes. */
const REACH_BYTES = 1_024;

/** Names are cut here; the longest of that edition has 178 characters. */
const MAX_NAME_CHARACTERS = 200;

type Row = {
  readonly start: bigint;
  /** Inclusive. */
  readonly end: bigint;
  readonly network: Network;
  /** Where its line begins in the file, and where the next one does. */
  readonly from: number;
  readonly to: number;
};

/**
 * Which network announces a real address, by the npm package `@ip-location-db/asn` (RouteViews, the
 * five registries and DB-IP's IP to ASN Lite, all CC BY 4.0).
 *
 * Its two files (21 MB and 11 MB) are ranges sorted by their start. They are never held in memory: each
 * question opens one and halves it some twenty times, reading 2 KB each time.
 */
export function openNetworkDatabase(): NetworkDatabase {
  const folder = () => dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`));
  return {
    name: "asn (RouteViews, NRO, DB-IP)",
    get built() {
      const text = readFileSync(join(folder(), "package.json"), "utf8");
      const { version } = Manifest.parse(JSON.parse(text));
      const [, year, month, day] = /\.(\d{4})(\d\d)(\d\d)\d\d$/.exec(version) ?? [];
      return year === undefined ? null : `${year}-${month}-${day}`;
    },
    networkOf(text) {
      const address = parseIpAddress(text);
      if (address === null || !isOnInternet(address)) return null;
      return networkIn(join(folder(), `asn-ipv${address.family}-num.csv`), address.value);
    },
  };
}

/**
 * Looks `value` up in a file of rows `start,end,AS number,"name"` that are sorted by `start`. Where
 * ranges overlap, the one that starts last counts.
 */
export function networkIn(path: string, value: bigint): Network | null {
  const file = openSync(path, "r");
  try {
    let [low, high] = [0, fstatSync(file).size];
    let last: Row | null = null;
    while (low < high) {
      const row = rowAt(file, Math.floor((low + high) / 2));
      if (row.start > value) high = row.from;
      else {
        last = row;
        low = row.to;
      }
    }
    return last !== null && value <= last.end ? last.network : null;
  } finally {
    closeSync(file);
  }
}

const NEWLINE = 0x0a;

/** The row whose line contains byte `offset`. */
function rowAt(file: number, offset: number): Row {
  const begin = Math.max(0, offset - REACH_BYTES);
  const window = Buffer.alloc(2 * REACH_BYTES);
  const bytes = window.subarray(0, readSync(file, window, 0, window.length, begin));
  const here = offset - begin;
  const before = here === 0 ? -1 : bytes.lastIndexOf(NEWLINE, here - 1);
  if (before === -1 && begin > 0) throw new Error("a row is longer than any known one");
  const after = bytes.indexOf(NEWLINE, here);
  if (after === -1 && bytes.length === window.length)
    throw new Error("a row is longer than any known one");
  const endsAt = after === -1 ? bytes.length : after;
  const line = bytes.toString("utf8", before + 1, endsAt);
  return { ...parseRow(line), from: begin + before + 1, to: begin + endsAt + 1 };
}

function parseRow(line: string): Pick<Row, "start" | "end" | "network"> {
  const [, start, end, asn, quoted, bare] =
    /^(\d+),(\d+),(\d+),(?:"((?:[^"]|"")*)"|(.*?))\r?$/.exec(line) ?? [];
  if (start === undefined || end === undefined || asn === undefined)
    throw new Error("a row of the AS database is not of its form");
  const name = (quoted?.replaceAll('""', '"') ?? bare ?? "").trim().slice(0, MAX_NAME_CHARACTERS);
  return {
    start: BigInt(start),
    end: BigInt(end),
    network: { asn: Number(asn), name: name === "" ? null : name },
  };
}
