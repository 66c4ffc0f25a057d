/** Whether a key or certificate begins in a line and goes on in the next ones, which would be taken for names. */
export const beginsPem = (line: string): boolean =>
  line.lastIndexOf('-----BEGIN ') > line.lastIndexOf('-----END ');
