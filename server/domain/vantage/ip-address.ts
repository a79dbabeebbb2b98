/** An internet address as a number. An IPv4 address that was written as IPv6 (`::ffff:…`) is family 4. */
export type IpAddress = { readonly family: 4 | 6; readonly value: bigint };

/** Reads an address in its textual form (RFC 4291, section 2.2; dotted decimal). Null: it is none, or names a zone. */
export function parseIpAddress(text: string): IpAddress | null {
  if (!text.includes(":")) {
    const value = parseIpv4(text);
    return value === null ? null : { family: 4, value };
  }
  const value = parseIpv6(text);
  if (value === null) return null;
  return value >> 32n === 0xffffn
    ? { family: 4, value: value & 0xffff_ffffn }
    : { family: 6, value };
}

function parseIpv4(text: string): bigint | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let value = 0n;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

const GROUPS = 8;

function parseIpv6(text: string): bigint | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [head = "", tail] = halves;
  const first = groupsOf(head, tail === undefined);
  const last = tail === undefined ? [] : groupsOf(tail, true);
  if (first === null || last === null) return null;
  const gap = GROUPS - first.length - last.length;
  // "::" stands for one group of zeros at least.
  if (tail === undefined ? gap !== 0 : gap < 1) return null;
  const groups = [...first, ...Array<bigint>(gap).fill(0n), ...last];
  return groups.reduce((value, group) => (value << 16n) | group, 0n);
}

/** The 16-bit groups of one side of the "::"; an IPv4 address may stand at the very end. */
function groupsOf(text: string, isEnd: boolean): readonly bigint[] | null {
  if (text === "") return [];
  const groups: bigint[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    const v4 = isEnd && i === parts.length - 1 && part.includes(".") ? parseIpv4(part) : null;
    if (v4 !== null) groups.push(v4 >> 16n, v4 & 0xffffn);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else return null;
  }
  return groups;
}

/** Base in its usual form, and how many bits of it count. */
type Block = { readonly address: IpAddress; readonly bits: number };

function block(text: string, bits: number): Block {
  const address = parseIpAddress(text);
  if (address === null) throw new Error(`${text} is no address`);
  return { address, bits };
}

/** IANA's registry of special-purpose IPv4 addresses (RFC 6890), without those that are in use like any other, and multicast and what is above it. */
const SPECIAL_IPV4 = [
  block("0.0.0.0", 8),
  block("10.0.0.0", 8),
  block("100.64.0.0", 10),
  block("127.0.0.0", 8),
  block("169.254.0.0", 16),
  block("172.16.0.0", 12),
  block("192.0.0.0", 24),
  block("192.0.2.0", 24),
  block("192.88.99.0", 24),
  block("192.168.0.0", 16),
  block("198.18.0.0", 15),
  block("198.51.100.0", 24),
  block("203.0.113.0", 24),
  block("224.0.0.0", 3),
];

/** The part of IPv6 that is given out to networks (RFC 4291, section 2.4; IANA's registry of IPv6 unicast). */
const GLOBAL_IPV6 = block("2000::", 3);

/** What of it belongs to no place: protocol assignments with Teredo, documentation (RFC 3849, RFC 9637), 6to4. */
const SPECIAL_IPV6 = [
  block("2001::", 23),
  block("2001:db8::", 32),
  block("2002::", 16),
  block("3fff::", 20),
];

/**
 * Whether an address is one that a network on the internet may hold. Private, loopback, documentation
 * and multicast addresses are in no country, and address databases are known to name one all the same.
 */
export function isOnInternet(address: IpAddress): boolean {
  const isIn = ({ address: base, bits }: Block) => {
    const rest = BigInt((base.family === 4 ? 32 : 128) - bits);
    return address.value >> rest === base.value >> rest;
  };
  return address.family === 4
    ? !SPECIAL_IPV4.some(isIn)
    : isIn(GLOBAL_IPV6) && !SPECIAL_IPV6.some(isIn);
}

/** An address in the one form that every reader takes: dotted decimal, or all eight groups. */
export function formatIpAddress({ family, value }: IpAddress): string {
  const [groups, bits] = family === 4 ? [4, 8n] : [GROUPS, 16n];
  const mask = (1n << bits) - 1n;
  const parts = Array.from({ length: groups }, (_, i) =>
    ((value >> (bits * BigInt(groups - 1 - i))) & mask).toString(family === 4 ? 10 : 16),
  );
  return parts.join(family === 4 ? "." : ":");
}
