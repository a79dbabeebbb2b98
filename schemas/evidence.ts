import { z } from "zod";
import { CountryCode } from "@/schemas/country";
import { Door, ImagePin } from "@/schemas/job-spec";
import { Amount, Cid, Instant, JobId, SessionId, TaskId } from "@/schemas/primitives";
import { GeoVerdict } from "@/schemas/task";

// Documents that entries of the log commit to by CID. Each is stored as the block of its RFC 8785 bytes.

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
const label = z.string().max(200);

/** The other end of a connection, as this machine saw it. */
export const Peer = z.strictObject({
  /** The address that was dialled; null: it was not this machine that dialled. */
  address: z.string().max(64).nullable(),
  /** Null: no TLS. */
  tls: z.strictObject({ protocol: z.string().max(16), certificate_sha256: sha256Hex }).nullable(),
});
export type Peer = z.infer<typeof Peer>;

/** What kind of network an address belongs to, as far as the name of its autonomous system says. */
export const NetworkKind = z.enum([
  "hosting",
  "access",
  "mobile",
  "education",
  "government",
  "vpn",
]);
export type NetworkKind = z.infer<typeof NetworkKind>;

/** One source's word on where a provider is, before anything was measured. */
export const CountryClaim = z.strictObject({
  /** Null: the source does not know. */
  country: CountryCode.nullable(),
  source: label,
  at: Instant,
});
export type CountryClaim = z.infer<typeof CountryClaim>;

/** One look, out of a provider's exit, at the address that an echo service saw. */
export const ExitLook = z.strictObject({
  at: Instant,
  when: z.enum(["before", "after"]),
  /** The echo service. */
  echo: z.url().max(300),
  address: z.union([z.ipv4(), z.ipv6()]),
  /** Of the question and its answer, once the connection stood. */
  round_trip_ms: z.number().nonnegative(),
  /** sha256 of the echo's answer. */
  answer_sha256: sha256Hex,
  peer: Peer,
  opinions: z
    .array(
      z.strictObject({
        database: label,
        /** When the database was made; null: it does not say. */
        built: label.nullable(),
        /** Null: it does not know the address. */
        country: CountryCode.nullable(),
      }),
    )
    .max(8),
  /** The autonomous system that announces the address; null: no database here knows. */
  network: z
    .strictObject({
      asn: z.int().positive(),
      name: label.nullable(),
      kind: NetworkKind.nullable(),
    })
    .nullable(),
});
export type ExitLook = z.infer<typeof ExitLook>;

/** A look that was tried and that no address came of. */
export const FailedLook = z.strictObject({
  /** When it was given up. */
  at: Instant,
  when: ExitLook.shape.when,
  echo: ExitLook.shape.echo,
  /** What went wrong, as a code of Beacon's. */
  code: z
    .string()
    .max(64)
    .regex(/^[A-Z][A-Z0-9_]*$/),
});
export type FailedLook = z.infer<typeof FailedLook>;

/**
 * Everything that is known of where a session's provider stands. A probe proves the exit, not where
 * the machine stands.
 */
export const VantageDocument = z.strictObject({
  v: z.literal(1),
  type: z.literal("beacon.vantage/v1"),
  simulated: z.boolean(),
  job: JobId,
  session: SessionId,
  /** The country that the provider was rented for. */
  country: CountryCode,
  provider: z.strictObject({ id: z.string().regex(/^0x[0-9a-f]{40}$/), name: label }),
  agreement: z.string().max(128),
  activity: z.string().max(128),
  image: ImagePin,
  /** sha256 of the computation manifest that opened the exit; null: none was sent. */
  manifest_sha256: sha256Hex.nullable(),
  claims: z.array(CountryClaim).max(16),
  looks: z.array(ExitLook).max(32),
  /** A provider can keep looks from coming back: that they were tried is evidence as well. */
  failed_looks: z.array(FailedLook).max(64),
  /** How far from this machine the exit can be at most, in km, by the fastest round trip over TLS; null: none came back. */
  within_km: z.number().nonnegative().nullable(),
  verdict: GeoVerdict,
});
export type VantageDocument = z.infer<typeof VantageDocument>;

/** Header fields in the order in which they came, at most as many as are kept. */
const headers = z.array(z.tuple([z.string().max(128), z.string().max(2_048)])).max(64);

/** One question as it was sent and what came with its answer. The answer's bytes are a block of their own. */
export const ExchangeDocument = z.strictObject({
  v: z.literal(1),
  type: z.literal("beacon.exchange/v1"),
  simulated: z.boolean(),
  job: JobId,
  task: TaskId,
  /** The way that was taken: a service on the internet that is asked from home is reached by no exit. */
  door: Door,
  request: z.strictObject({
    method: z.enum(["GET", "POST"]),
    /** For the model door, which has no name on the internet: `http://door/…`. */
    url: z.string().max(600),
    /** The field that carries the key says `withheld`. */
    headers,
    /** The body as text; requests are UTF-8. */
    body: z.string().max(1_000_000),
  }),
  response: z.strictObject({
    status: z.int().min(100).max(599),
    headers,
    cid: Cid,
    size_bytes: z.int().nonnegative(),
  }),
  peer: Peer.nullable(),
  started_at: Instant,
  /** From the request to the answer's first byte. */
  first_byte_ms: z.int().nonnegative().nullable(),
  finished_at: Instant,
  /** As the service counted; null: it did not say. */
  prompt_tokens: z.int().nonnegative().nullable(),
  output_tokens: z.int().nonnegative().nullable(),
  /** Null: nothing is charged, or what it costs is not known. */
  cost: z
    .strictObject({
      usd: Amount,
      /** Where the price comes from, and of which day. */
      source: label,
      date: z.iso.date(),
    })
    .nullable(),
});
export type ExchangeDocument = z.infer<typeof ExchangeDocument>;
