/** A way from a node back to itself, its first node repeated at the end; undefined where there is none. */
export function cycleIn(nodes: readonly string[], next: (node: string) => readonly string[]): string[] | undefined {
  const done = new Set<string>();
  const walk = (node: string, path: readonly string[]): string[] | undefined => {
    const at = path.indexOf(node);
    if (at >= 0) return [...path.slice(at), node];
    if (done.has(node)) return undefined;
    for (const one of next(node)) {
      const cycle = walk(one, [...path, node]);
      if (cycle) return cycle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of nodes) {
    const cycle = walk(node, []);
    if (cycle) return cycle;
  }
  return undefined;
}

/** The nodes in an order in which each stands behind those that it leads to; those that are not among `nodes` are left out. */
export function inOrder(nodes: readonly string[], next: (node: string) => readonly string[]): string[] {
  const wanted = new Set(nodes);
  const order: string[] = [];
  const seen = new Set<string>();
  const visit = (node: string): void => {
    if (seen.has(node)) return;
    seen.add(node);
    for (const one of next(node)) visit(one);
    if (wanted.has(node)) order.push(node);
  };
  nodes.forEach(visit);
  return order;
}
