import type { BundleFiles } from "@/server/domain/bundle/bundle";
import { fromUtf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";

/**
 * Inflates a raw DEFLATE stream (RFC 1951). It stops and throws before it has made more than
 * `sizeBytes`, so that a small file cannot fill the memory.
 */
export type Inflate = (deflated: Uint8Array, sizeBytes: number) => Uint8Array;

/** Ours: the largest job has two files a task and some beside. */
const MAX_FILES = 60_000;
/** Ours: no file of a bundle comes near; the largest is the list of files. */
const MAX_FILE_BYTES = 8_388_608;
/** Ours: what a browser holds in memory beside the archive. */
const MAX_TOTAL_BYTES = 536_870_912;

const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

// APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;

type Member = {
  readonly name: string;
  readonly method: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly offset: number;
  readonly isFolder: boolean;
};

/**
 * Reads a ZIP, strictly: one disk, no ZIP64, no encryption, nothing behind its end, stored or deflated
 * files of plain ASCII names that stay below the folder where they are unpacked, none twice, none lying
 * over another, and the same name in both places where a ZIP gives it. Sums are not checked: a bundle
 * has better ones.
 *
 * @throws BeaconError BUNDLE_MALFORMED with one sentence that names the file where there is one.
 */
export function readZip(zip: Uint8Array, inflate: Inflate): BundleFiles {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const { count, start, end } = readEnd(view);
  const members = readMembers(zip, view, { count, start, end });
  const files = new Map<string, Uint8Array>();
  let last = 0;
  for (const member of [...members].sort((a, b) => a.offset - b.offset)) {
    const from = dataOf(zip, view, member, start);
    const to = from + member.packedBytes;
    if (member.offset < last || to > start)
      throw malformed(`${member.name} lies over another file of the ZIP`);
    last = to;
    if (!member.isFolder) files.set(member.name, unpack(zip.subarray(from, to), member, inflate));
  }
  return new Map(members.flatMap(({ name }) => entryOf(files, name)));
}

const entryOf = (files: BundleFiles, name: string): [string, Uint8Array][] => {
  const bytes = files.get(name);
  return bytes === undefined ? [] : [[name, bytes]];
};

function readEnd(view: DataView): { count: number; start: number; end: number } {
  const at = view.byteLength - END_BYTES;
  if (at < 0 || view.getUint32(at, true) !== END || view.getUint16(at + 20, true) !== 0)
    throw malformed("the file is not a ZIP, or its end is missing");
  const count = view.getUint16(at + 10, true);
  const start = view.getUint32(at + 16, true);
  const isOneDisk =
    view.getUint32(at + 4, true) === 0 && view.getUint16(at + 8, true) === count && count > 0;
  if (!isOneDisk || start + view.getUint32(at + 12, true) !== at)
    throw malformed("the table of contents of the ZIP is not where it should be");
  if (count > MAX_FILES) throw malformed(`a bundle has at most ${MAX_FILES} files`);
  return { count, start, end: at };
}

function readMembers(
  zip: Uint8Array,
  view: DataView,
  table: { readonly count: number; readonly start: number; readonly end: number },
): readonly Member[] {
  const members: Member[] = [];
  const names = new Set<string>();
  let at = table.start;
  let total = 0;
  for (let i = 0; i < table.count; i++) {
    const { member, next } = readMember(zip, view, at, table.end);
    // Case does not tell two files apart on every disk.
    const name = member.name.toLowerCase();
    if (names.has(name)) throw malformed(`the ZIP holds two files named ${member.name}`);
    names.add(name);
    total += member.sizeBytes;
    if (total > MAX_TOTAL_BYTES) throw malformed("the ZIP unpacks to more than is read here");
    members.push(member);
    at = next;
  }
  if (at !== table.end)
    throw malformed("the table of contents of the ZIP does not end where it says");
  return members;
}

function readMember(
  zip: Uint8Array,
  view: DataView,
  at: number,
  end: number,
): { member: Member; next: number } {
  if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== CENTRAL)
    throw malformed("the table of contents of the ZIP cannot be read");
  const nameAt = at + CENTRAL_BYTES;
  const nameEnd = nameAt + view.getUint16(at + 28, true);
  const next = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (next > end) throw malformed("the table of contents of the ZIP cannot be read");
  const full = nameIn(zip, nameAt, nameEnd);
  const isFolder = full.endsWith("/");
  const member = {
    name: isFolder ? full.slice(0, -1) : full,
    method: view.getUint16(at + 10, true),
    packedBytes: view.getUint32(at + 20, true),
    sizeBytes: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
    isFolder,
  };
  if (!NAME.test(member.name) || full.length > 200)
    throw malformed(`the ZIP holds a file whose name is not allowed: ${JSON.stringify(full)}`);
  if ((view.getUint16(at + 8, true) & 1) !== 0) throw malformed(`${full} is encrypted`);
  if (member.method !== 0 && member.method !== 8)
    throw malformed(`${full} is packed in a way that is not read here`);
  if (member.sizeBytes > MAX_FILE_BYTES || (isFolder && member.sizeBytes > 0))
    throw malformed(`${full} is larger than any file of a bundle`);
  return { member, next };
}

/** Where a member's bytes begin. */
function dataOf(zip: Uint8Array, view: DataView, member: Member, start: number): number {
  const { offset, name, isFolder } = member;
  if (offset + LOCAL_BYTES > start || view.getUint32(offset, true) !== LOCAL)
    throw malformed(`${name} is not where the ZIP says`);
  const nameAt = offset + LOCAL_BYTES;
  const nameEnd = nameAt + view.getUint16(offset + 26, true);
  const hasSameName = nameIn(zip, nameAt, nameEnd) === (isFolder ? `${name}/` : name);
  if (!hasSameName || view.getUint16(offset + 8, true) !== member.method)
    throw malformed(`the ZIP describes ${name} in two ways`);
  return nameEnd + view.getUint16(offset + 28, true);
}

const nameIn = (zip: Uint8Array, from: number, to: number): string =>
  fromUtf8(zip.subarray(from, to)) ?? "";

function unpack(packed: Uint8Array, { name, method, sizeBytes }: Member, inflate: Inflate) {
  let bytes: Uint8Array;
  try {
    bytes = method === 0 ? packed : inflate(packed, sizeBytes);
  } catch (cause) {
    throw malformed(`${name} is damaged: it cannot be unpacked`, cause);
  }
  if (bytes.length !== sizeBytes)
    throw malformed(`${name} does not have the size that the ZIP says`);
  return bytes;
}

const malformed = (message: string, cause?: unknown): BeaconError =>
  new BeaconError("BUNDLE_MALFORMED", message, { cause });
