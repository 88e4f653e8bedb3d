// Colours for a program's text while it is typed. A few patterns, not the language's scanner: what is being typed is broken
// most of the time, and has to keep its colours. Text inside ${…} is coloured as code, strings inside it as
// strings. JSON looks right with them too.

interface Mode {
  readonly kind: "code" | "string" | "indented";
  /** Braces that are open in code; the one that closes an interpolation finds none. */
  braces: number;
}

const code =
  /(?<comment>#[^\n]*|\/\*[^]*?(?:\*\/|$))|(?<indented>'')|(?<string>")|(?<path>(?:\.{1,2}|~)?(?:\/[\w.+-]+)+\/?|\.{1,2}\/|<[\w.+-]+(?:\/[\w.+-]+)*>)|(?<keyword>\b(?:let|in|if|then|else|assert|with|rec|inherit|or)\b(?!['-]))|(?<constant>\b(?:true|false|null|builtins)\b(?!['-]))|(?<number>\b\d+(?:\.\d*)?(?:[eE][+-]?\d+)?\b)|(?<attribute>\b[a-zA-Z_][\w'-]*(?=(?:\s*\.\s*[a-zA-Z_][\w'-]*)*\s*=[^=]))|(?<word>[a-zA-Z_][\w'-]*)|(?<open>\{)|(?<close>\})|[^]/y;
const string = /(?<interpolation>\$\{)|(?<end>")|(?<escape>\\[^]|\$\$)|[^"\\$]+|\$/y;
const indented = /(?<interpolation>\$\{)|(?<escape>'''|''\$|''\\[^]|\$\$)|(?<end>'')|[^'$]+|['$]/y;

const patterns = { code, string, indented };

export function highlight(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  const modes: Mode[] = [{ kind: "code", braces: 0 }];
  let at = 0;
  while (at < text.length) {
    const mode = modes.at(-1) as Mode;
    const pattern = patterns[mode.kind];
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) break;
    const [token] = match;
    const groups = match.groups ?? {};
    const found = Object.keys(groups).find((name) => groups[name] !== undefined);
    append(fragment, token, step(modes, mode, found));
    at += token.length;
  }
  return fragment;
}

/** Changes the mode as the token says, and names the token's colour. */
function step(modes: Mode[], mode: Mode, found: string | undefined): string {
  switch (found) {
    case "indented":
    case "string":
      modes.push({ kind: found, braces: 0 });
      return "string";
    case "interpolation":
      modes.push({ kind: "code", braces: 0 });
      return "interpolation";
    case "end":
      modes.pop();
      return "string";
    case "open":
      mode.braces++;
      return "";
    case "close":
      if (mode.braces > 0) mode.braces--;
      else if (modes.length > 1) {
        modes.pop();
        return "interpolation";
      }
      return "";
    case "word":
      return "";
    case undefined:
      return mode.kind === "code" ? "" : "string";
    default:
      return found;
  }
}

function append(fragment: DocumentFragment, token: string, className: string): void {
  const last = fragment.lastChild;
  if (className === "") {
    if (last instanceof Text) last.data += token;
    else fragment.append(token);
  } else if (last instanceof HTMLElement && last.className === className) {
    last.append(token);
  } else {
    const span = document.createElement("span");
    span.className = className;
    span.textContent = token;
    fragment.append(span);
  }
}
