/** Made when the tests are bundled; see rooms-bundle.ts. */
declare module "golden-files" {
  /** Path in the project to contents in base 64. */
  export const goldenFiles: Readonly<Record<string, string>>;
}
