/** What a terminal would obey rather than show: names and messages come from elsewhere. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that are looked for
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A text that shows as it is and does nothing to a terminal; lines stay lines. */
export const printable = (text: string): string =>
  text.replace(obeyed, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
