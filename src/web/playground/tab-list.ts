// A row of tabs as assistive technology knows them: one stop for the Tab key, arrows, Home and End move among them.

export interface Tab {
  readonly key: string;
  readonly label: string;
  /** A few small words behind the label, for example how many things are in there. */
  readonly note?: string;
  /** Called for the Delete key and the small button; absent where a tab must stay. */
  readonly remove?: () => void;
}

export function drawTabs(
  list: Element,
  tabs: readonly Tab[],
  selected: string,
  options: { readonly controls: string; readonly select: (key: string) => void },
): void {
  const hadFocus = list.contains(document.activeElement);
  const { controls, select } = options;
  list.replaceChildren(...tabs.map((tab) => makeTab(tab, tab.key === selected, controls, select)));
  if (hadFocus) list.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
  (list as HTMLElement).onkeydown = (event) => {
    const index = tabs.findIndex(({ key }) => key === selected);
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: (index + tabs.length - 1) % tabs.length,
      ArrowRight: (index + 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    };
    const target = tabs[moves[event.key] ?? -1];
    if (event.key === "Delete") tabs[index]?.remove?.();
    else if (target === undefined) return;
    else select(target.key);
    event.preventDefault();
  };
}

function makeTab(tab: Tab, isSelected: boolean, controls: string, select: (key: string) => void): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.role = "tab";
  button.textContent = tab.label;
  button.ariaSelected = String(isSelected);
  button.setAttribute("aria-controls", controls);
  button.tabIndex = isSelected ? 0 : -1;
  button.addEventListener("click", () => select(tab.key));
  if (tab.note !== undefined) {
    const note = document.createElement("small");
    note.textContent = tab.note;
    button.append(" ", note);
  }
  const { remove } = tab;
  if (remove === undefined || !isSelected) return button;
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
