/**
 * What a literal is by its looks: `none` is no secret at all (empty, a placeholder, a reference to another place, a
 * hash), `weak` may be one where its name says so (a word, a short number), `strong` hardly anything else.
 */
export type Strength = 'none' | 'weak' | 'strong';

/** Judges a literal. In time linear in its length. */
export function strengthOf(value: string): Strength {
  if (value.length < 4 || isReference(value) || isPlaceholder(value) || isHash(value)) return 'none';
  if (value.length > 4096) return 'none';
  return looksRandom(value) ? 'strong' : 'weak';
}

const references = [
  // Interpolation of shells, templates and languages; a variable.
  /^(?:\$\(|`)/,
  /[$#%@]\{[^{}]{0,100}\}|\$\([^()]{0,100}\)|\{\{[^{}]{0,100}\}\}|<%.{0,100}%>|%\(\w{1,40}\)|\[\[\w{1,40}\]\]/,
  /^\$[A-Za-z_][A-Za-z0-9_.:]*$/,
  /^%[A-Za-z_][A-Za-z0-9_]*%$/,
  /^\{[A-Za-z0-9_.: -]*\}$/,
  /^@[A-Za-z_.]+@$/,
  /^(?:[\w .:/@-]*%[sdv])+[\w .:/@-]*$/,
  // A place that holds the value.
  /^(?:vault|op|ssm|arn|awssm|secretsmanager|secretref|secret|sops|gcp|gcpsm|kms|ref\+[a-z]+|file|env|path|data|classpath|keyvault|urn):/i,
  /^(?:projects|secret|secrets|kv)\/[A-Za-z0-9_./-]+$/,
  /^ENC\[|^ENC\(|^\{cipher\}|^!vault|^!secret|^\$ANSIBLE_VAULT|^@Microsoft\.KeyVault/i,
  /^(?:~|\.{1,2})?\/(?:[A-Za-z0-9_.-]+\/)*[A-Za-z0-9_-]*\.?[a-z]{0,10}$/,
  // A call.
  /^[A-Za-z_][A-Za-z0-9_.:]*\([A-Za-z0-9_.,:/ "'-]*(?:$|\)(?:$|[.([;]))/,
  /^(?:process\.env|os\.environ|import\.meta|secrets\.|env\.|var\.|local\.|config\.|this\.|self\.)/,
];

/** Whether a literal only says where the value is. */
export const isReference = (value: string): boolean => {
  // The longest reference that anybody writes is far shorter.
  const head = value.slice(0, 512);
  return references.some((reference) => reference.test(head)) && !looksLikeBase64Path(value);
};

// Base64 may begin with a slash, and may have more of them.
const looksLikeBase64Path = (value: string): boolean =>
  /^\/[A-Za-z0-9+/]{20,}={0,2}$/.test(value) && looksRandom(value);

const placeholderParts =
  /example|placeholder|changeme|change[-_ ]?(?:me|this|it)|your[-_ ]|yours|dummy|sample|redacted|replace|insert[-_ ]|put[-_ ]|enter[-_ ]|(?<![a-z0-9])(?:todo|fixme|xxx)|x{5,}|\*\*\*|\.\.\.|…|^<.*>$|^\[.*\]$|not[-_ ](?:set|real|a[-_ ](?:real|secret))|lorem|deadbeef|0123456789|1234567890|abcdefgh|abcdef123/;

const placeholderWords = new Set(
  (
    'password passwd passwort pass pwd secret token apikey key value test tests testing tester foo bar baz foobar user username name ' +
    'none null nil undefined true false yes no string str text number any object array required optional hidden ' +
    'default local localhost mypassword mysecret mytoken mykey secretkey testpassword testsecret testtoken testkey ' +
    'thepassword userpassword dbpassword supersecret topsecret accesstoken authtoken refreshtoken bearer basic ' +
    'encrypted unknown empty input submit off on disabled enabled'
  ).split(' '),
);

/** Whether a literal stands for a value that somebody still has to give, or for a kind of value. */
export function isPlaceholder(value: string): boolean {
  const text = value.slice(0, 512).toLowerCase();
  return placeholderParts.test(text) || isPlaceholderWord(value) || new Set(value).size < 3;
}

/** Whether it is one of the words that documentation writes for a password. */
export const isPlaceholderWord = (value: string): boolean =>
  value.length < 64 && placeholderWords.has(value.toLowerCase().replace(/[^a-z0-9]/g, ''));

// What a password was hashed to is no password.
const isHash = (value: string): boolean =>
  /^(?:\$(?:2[abxy]?|argon2(?:id|i|d)|scrypt|pbkdf2|[156]|y|apr1)\$|pbkdf2[_:]|\{S?SHA\}|sha(?:1|256|384|512)[-:])/.test(
    value,
  );

/** The commonest pairs of letters of English: names and prose are made of them, and chance is not. */
const commonPairs = new Set(
  (
    'th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ' +
    'ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc et ut ss so ' +
    'rs un lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts mo ow pa im ey ke ss wo rd ap pi ck sw'
  ).split(' '),
);

/**
 * Whether characters follow each other as chance has it, and not as a language or a naming convention does: classes
 * that change often, or letters in pairs that are in no word.
 */
export function looksRandom(value: string): boolean {
  if (/\s/.test(value)) return isRandomWithSpaces(value);
  if (/^(?:[0-9a-f]{32,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(value))
    return new Set(value).size > 8;
  const text = value.replace(/[._:/-]+/g, '');
  if (text.length < 8) return false;
  const classes = classesOf(text);
  const changes = changesOf(text) / (text.length - 1);
  if (new Set(text).size < Math.min(8, text.length - 2)) return false;
  if (classes >= 3 && changes >= (text.length >= 20 ? 0.25 : 0.3)) return true;
  if (classes >= 2 && text.length >= 16 && changes >= 0.25) return true;
  return text.length >= 16 && commonness(text) < 0.33;
}

// A sentence has spaces. A password with one in it has few, and a key made of all characters is long.
const isRandomWithSpaces = (value: string): boolean =>
  (value.length >= 32 && classesOf(value) === 4 && changesOf(value) / value.length >= 0.5) ||
  (value.split(/\s+/).length <= 3 && value.split(/\s+/).some(looksRandom));

const classOf = (code: number): number =>
  code >= 97 && code <= 122 ? 0 : code >= 65 && code <= 90 ? 1 : code >= 48 && code <= 57 ? 2 : 3;

const classesOf = (text: string): number =>
  [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((group) => group.test(text)).length;

/** How often the class of characters changes; a capital at the head of a word is no change. */
function changesOf(text: string): number {
  let changes = 0;
  let before = classOf(text.charCodeAt(0));
  for (let index = 1; index < text.length; index++) {
    const after = classOf(text.charCodeAt(index));
    if (before !== after && !(before === 1 && after === 0)) changes++;
    before = after;
  }
  return changes;
}

/** The share of the pairs of letters that are common ones; 1 where there are hardly any letters. */
function commonness(text: string): number {
  const pairs = text.toLowerCase().match(/(?=([a-z][a-z]))/g)?.length ?? 0;
  if (pairs < 8) return 1;
  const lower = text.toLowerCase();
  let common = 0;
  for (let index = 0; index < lower.length - 1; index++) {
    if (commonPairs.has(lower.slice(index, index + 2))) common++;
  }
  return common / pairs;
}
