// Programs to begin with, each about one thing that is worth seeing.

import type { Project } from "./project.ts";

interface Example {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly view?: Project["view"];
  readonly showTrace?: boolean;
}

export const examples: readonly [Example, ...Example[]] = [
  {
    title: "A first look",
    files: {
      "main.nix": `# Everything is an expression.
# Change something: the result follows.
let
  name = "world";
  square = n: n * n;
in
{
  greeting = "Hello, \${name}!";
  squares = map square [ 1 2 3 4 5 ];

  # Nothing is computed before it is needed.
  lazy = rec {
    cheap = 1;
    costly = throw "nobody asked for this";
    answer = cheap + 41;
  }.answer;
}
`,
    },
  },
  {
    title: "A derivation",
    view: "derivations",
    files: {
      "main.nix": `# What a package is in the end: a file that says
# how to build it. Its name follows from every
# input, so change one and look.
let
  greeting = derivation {
    name = "greeting";
    system = "x86_64-linux";
    builder = "/bin/sh";
    args = [ "-c" "echo hello > $out" ];
  };
in
derivation {
  name = "letter";
  system = "x86_64-linux";
  builder = "/bin/sh";
  args = [ ./write-letter.sh ];
  inherit greeting;
  outputs = [ "out" "doc" ];
}
`,
      "write-letter.sh": `read line < $greeting
echo "$line, dear reader" > $out
echo "how to read a letter" > $doc
`,
    },
  },
  {
    title: "Several files",
    files: {
      "main.nix": `let
  lib = import ./lib.nix;
  read = file: builtins.fromJSON (builtins.readFile file);
  people = read ./people.json;
  isAdult = person: person.age >= 18;
in
{
  adults = map (p: p.name) (builtins.filter isAdult people);
  total = lib.sum (map (p: p.age) people);
  files = builtins.attrNames (builtins.readDir ./.);
}
`,
      "lib.nix": `rec {
  fold = op: start: list: builtins.foldl' op start list;
  sum = fold builtins.add 0;
}
`,
      "people.json": `[
  { "name": "Ada", "age": 36 },
  { "name": "Blaise", "age": 16 },
  { "name": "Grace", "age": 85 }
]
`,
    },
  },
  {
    title: "Fixed points and overlays",
    files: {
      "main.nix": `# How a package set lets you change one package
# for all that use it.
let
  fix = f: let self = f self; in self;
  extend = f: overlay: self:
    let super = f self; in super // overlay self super;

  packages = self: {
    openssl = "openssl-3.0";
    curl = "curl with \${self.openssl}";
    git = "git with \${self.curl}";
  };

  newer = self: super: {
    openssl = "openssl-3.6";
    git = "\${super.git}, patched";
  };
in
{
  before = fix packages;
  after = fix (extend packages newer);
}
`,
    },
  },
  {
    title: "An error, and where it comes from",
    showTrace: true,
    files: {
      "main.nix": `let
  config = {
    server.port = "80";
    server.host = "localhost";
  };
  next = port: toString (port + 1);
  url = { host, port }: "http://\${host}:\${next port}";
in
url config.server
`,
    },
  },
  {
    title: "Recursion that does not end",
    files: {
      "main.nix": `let
  count = n: 1 + count (n + 1);
in
count 0
`,
    },
  },
  {
    title: "Texts",
    files: {
      "main.nix": `let
  version = "2.34.8";
  parts = builtins.splitVersion version;
  split = builtins.split " +" "old snow  that stays";
  words = builtins.filter builtins.isString split;
in
{
  inherit parts words;
  newer = builtins.compareVersions version "2.9" > 0;
  hash = builtins.hashString "sha256" version;
  # Two quotes begin a text whose common
  # indentation does not count.
  script = ''
    #!/bin/sh
    echo "\${builtins.concatStringsSep ", " words}"
      echo indented
  '';
}
`,
    },
  },
];

export function projectOfExample({ files, view, showTrace }: Example): Project {
  return {
    files: Object.entries(files).map(([name, text]) => ({ name, text })),
    open: "main.nix",
    view: view ?? "value",
    strict: true,
    showTrace: showTrace ?? false,
  };
}
