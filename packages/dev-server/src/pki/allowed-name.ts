import { globFits } from '../go/glob.js';
import type { PkiRole } from './pki-role.js';

const HOSTNAME =
  /^(?:\*\.)?(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])\.)*(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])\.?$/;

const LOCAL = ['localhost', 'localdomain'];

const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Whether a text can be the name of a host, maybe with `*.` before it. */
export const isHostname = (text: string): boolean => text.length < 254 && HOSTNAME.test(text);

/** Whether a role gives certificates for a name: of a host, or an e-mail address. */
export function isAllowedName(name: string, role: PkiRole): boolean {
  const at = name.indexOf('@');
  const isEmail = at !== -1;
  const domain = name.slice(at + 1);
  const wildcard = domain.startsWith('*.');
  const bare = wildcard ? domain.slice(2) : domain;
  if (isEmail && wildcard) return false;
  if (role.enforce_hostnames && !isHostname(bare)) return false;
  if (role.allow_any_name) return true;
  const below = (parent: string): boolean =>
    role.allow_subdomains && (bare.endsWith(`.${parent}`) || (wildcard && sameName(bare, parent)));
  if (role.allow_localhost && LOCAL.some((local) => domain === local || below(local))) return true;
  return role.allowed_domains.some(
    (allowed) =>
      allowed !== '' &&
      ((role.allow_bare_domains && sameName(domain, allowed)) ||
        below(allowed) ||
        (role.allow_glob_domains && allowed.includes('*') && globFits(allowed, name))),
  );
}
