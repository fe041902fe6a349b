import { canonicalJson } from '../core/hash.ts';
import type { Attempt } from './state.ts';

/**
 * Says why the attempts so far go in circles, or nothing.
 *
 * The rules are OpenHands' stuck detector (four equal actions with equal observations; two that alternate over six) brought
 * to whole attempts, where one costs minutes and three are evidence enough, and three rules for test loops: the same change
 * with the same failing tests twice, a step that fails in the same way three times, three changed attempts in a row that
 * turn no further test green.
 */
export function whyStuck(attempts: readonly Attempt[]): string | undefined {
  const last = attempts.at(-1);
  if (!last) return undefined;
  const signature = (a: Attempt) => canonicalJson([a.plan?.steps.map((s) => [s.action, s.args]) ?? null, a.failure?.code ?? null, a.failing ?? null]);
  const tail = (n: number) => (attempts.length >= n ? attempts.slice(-n) : undefined);

  const three = tail(3);
  if (three && new Set(three.map(signature)).size === 1) return 'the same plan with the same result three times';
  if (three && three.every((a) => a.failure) && new Set(three.map((a) => canonicalJson([a.failure!.action, a.failure!.code]))).size === 1) {
    return `a ${last.failure!.action} step failed three times in a row with '${last.failure!.code}'`;
  }
  const two = tail(2);
  if (two && two.every((a) => a.diffHash && a.failing?.length) && two[0]!.diffHash === two[1]!.diffHash && canonicalJson(two[0]!.failing) === canonicalJson(two[1]!.failing)) {
    return 'the same change left the same tests failing twice';
  }
  const four = tail(4);
  if (four) {
    const [a, b, c, d] = four.map(signature);
    if (a === c && b === d && a !== b) return 'two attempts alternate';
    const empty = four.every((x) => x.to !== undefined && x.diffHash === four[0]!.diffHash && !x.failing);
    if (empty) return 'four attempts changed nothing';
  }
  const progress = tail(4);
  if (progress && progress.every((a) => a.verdict)) {
    const passing = progress.map((a) => a.verdict!.score.passing);
    const failing = progress.map((a) => a.failing!.length);
    if (passing.slice(1).every((p) => p <= passing[0]!) && failing.slice(1).every((f) => f >= failing[0]!)) {
      return 'three changed attempts in a row turned no further test green';
    }
  }
  return undefined;
}

/** Five lines at most for the next prompt: what was tried since the last clean start, and why it is given up. */
export function postMortem(attempts: readonly Attempt[], reason: string): string {
  const lines = attempts.slice(-4).map((a) => {
    const result = a.failure ? `step ${a.failure.step} failed: ${a.failure.code}` : a.failing ? `${a.failing.length} test(s) failing` : 'no test result';
    return `- attempt ${a.n}: ${a.plan?.summary ?? 'no plan'} → ${result}`;
  });
  return [`Earlier attempts were given up because ${reason}. Take another approach.`, ...lines].join('\n');
}
