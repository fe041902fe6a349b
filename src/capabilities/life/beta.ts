/** Terms of the continued fraction; 300 are enough up to parameters of about 10,000, and each step below stops much earlier. */
const MOST_TERMS = 10_000;
const PRECISION = 1e-15;
/** Stands for a zero that is divided by. */
const TINY = 1e-300;

/**
 * Share of the Beta(a, b) distribution that lies below x: the regularised incomplete beta function I_x(a, b). By its continued fraction (NIST
 * DLMF 8.17.22), evaluated by Lentz's method, on the side of the mean where that converges fast.
 *
 * @param a above 0
 * @param b above 0
 * @param x 0 to 1
 * @example betaBelow(0.5, 2, 2) // 0.5
 */
export function betaBelow(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  return x < (a + 1) / (a + b + 2) ? left(x, a, b) : 1 - left(1 - x, b, a);
}

function left(x: number, a: number, b: number): number {
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a;
  return front / fraction(x, a, b);
}

/** 1 + d1/(1 + d2/(1 + …)), from the front. */
function fraction(x: number, a: number, b: number): number {
  let value = 1;
  let above = 1;
  let below = 0;
  for (let term = 1; term < MOST_TERMS; term += 1) {
    const m = term >> 1;
    const d = term % 2 === 0 ? (m * (b - m) * x) / ((a + term - 1) * (a + term)) : (-(a + m) * (a + b + m) * x) / ((a + term - 1) * (a + term));
    below = 1 / (1 + d * below || TINY);
    above = 1 + d / above || TINY;
    value *= above * below;
    if (Math.abs(above * below - 1) < PRECISION) break;
  }
  return value;
}

/** Coefficients of Stirling's series (NIST DLMF 5.11.1): B(2k) / (2k (2k - 1)). */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156];
/** Where the series is exact to the last digits; smaller numbers are brought there by Γ(x + 1) = x Γ(x). */
const FAR = 12;

/** The logarithm of the gamma function. @param x above 0 */
export function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < FAR; at += 1) shift += Math.log(at);
  const series = STIRLING.reduce((sum, coefficient, k) => sum + coefficient / at ** (2 * k + 1), 0);
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
