// The system call filter of a build, as the classic BPF program that `bwrap --seccomp` loads: no builder makes a file that
// is setuid or setgid, and none sees extended attributes, which a NAR cannot hold (Nix's setupSeccomp). Beyond Nix the
// ways round that are closed too: `open` and `mknod` with such a mode, removing and listing attributes, and `openat2` and
// `io_uring`, whose arguments lie in memory where a filter cannot look; these two answer "not implemented", so that
// programs fall back. The 32-bit and x32 system calls of the same processor have their own numbers and are filtered too.

/** How a system call is judged; the numbers in `mode` and `flags` say which argument holds them. */
type Rule =
  /** Refused with this errno whatever its arguments are. */
  | { readonly kind: "always"; readonly errno: number; readonly numbers: readonly number[] }
  /** Refused with EPERM when the mode in that argument has the setuid or setgid bit. */
  | { readonly kind: "mode"; readonly argument: number; readonly numbers: readonly number[] }
  /** The same, but the mode only counts when the flags ask for a file to be made. */
  | { readonly kind: "open"; readonly flags: number; readonly argument: number; readonly numbers: readonly number[] };

interface Architecture {
  /** The AUDIT_ARCH_* number that the kernel reports with each call. */
  readonly audit: number;
  /** Bits of the call's number that only mark the calling convention (x32). */
  readonly numberMask?: number;
  readonly rules: readonly Rule[];
}

const errnoPermission = 1;
const errnoNotImplemented = 38;
const errnoNotSupported = 95;

const openat2 = 437;
const ioUringSetup = 425;
const fchmodat2 = 452;
/** setxattrat, getxattrat, listxattrat, removexattrat: new in Linux 6.13, with one number everywhere. */
const attributesAt = [463, 464, 465, 466];

const range = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);

const everywhere: readonly Rule[] = [
  { kind: "always", errno: errnoNotImplemented, numbers: [openat2, ioUringSetup] },
  { kind: "always", errno: errnoNotSupported, numbers: attributesAt },
  { kind: "mode", argument: 2, numbers: [fchmodat2] },
];

const x86_64: Architecture = {
  audit: 0xc000003e,
  numberMask: 0xbfffffff,
  rules: [
    { kind: "mode", argument: 1, numbers: [90, 91, 85, 133] }, // chmod fchmod creat mknod
    { kind: "mode", argument: 2, numbers: [268, 259] }, // fchmodat mknodat
    { kind: "open", flags: 1, argument: 2, numbers: [2] },
    { kind: "open", flags: 2, argument: 3, numbers: [257] }, // openat
    { kind: "always", errno: errnoNotSupported, numbers: range(188, 12) }, // setxattr … fremovexattr
    ...everywhere,
  ],
};

const i386: Architecture = {
  audit: 0x40000003,
  rules: [
    { kind: "mode", argument: 1, numbers: [15, 94, 8, 14] },
    { kind: "mode", argument: 2, numbers: [306, 297] },
    { kind: "open", flags: 1, argument: 2, numbers: [5] },
    { kind: "open", flags: 2, argument: 3, numbers: [295] },
    { kind: "always", errno: errnoNotSupported, numbers: range(226, 12) },
    ...everywhere,
  ],
};

const aarch64: Architecture = {
  audit: 0xc00000b7,
  rules: [
    { kind: "mode", argument: 1, numbers: [52] },
    { kind: "mode", argument: 2, numbers: [53, 33] },
    { kind: "open", flags: 2, argument: 3, numbers: [56] },
    { kind: "always", errno: errnoNotSupported, numbers: range(5, 12) },
    ...everywhere,
  ],
};

const arm: Architecture = {
  audit: 0x40000028,
  rules: [
    { kind: "mode", argument: 1, numbers: [15, 94, 8, 14] },
    { kind: "mode", argument: 2, numbers: [333, 324] },
    { kind: "open", flags: 1, argument: 2, numbers: [5] },
    { kind: "open", flags: 2, argument: 3, numbers: [322] },
    { kind: "always", errno: errnoNotSupported, numbers: range(226, 12) },
    ...everywhere,
  ],
};

/** The architectures of a processor: its own and the older ones that its kernel also runs. */
const architectures: Readonly<Record<string, readonly Architecture[]>> = {
  x64: [x86_64, i386],
  arm64: [aarch64, arm],
};

const setIdBits = 0o6000;
/** O_CREAT, and the bit that is O_TMPFILE's own; both are the same on all four architectures. */
const creatingFlags = 0o100 | 0o20000000;

const loadWord = 0x20;
const jumpIfEqual = 0x15;
const jumpIfAnySet = 0x45;
const bitAnd = 0x54;
const finish = 0x06;
const allow = 0x7fff0000;
const killProcess = 0x80000000;
const refuse = (errno: number): number => 0x00050000 | errno;

/** A sock_filter: `whenTrue` and `whenFalse` skip that many instructions. */
interface Instruction {
  readonly code: number;
  readonly k: number;
  readonly whenTrue?: number;
  readonly whenFalse?: number;
}

/** The low half of an argument in struct seccomp_data; all the architectures are little-endian. */
const argumentOffset = (index: number): number => 16 + 8 * index;
const numberOffset = 0;
const architectureOffset = 4;

/**
 * The filter's bytes for a processor as Node names it (`process.arch`), or undefined for one whose numbers are not known
 * here. A call of a foreign architecture kills the process, as libseccomp does.
 */
export function seccompFilter(processor: string): Uint8Array | undefined {
  const known = architectures[processor];
  return known === undefined ? undefined : assemble(programFor(known));
}

function programFor(known: readonly Architecture[]): Instruction[] {
  const program: Instruction[] = [];
  for (const architecture of known) {
    const body = bodyFor(architecture);
    program.push(
      { code: loadWord, k: architectureOffset },
      { code: jumpIfEqual, k: architecture.audit, whenFalse: body.length },
      ...body,
    );
  }
  program.push({ code: finish, k: killProcess });
  return program;
}

function bodyFor({ rules, numberMask }: Architecture): Instruction[] {
  const body: Instruction[] = [{ code: loadWord, k: numberOffset }];
  if (numberMask !== undefined) body.push({ code: bitAnd, k: numberMask });
  for (const rule of rules) {
    for (const number of rule.numbers) {
      const judged = judge(rule);
      body.push({ code: jumpIfEqual, k: number, whenFalse: judged.length }, ...judged);
    }
  }
  body.push({ code: finish, k: allow });
  return body;
}

/** What runs for a call that the rule names; it always ends in a verdict, so the number need not be loaded again. */
function judge(rule: Rule): Instruction[] {
  switch (rule.kind) {
    case "always":
      return [{ code: finish, k: refuse(rule.errno) }];
    case "mode":
      return refuseSetId(rule.argument);
    case "open": {
      const creating = refuseSetId(rule.argument);
      return [
        { code: loadWord, k: argumentOffset(rule.flags) },
        { code: jumpIfAnySet, k: creatingFlags, whenFalse: creating.length },
        ...creating,
        { code: finish, k: allow },
      ];
    }
  }
}

function refuseSetId(argument: number): Instruction[] {
  return [
    { code: loadWord, k: argumentOffset(argument) },
    { code: jumpIfAnySet, k: setIdBits, whenFalse: 1 },
    { code: finish, k: refuse(errnoPermission) },
    { code: finish, k: allow },
  ];
}

function assemble(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  program.forEach(({ code, k, whenTrue = 0, whenFalse = 0 }, i) => {
    if (whenTrue > 255 || whenFalse > 255) throw new RangeError("a BPF jump reaches at most 255 instructions");
    view.setUint16(i * 8, code, true);
    view.setUint8(i * 8 + 2, whenTrue);
    view.setUint8(i * 8 + 3, whenFalse);
    view.setUint32(i * 8 + 4, k, true);
  });
  return bytes;
}
