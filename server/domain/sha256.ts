/** The first 64 primes: SHA-256 takes its constants from their roots. */
const PRIMES = /* @__PURE__ */ firstPrimes(64);

function firstPrimes(count: number): readonly number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((p) => n % p > 0)) primes.push(n);
  return primes;
}

/** The first 32 bits behind the point, before it. */
const fraction = (root: number): number => (root % 1) * 2 ** 32;

/** FIPS 180-4, section 4.2.2: from cube roots. A double knows 18 bits more than are taken. */
const ROUND_CONSTANTS = /* @__PURE__ */ Int32Array.from(PRIMES, (p) => fraction(Math.cbrt(p)));

/** FIPS 180-4, section 5.3.3: from square roots. */
const INITIAL_STATE = /* @__PURE__ */ PRIMES.slice(0, 8).map((p) => fraction(Math.sqrt(p)));

/** The message schedule of one block. Kept: each call fills it anew. */
const W = /* @__PURE__ */ new Int32Array(64);

/**
 * SHA-256 (FIPS 180-4), 32 bytes. Synchronous, as the log's tree needs it, and small: the verifier
 * that readers load has no other.
 */
export function sha256(message: Uint8Array): Uint8Array<ArrayBuffer> {
  // Section 5.1.1: a one bit, zeroes, and the length in bits fill the last block.
  const padded = new Uint8Array(((message.length + 72) >> 6) << 6);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, message.length / 2 ** 29);
  view.setUint32(padded.length - 4, message.length << 3);

  const state = Int32Array.from(INITIAL_STATE);
  for (let at = 0; at < padded.length; at += 64) compress(state, view, at);
  for (let i = 0; i < 8; i++) view.setInt32(i * 4, state[i] as number);
  return padded.slice(0, 32);
}

/** Section 6.2.2, for the 64 bytes at `at`. */
function compress(state: Int32Array, block: DataView, at: number): void {
  // The standard's a to h. They move on by one place each round: here the ring turns instead.
  const ring = state.slice();
  for (let t = 0; t < 64; t++) {
    W[t] =
      t < 16
        ? block.getInt32(at + t * 4)
        : sigma(W[t - 15] as number, 7, 18, 3) +
          sigma(W[t - 2] as number, 17, 19, 10) +
          (W[t - 7] as number) +
          (W[t - 16] as number);
    const a = ring[-t & 7] as number;
    const b = ring[(1 - t) & 7] as number;
    const c = ring[(2 - t) & 7] as number;
    const e = ring[(4 - t) & 7] as number;
    const f = ring[(5 - t) & 7] as number;
    const g = ring[(6 - t) & 7] as number;
    const h = ring[(7 - t) & 7] as number;
    const t1 =
      h +
      (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) +
      ((e & f) ^ (~e & g)) +
      (ROUND_CONSTANTS[t] as number) +
      (W[t] as number);
    (ring[(3 - t) & 7] as number) += t1;
    ring[(7 - t) & 7] =
      t1 + (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
  }
  for (let i = 0; i < 8; i++) (state[i] as number) += ring[i] as number;
}

/** Section 4.1.2: the functions of the message schedule, two turns and a shift. */
const sigma = (word: number, first: number, second: number, shift: number): number =>
  turn(word, first) ^ turn(word, second) ^ (word >>> shift);

/** Rotates 32 bits to the right. */
const turn = (word: number, by: number): number => (word >>> by) | (word << (32 - by));
