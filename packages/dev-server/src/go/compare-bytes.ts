/** The order of Vault's lists: by the bytes of UTF-8, which differs from that of UTF-16 beyond the BMP. */
export const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

export const sortedByBytes = (items: Iterable<string>): string[] => [...items].sort(compareBytes);
