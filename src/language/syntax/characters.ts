// Which bytes may stand where in a token, as one table of flags.

export const character = {
  identifierStart: 1,
  identifierPart: 2,
  pathPart: 4,
  uriPart: 8,
  digit: 16,
} as const;

/** The flags of each byte. */
export const characterFlags: Uint8Array = makeCharacterFlags();

function makeCharacterFlags(): Uint8Array {
  const { identifierStart, identifierPart, pathPart, uriPart, digit } = character;
  const flags = new Uint8Array(256);
  const add = (characters: string, flag: number): void => {
    for (let i = 0; i < characters.length; i++) {
      const code = characters.charCodeAt(i);
      flags[code] = (flags[code] ?? 0) | flag;
    }
  };
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const digits = "0123456789";
  add(letters + "_", identifierStart);
  add(letters + digits + "_'-", identifierPart);
  add(letters + digits + "._-+", pathPart);
  add(letters + digits + "%/?:@&=+$,-_.!~*'", uriPart);
  add(digits, digit);
  return flags;
}
