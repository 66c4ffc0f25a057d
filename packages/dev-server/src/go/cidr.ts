import { BlockList, isIP } from 'node:net';

const addressOf = (text: string): { address: string; type: 'ipv4' | 'ipv6' } | undefined => {
  const address = text.replace(/^::ffff:(?=\d+\.)/i, '');
  const version = isIP(address);
  return version === 0 ? undefined : { address, type: version === 4 ? 'ipv4' : 'ipv6' };
};

/** Whether a text is a CIDR block such as `10.0.0.0/8`. */
export function isCidr(text: string): boolean {
  const [, address, bits] = /^(.+)\/(\d{1,3})$/.exec(text) ?? [];
  const parsed = addressOf(address ?? '');
  return parsed !== undefined && Number(bits) <= (parsed.type === 'ipv4' ? 32 : 128);
}

/** Whether Vault takes a text for the path of a socket. */
const isSocketPath = (text: string): boolean => text.length > 1 && /^\.|\//.test(text);

/** The first of some texts that is no address for Vault: neither of IP, with bits or without, nor of a socket. */
export const wrongAddress = (texts: readonly string[]): string | undefined =>
  texts.find((text) => isIP(text) === 0 && !isCidr(text) && !isSocketPath(text));

/** Whether an address is in one of the blocks; a block without bits is one address. */
export function inCidrs(address: string, blocks: readonly string[]): boolean {
  const asked = addressOf(address);
  if (asked === undefined) return false;
  const list = new BlockList();
  for (const block of blocks) {
    const [base = '', bits] = block.split('/');
    const parsed = addressOf(base);
    if (parsed === undefined) continue;
    if (bits === undefined) list.addAddress(parsed.address, parsed.type);
    else if (isCidr(block)) list.addSubnet(parsed.address, Number(bits), parsed.type);
  }
  return list.check(asked.address, asked.type);
}

/** Whether each of the inner blocks lies in one of the outer ones. */
export const cidrsWithin = (inner: readonly string[], outer: readonly string[]): boolean =>
  inner.every((block) => {
    const [base = '', bits = ''] = block.split('/');
    return outer.some((candidate) => {
      const outerBits = Number(candidate.split('/')[1] ?? '128');
      return inCidrs(base, [candidate]) && Number(bits) >= outerBits;
    });
  });

/** An address as Vault shows it: a block of one address without its bits, IPv6 in its short form. */
export function shownAddress(text: string): string {
  const [, base = text, bits] = /^(.+)\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(base);
  if (version === 0) return text;
  const address = version === 6 ? new URL(`http://[${base}]`).hostname.slice(1, -1) : base;
  return bits === undefined || Number(bits) === (version === 4 ? 32 : 128) ? address : `${address}/${bits}`;
}
