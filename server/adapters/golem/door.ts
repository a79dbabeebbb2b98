import type { Peer } from "@/schemas/evidence";

export type DoorRequest = {
  readonly method: "GET" | "POST";
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** Aborting ends the request at once, also while the body is being read. */
  readonly signal: AbortSignal;
  /** The largest body that is read, after any content coding is undone; one byte more ends the request. */
  readonly maxBytes: number;
};

export type DoorResponse = {
  readonly status: number;
  /** Names in lower case, in the order in which they came; repeated fields stand repeatedly. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The body's bytes, transfer and content coding undone. */
  readonly body: Uint8Array;
  /** Null: the other end of the tunnel, which has no address of its own. */
  readonly peer: Peer | null;
  /** From the request's start to the answer's first byte. */
  readonly firstByteMs: number;
};

/** HTTP/1.1 to one origin; connections are kept alive. Through a provider's tunnel, or from home. */
export type Door = {
  /** What stands before a path in this door's URLs: `https://api.openai.com`, or `http://door` for a model server in a machine. */
  readonly origin: string;
  /**
   * @throws BeaconError MODEL_UNREACHABLE before the first response byte (may be tried again),
   * EXIT_REFUSED when the exit's proxy would not connect, EXIT_TLS_FAILED when the service's certificate
   * does not hold, MODEL_RESPONSE_CUT_SHORT after the first byte, MODEL_RESPONSE_TOO_LARGE,
   * MODEL_RESPONSE_MALFORMED for what is no HTTP or no sound content coding, MODEL_TIMED_OUT when
   * `signal` aborts with a "TimeoutError"; when it aborts for another reason, one of the first or
   * MODEL_RESPONSE_CUT_SHORT.
   */
  request(request: DoorRequest): Promise<DoorResponse>;
};
