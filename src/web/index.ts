// The door of web: what runs in a page. So far that is the playground, whose two scripts are playground/page.ts and
// playground/worker.ts; tools/playground.ts bundles them. From here come the parts that work without a page.

export { evaluateProject, type Report, type ShownDerivation } from "./playground/evaluate.ts";
export { examples, projectOfExample } from "./playground/examples.ts";
export { checkProject, type Project, type ProjectFile, projectFolder, type View } from "./playground/project.ts";
export { decodeProject, encodeProject } from "./playground/share.ts";
