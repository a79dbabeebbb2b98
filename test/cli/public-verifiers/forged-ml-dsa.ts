import { shake128, shake256 } from "@noble/hashes/sha3.js";
import { concat } from "@/server/domain/bytes";

// ML-DSA-44's numbers (FIPS 204, table 1).
const Q = 8_380_417;
const GAMMA1 = 2 ** 17;
const GAMMA2 = (Q - 1) / 88;
const [ROWS, COLUMNS, MOST_HINTS] = [4, 4, 80];

/** A key whose t1 is zero: whoever makes it needs no secret, so that any z can be signed with. */
export const openKey = concat(new Uint8Array(32).fill(5), new Uint8Array(ROWS * 320));

const power = (base: number, exponent: number): number => {
  let [result, square] = [1, base];
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = (result * square) % Q;
    square = (square * square) % Q;
  }
  return result;
};
const reversed = (i: number): number =>
  Number.parseInt([...i.toString(2).padStart(8, "0")].reverse().join(""), 2);

/** The polynomial whose NTT is drawn from the seed: by the sums that define the transform, one by one. */
function polynomialOf(seed: Uint8Array): number[] {
  const stream = shake128(seed, { dkLen: 1_200 });
  const values: number[] = [];
  for (let i = 0; values.length < 256; i += 3) {
    const [low = 0, middle = 0, high = 0] = stream.subarray(i, i + 3);
    const value = low + 256 * middle + 65_536 * (high % 128);
    if (value < Q) values.push(value);
  }
  const scale = power(256, Q - 2);
  return values.map((_, j) => {
    const sum = values.reduce((total, value, i) => {
      const root = power(1753, 2 * reversed(i) + 1);
      return (total + value * power(power(root, Q - 2), j)) % Q;
    }, 0);
    return (sum * scale) % Q;
  });
}

/** The first column of the key's matrix A. */
const firstColumn = Array.from({ length: ROWS }, (_, row) =>
  polynomialOf(concat(openKey.subarray(0, 32), Uint8Array.of(0, row))),
);

/** The high part of r in steps of 2 * GAMMA2, one step towards the hint where there is one. */
function highPart(r: number, hasHint: boolean): number {
  const low = r % (2 * GAMMA2);
  const centred = low > GAMMA2 ? low - 2 * GAMMA2 : low;
  const isTop = r - centred === Q - 1;
  const high = isTop ? 0 : (r - centred) / (2 * GAMMA2);
  if (!hasHint) return high;
  return (high + ((isTop ? centred - 1 : centred) > 0 ? 1 : 43)) % 44;
}

const packed = (values: readonly number[], width: number): Uint8Array => {
  const bits = values.reduceRight((sum, value) => (sum << BigInt(width)) | BigInt(value), 0n);
  return Uint8Array.from({ length: 32 * width }, (_, i) => Number((bits >> BigInt(8 * i)) & 0xffn));
};

/**
 * A signature of `openKey` that is right in everything but, if one asks for it, the size of z or the
 * spelling of the hint.
 *
 * @param z the constant coefficient of the first polynomial of z; all others are zero.
 * @param hint 84 bytes as in a signature: 80 places, and where the places of each row end.
 */
export function forged(message: Uint8Array, z: number, hint: Uint8Array): Uint8Array {
  const mu = shake256
    .create({ dkLen: 64 })
    .update(shake256(openKey, { dkLen: 64 }))
    .update(Uint8Array.of(0, 0))
    .update(message)
    .digest();
  const high = firstColumn.map((polynomial, row) => {
    const start = row === 0 ? 0 : (hint[MOST_HINTS + row - 1] ?? 0);
    const places = new Set(hint.subarray(start, Math.max(start, hint[MOST_HINTS + row] ?? 0)));
    const scaled = polynomial.map((value) => (value * (((z % Q) + Q) % Q)) % Q);
    return packed(
      scaled.map((r, i) => highPart(r, places.has(i))),
      6,
    );
  });
  const challenge = shake256(concat(mu, ...high), { dkLen: 32 });
  const zero = new Array<number>(256).fill(GAMMA1);
  const vectors = Array.from({ length: COLUMNS }, (_, column) =>
    packed(column === 0 ? zero.with(0, GAMMA1 - z) : zero, 18),
  );
  return concat(challenge, ...vectors, hint);
}

/** A hint in its bytes: the places of each row, and zeroes up to the ends of the rows. */
export function hintOf(...rows: readonly (readonly number[])[]): Uint8Array {
  const hint = new Uint8Array(MOST_HINTS + ROWS);
  hint.set(rows.flat());
  for (let row = 0; row < ROWS; row++)
    hint[MOST_HINTS + row] = rows.slice(0, row + 1).flat().length;
  return hint;
}
