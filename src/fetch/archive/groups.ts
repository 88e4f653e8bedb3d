// Packages that can only be built together. Debian's dependencies have cycles (libc6 and libgcc-s1), derivations have none: so
// each strongly connected component becomes a group with one output for all its members. Merge rules make groups of more
// packages beforehand: programs which look for their data beside themselves, where Debian spreads it over several packages.

/** Packages whose names match one pattern belong together, those with different captures apart (gcc-12 and gcc-13). */
interface MergeRule {
  /** The group's name; `$1` stands for the capture. Should be the name of one of its members. */
  readonly group: string;
  readonly pattern: RegExp;
}

const mergeRules: readonly MergeRule[] = [
  // python3 finds its standard library from where the program lies.
  {
    group: "python3",
    pattern: /^(?:python3|python3-minimal|libpython3-stdlib|(?:lib)?python3\.\d+-(?:minimal|stdlib)|python3\.\d+)$/,
  },
  // perl's library is spread over these.
  { group: "perl", pattern: /^(?:perl|perl-base|perl-modules-5\.\d+|libperl5\.\d+(?:t64)?)$/ },
  // These depend on each other; the rule gives them their name.
  { group: "ruby", pattern: /^(?:ruby|libruby|(?:lib)?ruby\d+\.\d+|rake|ruby-rubygems)$/ },
  // gcc finds cc1, cc1plus, headers and start files from where the driver lies.
  { group: "gcc-$1", pattern: /^(?:cpp|gcc|g\+\+|libgcc|libstdc\+\+)-(\d+)(?:-x86-64-linux-gnu|-dev)?$/ },
];

/**
 * By package: the name of its group. Packages alone in theirs are left out. A group is called after the rule that made it, else
 * after the first member that `isLeader` accepts, else after the first.
 */
export function computeGroups(
  depends: ReadonlyMap<string, readonly string[]>,
  isLeader: (name: string) => boolean = () => false,
  rules = mergeRules,
): ReadonlyMap<string, string> {
  const merged = applyRules([...depends.keys()], rules);
  const nodeOf = (name: string): string => merged.get(name) ?? name;
  const edges = new Map<string, Set<string>>();
  for (const [name, targets] of depends) {
    const node = nodeOf(name);
    const out = edges.get(node) ?? new Set();
    for (const target of targets) if (depends.has(target) && nodeOf(target) !== node) out.add(nodeOf(target));
    edges.set(node, out);
  }
  const ruledNames = new Set(merged.values());
  const componentOf = new Map<string, string>();
  for (const component of stronglyConnected(edges)) {
    const ruled = component.filter((node) => ruledNames.has(node));
    const sorted = [...(ruled.length > 0 ? ruled : component)].toSorted();
    const name = sorted.find(isLeader) ?? sorted[0] ?? "";
    for (const node of component) componentOf.set(node, name);
  }
  const members = new Map<string, string[]>();
  for (const name of depends.keys()) {
    const group = componentOf.get(nodeOf(name)) ?? name;
    members.set(group, [...(members.get(group) ?? []), name]);
  }
  const groups = new Map<string, string>();
  for (const [group, names] of members) {
    if (names.length > 1) for (const name of names) groups.set(name, group);
  }
  return groups;
}

function applyRules(names: readonly string[], rules: readonly MergeRule[]): ReadonlyMap<string, string> {
  const merged = new Map<string, string>();
  for (const name of names) {
    for (const { group, pattern } of rules) {
      const match = pattern.exec(name);
      if (match !== null) merged.set(name, group.replace("$1", match[1] ?? ""));
    }
  }
  return merged;
}

/** Tarjan's algorithm with a stack of its own: the archive's longest chains are deeper than the machine's. */
function stronglyConnected(edges: ReadonlyMap<string, ReadonlySet<string>>): readonly (readonly string[])[] {
  interface Visit {
    readonly node: string;
    readonly targets: Iterator<string>;
  }
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const components: (readonly string[])[] = [];
  const path: Visit[] = [];
  const enter = (node: string): void => {
    order.set(node, order.size);
    lowest.set(node, order.size - 1);
    open.push(node);
    isOpen.add(node);
    path.push({ node, targets: (edges.get(node) ?? new Set<string>()).values() });
  };
  const lower = (node: string, to: number): void => {
    lowest.set(node, Math.min(lowest.get(node) ?? to, to));
  };
  for (const root of edges.keys()) {
    if (order.has(root)) continue;
    enter(root);
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const { node } = visit;
      const next = visit.targets.next();
      if (next.done !== true) {
        if (!order.has(next.value)) enter(next.value);
        else if (isOpen.has(next.value)) lower(node, order.get(next.value) ?? 0);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) lower(parent.node, lowest.get(node) ?? 0);
      if (lowest.get(node) === order.get(node)) {
        const component = open.splice(open.lastIndexOf(node));
        for (const member of component) isOpen.delete(member);
        components.push(component);
      }
    }
  }
  return components;
}
