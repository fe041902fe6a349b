/**
 * Why a law would hold of any function, or undefined: it does not call this one, it says that a call equals itself, or it is true whatever that gives.
 * More is not seen by its text; the mutants show what the cases are worth.
 */
export function emptyLaw(expression: string, name: string): string | undefined {
  if (!new RegExp(`\\b${name}\\s*\\(`).test(expression)) return 'it says nothing of the function';
  const tight = expression.replaceAll(/\s+/g, '');
  if (/(?:^|\bor\b|\|\|)\(?\s*(?:True|true|not\s+False|!false|1\s*={2,3}\s*1)\s*\)?(?:\s*$|\s+or\b|\s*\|\|)/.test(expression)) return 'it is true whatever the function gives';
  // Of two sides that are one text the call is the same; a comparison inside of brackets is part of a side.
  const sides = sidesOf(tight);
  return sides.length === 2 && sides[0] === sides[1] ? 'it compares a call with itself' : undefined;
}

/** The two sides of a comparison for equality that is the whole law. */
function sidesOf(law: string): string[] {
  const bare = /^\((.*)\)$/.exec(law)?.[1];
  const text = bare !== undefined && isBalanced(bare) ? bare : law;
  if (/\band\b|\bor\b|&&|\|\|/.test(text)) return [];
  return text.split(/(?<![=!<>])={2,3}(?!=)/);
}

/** Whether no bracket is closed that was not opened in it. */
function isBalanced(text: string): boolean {
  let depth = 0;
  for (const letter of text) {
    depth += letter === '(' ? 1 : letter === ')' ? -1 : 0;
    if (depth < 0) return false;
  }
  return depth === 0;
}
