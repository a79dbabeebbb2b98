import type { KuboRPCClient } from "kubo-rpc-client";
import { CID } from "multiformats/cid";
import { Cid } from "@/schemas/primitives";
import type { WithDeadline } from "@/server/adapters/clock/deadline";
import type { ContentStore } from "@/server/adapters/ipfs/content-store";
import { isAbsent, isNotPinned, translated } from "@/server/adapters/ipfs/kubo-failure";
import { lookOf } from "@/server/adapters/ipfs/look";
import { cidOf, MAX_BLOCK_BYTES } from "@/server/domain/digest";
import { BeaconError } from "@/server/domain/errors";

export type KuboStoreOptions = {
  /** The node's RPC address; a name and password in it are sent as basic authentication. */
  readonly url: string;
  readonly withDeadline: WithDeadline;
  /** How long one call may take, in milliseconds. */
  readonly limitMs?: number;
};

/** A megabyte on a slow disk takes a second or two; a process that ends can wait for this. */
const LIMIT_MS = 5_000;

/** CIDv1 of the bytes as they are, and kept for good (Kubo's `block put`). */
const AS_RAW_BLOCK = { cidCodec: "raw", mhtype: "sha2-256", pin: true } as const;
/** The node may not ask its peers: we only want to know what it keeps itself. */
const HERE_ONLY = { offline: true } as const;

/** One visit to the node: all its calls share the one time limit. */
type Visit = { readonly client: KuboRPCClient; readonly signal: AbortSignal };

/** Blocks in a Kubo node, through its RPC. Nothing that the node says about a block is believed unchecked. */
export function createKuboStore(options: KuboStoreOptions): ContentStore {
  const { withDeadline, limitMs = LIMIT_MS } = options;
  const name = new URL(options.url).host;
  const connect = connecting(options.url);
  async function visit<T>(
    work: (visit: Visit) => Promise<T>,
    ...signals: readonly AbortSignal[]
  ): Promise<T> {
    try {
      return await withDeadline(limitMs, signals, async (signal) =>
        work({ client: await connect(), signal }),
      );
    } catch (error) {
      throw translated(error, name);
    }
  }
  return {
    name,
    async put(bytes) {
      const cid = cidOf(bytes);
      await visit((at) => store(at, name, cid, bytes));
      return cid;
    },
    get: (cid) => visit((at) => read(at, name, cid)),
    pin: (cid) => visit((at) => pin(at, cid)),
    list: () => listPins(connect, visit),
    probe: (cid, signal) => lookOf(cid, () => visit((at) => readPinned(at, name, cid), signal)),
  };
}

/** The client, made at its first use: only installations that have a Kubo node load its library. */
function connecting(address: string): () => Promise<KuboRPCClient> {
  const url = new URL(address);
  const { username, password } = url;
  // `fetch` refuses an address with a password, and such an address would end up in messages.
  url.username = "";
  url.password = "";
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const headers =
    credentials === ":"
      ? {}
      : { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
  let client: Promise<KuboRPCClient> | undefined;
  return () => {
    client ??= import("kubo-rpc-client").then(({ create }) => create({ url, headers }));
    return client;
  };
}

/** Puts the block, and does not leave before the node says by itself that it is pinned. */
async function store(at: Visit, name: string, cid: Cid, bytes: Uint8Array): Promise<void> {
  const told = await at.client.block.put(bytes, { ...AS_RAW_BLOCK, signal: at.signal });
  if (String(told) !== cid)
    throw new BeaconError("CONTENT_STORE_REFUSED", `${name} calls the block ${cid} by another CID`);
  if (!(await isPinned(at, cid)) && !(await pin(at, cid)))
    throw new BeaconError("CONTENT_STORE_REFUSED", `${name} does not pin the block ${cid}`);
}

/**
 * The block's bytes, hashed. Through `cat`, which hands them over piece by piece: `block get` would
 * take into memory whatever a node sends. Of a raw block both are the block.
 */
async function read({ client, signal }: Visit, name: string, cid: Cid): Promise<Uint8Array | null> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const piece of client.cat(CID.parse(cid), { ...HERE_ONLY, signal })) {
      pieces.push(piece);
      sizeBytes += piece.length;
      if (sizeBytes > MAX_BLOCK_BYTES) break;
    }
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
  const bytes = Buffer.concat(pieces);
  if (sizeBytes > MAX_BLOCK_BYTES || cidOf(bytes) !== cid)
    throw new BeaconError("BLOCK_CID_MISMATCH", `${name} sent other bytes than those of ${cid}`);
  return bytes;
}

async function readPinned(at: Visit, name: string, cid: Cid): Promise<Uint8Array | null> {
  const bytes = await read(at, name, cid);
  if (bytes !== null && !(await isPinned(at, cid)))
    throw new BeaconError("CONTENT_STORE_REFUSED", `${name} has the block ${cid} but no pin on it`);
  return bytes;
}

/** False: the node does not have the block. */
async function pin({ client, signal }: Visit, cid: Cid): Promise<boolean> {
  try {
    return String(await client.pin.add(CID.parse(cid), { ...HERE_ONLY, signal })) === cid;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

async function isPinned({ client, signal }: Visit, cid: Cid): Promise<boolean> {
  try {
    for await (const found of client.pin.ls({ paths: CID.parse(cid), type: "recursive", signal }))
      if (String(found.cid) === cid) return true;
    return false;
  } catch (error) {
    if (isNotPinned(error)) return false;
    throw error;
  }
}

/** All pins that are blocks of our kind. A listing may be long, so each of its items has the time limit. */
async function* listPins(
  connect: () => Promise<KuboRPCClient>,
  visit: <T>(work: (visit: Visit) => Promise<T>) => Promise<T>,
): AsyncGenerator<Cid> {
  const stop = new AbortController();
  const client = await connect();
  const pins = client.pin.ls({ type: "recursive", signal: stop.signal })[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await visit(({ signal }) => {
        signal.addEventListener("abort", () => stop.abort(signal.reason), { once: true });
        return pins.next();
      });
      if (next.done === true) return;
      const cid = Cid.safeParse(String(next.value.cid));
      if (cid.success) yield cid.data;
    }
  } finally {
    stop.abort();
  }
}
