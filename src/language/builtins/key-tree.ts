// The keys that genericClosure has met, in the tree that Nix keeps them in: the red-black tree of std::map. Which keys are
// compared, and in what order, decides which of them an error about keys of different kinds names.

export interface TreeEntry<Key, Element> {
  readonly key: Key;
  readonly element: Element;
}

interface Node<Key, Element> extends TreeEntry<Key, Element> {
  parent: Node<Key, Element> | undefined;
  left: Node<Key, Element> | undefined;
  right: Node<Key, Element> | undefined;
  isRed: boolean;
}

export class KeyTree<Key, Element> {
  private root: Node<Key, Element> | undefined;
  private readonly isLess: (a: Key, b: Key) => boolean;

  /** `isLess` may throw; then nothing is inserted. */
  constructor(isLess: (a: Key, b: Key) => boolean) {
    this.isLess = isLess;
  }

  /** Whether the key is new, and so inserted. */
  insert(key: Key, element: Element): boolean {
    let parent: Node<Key, Element> | undefined;
    let goesLeft = true;
    // The greatest that is not greater than the key.
    let before: Node<Key, Element> | undefined;
    for (let at = this.root; at !== undefined;) {
      parent = at;
      goesLeft = this.isLess(key, at.key);
      if (!goesLeft) before = at;
      at = goesLeft ? at.left : at.right;
    }
    if (before !== undefined && !this.isLess(before.key, key)) return false;
    const node: Node<Key, Element> = { key, element, parent, left: undefined, right: undefined, isRed: true };
    if (parent === undefined) this.root = node;
    else if (goesLeft) parent.left = node;
    else parent.right = node;
    this.rebalance(node);
    return true;
  }

  /** From the least key to the greatest. */
  *entries(): Generator<TreeEntry<Key, Element>> {
    const above: Node<Key, Element>[] = [];
    for (let at = this.root; at !== undefined || above.length > 0;) {
      while (at !== undefined) {
        above.push(at);
        at = at.left;
      }
      const next = above.pop() as Node<Key, Element>;
      yield next;
      at = next.right;
    }
  }

  /** No red node has a red parent. */
  private rebalance(inserted: Node<Key, Element>): void {
    let node = inserted;
    for (;;) {
      const { parent } = node;
      if (parent?.isRed !== true) break;
      // A red node is not the root.
      const grandparent = parent.parent as Node<Key, Element>;
      const side = parent === grandparent.left ? "left" : "right";
      const uncle = side === "left" ? grandparent.right : grandparent.left;
      if (uncle?.isRed === true) {
        parent.isRed = false;
        uncle.isRed = false;
        grandparent.isRed = true;
        node = grandparent;
        continue;
      }
      const isInner = node !== parent[side];
      if (isInner) this.rotate(parent, side);
      const top = isInner ? node : parent;
      top.isRed = false;
      grandparent.isRed = true;
      this.rotate(grandparent, side === "left" ? "right" : "left");
      break;
    }
    if (this.root !== undefined) this.root.isRed = false;
  }

  /** The node goes down to `side`, and its child of the other side comes up in its place. */
  private rotate(node: Node<Key, Element>, side: "left" | "right"): void {
    const other = side === "left" ? "right" : "left";
    const child = node[other] as Node<Key, Element>;
    const { parent } = node;
    node[other] = child[side];
    if (child[side] !== undefined) child[side].parent = node;
    child.parent = parent;
    if (parent === undefined) this.root = child;
    else if (parent.left === node) parent.left = child;
    else parent.right = child;
    child[side] = node;
    node.parent = child;
  }
}
