// The page: files on one side, what they evaluate to on the other. Every change is evaluated at once in a worker, and the
// address always holds the whole project, so that reloading keeps it and copying the address shares it.

import { FirnError, fromByteString } from "#formats";
import { Editor } from "./editor.ts";
import type { Place, Report } from "./evaluate.ts";
import { examples, projectOfExample } from "./examples.ts";
import { faultOfName, type Project, type View, views } from "./project.ts";
import { drawReport, hint } from "./result-view.ts";
import { Runner } from "./runner.ts";
import { decodeProject, encodeProject } from "./share.ts";
import { drawTabs, type Tab } from "./tab-list.ts";

/** Milliseconds without a key before what is typed is evaluated, and before it goes into the address. */
const evaluationDelay = 60;
const addressDelay = 400;
/** Milliseconds after which an evaluation counts as one that a person may want to stop. */
const patience = 200;
/** In characters; longer addresses get lost on their way. */
const maxFragment = 100_000;

const viewLabels: Readonly<Record<View, string>> = {
  value: "Value",
  json: "JSON",
  xml: "XML",
  derivations: "Derivations",
};

let project: Project;
const editors = new Map<string, Editor>();
let report: Report | undefined;
let began = 0;
let evaluationTimer = 0;
let addressTimer = 0;
let clock = 0;

const runner = new Runner("worker.js", { began: showRunning, reported: showReport, broke: showBroken });

function element(id: string): HTMLElement {
  return document.getElementById(id) as HTMLElement;
}
const fileList = document.querySelector("#files [role=tablist]") as HTMLElement;
const viewList = document.querySelector("#views [role=tablist]") as HTMLElement;
const output = element("output");
const status = element("status");
const stopButton = element("stop") as HTMLButtonElement;
const strictBox = element("strict") as HTMLInputElement;
const traceBox = element("show-trace") as HTMLInputElement;
const exampleList = element("examples") as HTMLSelectElement;

listExamples();
listen();
await openAddress();

// ── The project ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** Shows another project in place of the one that is there. */
function openProject(next: Project): void {
  project = next;
  editors.clear();
  for (const { name, text } of project.files) addEditor(name, text);
  drawFiles();
  drawViews();
  strictBox.checked = project.strict;
  traceBox.checked = project.showTrace;
  evaluate();
}

function change(part: Partial<Project>): void {
  project = { ...project, ...part };
  rememberSoon();
}

function addEditor(name: string, text: string): void {
  const editor = new Editor(name, text, () => {
    change({ files: project.files.map((file) => (file.name === name ? { name, text: editor.text } : file)) });
    clearTimeout(evaluationTimer);
    evaluationTimer = setTimeout(evaluate, evaluationDelay);
  });
  editors.set(name, editor);
}

function drawFiles(): void {
  const tabs = project.files.map(({ name }, index): Tab => {
    const tab = { key: name, label: name };
    return index === 0 ? tab : { ...tab, remove: () => removeFile(name) };
  });
  drawTabs(fileList, { tabs, selected: project.open, controls: "editors", select: openFile });
  const editor = editors.get(project.open);
  if (editor !== undefined) element("editors").replaceChildren(editor.element);
}

function openFile(name: string): void {
  change({ open: name });
  drawFiles();
}

function removeFile(name: string): void {
  const index = project.files.findIndex((file) => file.name === name);
  editors.delete(name);
  change({ files: project.files.toSpliced(index, 1), open: project.files[index - 1]?.name ?? "" });
  drawFiles();
  evaluate();
}

/** Asks for the name where the tab will stand. */
function askForFile(): void {
  const input = document.createElement("input");
  input.ariaLabel = "Name of the new file";
  input.placeholder = "name.nix";
  input.size = 12;
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") drawFiles();
    if (event.key !== "Enter") return;
    // The editor has the focus next, and must not get this key too.
    event.preventDefault();
    addFile(input);
  });
  input.addEventListener("blur", () => {
    if (input.isConnected) drawFiles();
  });
  fileList.append(input);
  input.focus();
}

function addFile(input: HTMLInputElement): void {
  const name = input.value.trim();
  const fault = faultOfName(name, project.files);
  if (fault !== undefined) {
    input.setCustomValidity(fault);
    input.reportValidity();
    return;
  }
  addEditor(name, "");
  change({ files: [...project.files, { name, text: "" }], open: name });
  drawFiles();
  editors.get(name)?.focus();
  evaluate();
}

// ── Evaluating ───────────────────────────────────────────────────────────────────────────────────────────────────────

function evaluate(): void {
  clearTimeout(evaluationTimer);
  runner.run(project);
}

function showRunning(): void {
  began = performance.now();
  clearInterval(clock);
  clock = setInterval(() => {
    const elapsed = performance.now() - began;
    if (elapsed < patience) return;
    stopButton.hidden = false;
    status.textContent = `evaluating, ${Math.floor(elapsed / 1000)} s`;
    output.classList.add("stale");
  }, 100);
}

function showStopped(): void {
  clearInterval(clock);
  output.classList.remove("stale");
  // The focus must not fall out of the page with the button.
  if (document.activeElement === stopButton) output.focus();
  stopButton.hidden = true;
}

function stop(): void {
  clearTimeout(evaluationTimer);
  if (!runner.stop()) return;
  showStopped();
  report = undefined;
  status.textContent = `stopped after ${((performance.now() - began) / 1000).toFixed(1)} s`;
  output.replaceChildren(hint("Stopped. The next change is evaluated again."));
  markFault(undefined);
}

function showReport(next: Report): void {
  showStopped();
  report = next;
  status.textContent =
    next.milliseconds < 1000 ? `${next.milliseconds.toFixed(1)} ms` : `${(next.milliseconds / 1000).toFixed(2)} s`;
  drawViews();
  drawResult();
  markFault(next.place);
  performance.mark("report");
}

function showBroken(message: string): void {
  showStopped();
  report = undefined;
  status.textContent = "";
  output.replaceChildren(hint(`The evaluation broke off: ${message || "the worker ended"}.`));
}

function drawResult(): void {
  if (report !== undefined) output.replaceChildren(drawReport(report, project, goTo));
}

function drawViews(): void {
  const count = report?.derivations.length ?? 0;
  const tabs = views.map((key): Tab => {
    const tab = { key, label: viewLabels[key] };
    return key === "derivations" && count > 0 ? { ...tab, note: String(count) } : tab;
  });
  const select = (key: string): void => openView(key as View);
  drawTabs(viewList, { tabs, selected: project.view, controls: "output", select });
}

function openView(view: View): void {
  change({ view });
  drawViews();
  evaluate();
}

function goTo(place: Place): void {
  if (!editors.has(place.file)) return;
  openFile(place.file);
  editors.get(place.file)?.goTo(place);
}

function markFault(place: Place | undefined): void {
  for (const [name, editor] of editors) editor.markLine(place?.file === name ? place.line : undefined);
}

// ── The address ──────────────────────────────────────────────────────────────────────────────────────────────────────

async function openAddress(): Promise<void> {
  const fragment = location.hash.slice(1);
  let next = projectOfExample(examples[0]);
  if (fragment !== "") {
    try {
      next = await decodeProject(fragment);
    } catch (error) {
      if (!(error instanceof FirnError)) throw error;
      notify(fromByteString(error.message));
    }
  }
  openProject(next);
}

function rememberSoon(): void {
  clearTimeout(addressTimer);
  addressTimer = setTimeout(() => void remember(), addressDelay);
}

/** Whether the project is small enough for an address. */
async function remember(): Promise<boolean> {
  clearTimeout(addressTimer);
  const fragment = await encodeProject(project);
  if (fragment.length > maxFragment) return false;
  history.replaceState(null, "", `#${fragment}`);
  return true;
}

async function share(): Promise<void> {
  if (!(await remember())) {
    notify("This project is too large for a link.");
    return;
  }
  const promise = "It holds the whole project; nothing was sent anywhere.";
  try {
    await navigator.clipboard.writeText(location.href);
    notify(`The link is copied. ${promise}`);
  } catch {
    notify(`The link is in the address bar. ${promise}`);
  }
}

function notify(text: string): void {
  const notice = element("notice");
  notice.textContent = text;
  setTimeout(() => {
    if (notice.textContent === text) notice.textContent = "";
  }, 6000);
}

// ── Setting up ───────────────────────────────────────────────────────────────────────────────────────────────────────

function listExamples(): void {
  exampleList.append(new Option("Examples", "", true), ...examples.map(({ title }) => new Option(title, title)));
  exampleList.addEventListener("change", () => {
    const example = examples.find(({ title }) => title === exampleList.value);
    exampleList.value = "";
    if (example === undefined) return;
    openProject(projectOfExample(example));
    rememberSoon();
  });
}

function listen(): void {
  element("add").addEventListener("click", askForFile);
  element("share").addEventListener("click", () => void share());
  stopButton.addEventListener("click", stop);
  strictBox.addEventListener("change", () => {
    change({ strict: strictBox.checked });
    evaluate();
  });
  traceBox.addEventListener("change", () => {
    change({ showTrace: traceBox.checked });
    evaluate();
  });
  addEventListener("keydown", ({ key }) => {
    if (key === "Escape") stop();
  });
  addEventListener("hashchange", () => void openAddress());
}
