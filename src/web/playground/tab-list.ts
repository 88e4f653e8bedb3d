// A row of tabs as assistive technology knows them: one stop for the Tab key, arrows, Home and End move among them.

export interface Tab {
  readonly key: string;
  readonly label: string;
  /** A few small words behind the label, for example how many things are in there. */
  readonly note?: string;
  /** Called for the Delete key and the small button; absent where a tab must stay. */
  readonly remove?: () => void;
}

export interface TabRow {
  readonly tabs: readonly Tab[];
  readonly selected: string;
  /** The id of what a tab shows. */
  readonly controls: string;
  readonly select: (key: string) => void;
}

/** Draws them in place of those that were there; the focus stays on the selected tab if one of them had it. */
export function drawTabs(list: HTMLElement, row: TabRow): void {
  const hadFocus = list.contains(document.activeElement);
  list.replaceChildren(
    ...row.tabs.map((tab) => (tab.key === row.selected ? selectedTab(row, tab) : makeTab(row, tab))),
  );
  if (hadFocus) list.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
}

function makeTab({ controls, select }: TabRow, tab: Tab): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.role = "tab";
  button.textContent = tab.label;
  button.ariaSelected = "false";
  button.setAttribute("aria-controls", controls);
  button.tabIndex = -1;
  button.addEventListener("click", () => select(tab.key));
  if (tab.note !== undefined) {
    const note = document.createElement("small");
    note.textContent = tab.note;
    button.append(" ", note);
  }
  return button;
}

function selectedTab(row: TabRow, tab: Tab): HTMLElement {
  const button = makeTab(row, tab);
  button.ariaSelected = "true";
  button.tabIndex = 0;
  button.addEventListener("keydown", (event) => {
    const action = actionOfKey(row, event.key);
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
  const { remove } = tab;
  if (remove === undefined) return button;
  const holder = document.createElement("span");
  holder.className = "removable";
  holder.role = "presentation";
  const cross = document.createElement("button");
  cross.type = "button";
  cross.className = "remove";
  cross.textContent = "×";
  cross.tabIndex = -1;
  cross.title = `Remove ${tab.label} (Delete)`;
  cross.ariaLabel = `Remove ${tab.label}`;
  cross.addEventListener("click", remove);
  holder.append(button, cross);
  return holder;
}

/** What a key does on the selected tab; undefined when it does nothing. */
function actionOfKey({ tabs, selected, select }: TabRow, key: string): (() => void) | undefined {
  const index = tabs.findIndex((tab) => tab.key === selected);
  if (key === "Delete") return tabs[index]?.remove;
  const targets: Readonly<Record<string, number>> = {
    ArrowLeft: (index + tabs.length - 1) % tabs.length,
    ArrowRight: (index + 1) % tabs.length,
    Home: 0,
    End: tabs.length - 1,
  };
  const target = tabs[targets[key] ?? -1];
  return target === undefined ? undefined : () => select(target.key);
}
