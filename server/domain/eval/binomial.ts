/** ln(k!) at `k`, as far as anybody has asked; grown by compensated summation (Kahan 1965). */
const logFactorials = [0];
let lost = 0;

/** ln(n!) for whole n >= 0, to some 15 digits. */
export function logFactorial(n: number): number {
  for (let k = logFactorials.length; k <= n; k++) {
    const before = logFactorials[k - 1] ?? 0;
    const step = Math.log(k) - lost;
    const sum = before + step;
    lost = sum - before - step;
    logFactorials.push(sum);
  }
  return logFactorials[n] ?? 0;
}

/** ln of the number of ways to choose `k` out of `n`. -Infinity where there is none. */
export const logChoose = (n: number, k: number): number =>
  k < 0 || k > n
    ? Number.NEGATIVE_INFINITY
    : logFactorial(n) - logFactorial(k) - logFactorial(n - k);

/** How likely each of 0, 1, … n events is when each of `n` tries has the chance `p`. */
export function binomialWeights(n: number, p: number): Float64Array {
  const weights = new Float64Array(n + 1);
  if (p <= 0 || p >= 1) {
    weights[p <= 0 ? 0 : n] = 1;
    return weights;
  }
  const [hit, miss] = [Math.log(p), Math.log1p(-p)];
  for (let k = 0; k <= n; k++) weights[k] = Math.exp(logChoose(n, k) + k * hit + (n - k) * miss);
  return weights;
}
