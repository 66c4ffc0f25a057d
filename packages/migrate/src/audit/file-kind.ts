/**
 * How a file writes values. `settings`: a value may stand without quotes (`.env`, YAML, ini, shell, Dockerfile, …).
 * `example`: the same, written to be copied (`.env.example`). `prose`: documentation. `code`: everything else.
 */
export type FileKind = 'settings' | 'example' | 'prose' | 'code';

const settingsName =
  /(?:^|\/)(?:\.env(?:\.[^/]*)?|[^/]*\.env|Dockerfile[^/]*|[^/]*\.(?:ya?ml|toml|ini|cfg|cnf|conf|config|properties|sh|bash|zsh|fish|envrc|bat|cmd|ps1|service|tfvars|xml|plist))$/i;
const exampleName = /(?:^|[._-])(?:example|sample|template|dist|tmpl|tpl)(?:[._-]|$)/i;
const proseName =
  /\.(?:md|mdx|markdown|rst|adoc|asciidoc|txt|html?|tex|org)$|(?:^|\/)(?:README|CHANGELOG|LICENSE|NOTICE)$/i;

/** Judged by the file's name alone. */
export function fileKind(file: string): FileKind {
  if (proseName.test(file)) return 'prose';
  const base = file.slice(file.lastIndexOf('/') + 1);
  // `config`, `.bashrc`, `.credentials`: without an extension, a file is more often one of settings than a program.
  if (!settingsName.test(file) && base.lastIndexOf('.') > 0) return 'code';
  return exampleName.test(base) ? 'example' : 'settings';
}

/** Whether a file is a test, or what one needs: the passwords in it are made up. */
export const isTest = (file: string): boolean =>
  /(?:^|[/._-])(?:tests?|specs?|__tests__|fixtures?|mocks?|__mocks__|e2e|stories)(?:[/._-]|$)/i.test(file);
