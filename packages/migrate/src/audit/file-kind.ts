/**
 * How a file writes values. `settings`: a value may stand without quotes (`.env`, YAML, ini, shell, Dockerfile, …).
 * `example`: the same, written to be copied (`.env.example`). `prose`: documentation. `code`: everything else.
 */
export type FileKind = 'settings' | 'example' | 'prose' | 'code';

const settingsName =
  /(?:^|\/)(?:\.env(?:\.[^/]*)?|[^/]*\.env|env|Dockerfile[^/]*|Containerfile|\.npmrc|\.yarnrc|\.netrc|_netrc|\.pgpass|\.my\.cnf|\.pypirc|\.htpasswd|\.s3cfg|\.boto|credentials|Procfile|Makefile|Vagrantfile|Jenkinsfile|[^/]*\.(?:ya?ml|toml|ini|cfg|cnf|conf|config|properties|sh|bash|zsh|fish|envrc|bat|cmd|ps1|service|tfvars|xml|plist))$/i;
const exampleName = /(?:^|[._-])(?:example|sample|template|dist|tmpl|tpl)(?:[._-]|$)/i;
const proseName =
  /\.(?:md|mdx|markdown|rst|adoc|asciidoc|txt|html?|tex|org)$|(?:^|\/)(?:README|CHANGELOG|LICENSE|NOTICE)$/i;

/** Judged by the file's name alone. */
export function fileKind(file: string): FileKind {
  if (proseName.test(file)) return 'prose';
  const base = file.slice(file.lastIndexOf('/') + 1);
  if (!settingsName.test(file) && !/^\.?env[._-]/i.test(base)) return 'code';
  return exampleName.test(base) ? 'example' : 'settings';
}
