export const shells = ['bash', 'zsh', 'fish'] as const;

/** What there is to complete of a verb. */
export interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  readonly hasArguments: boolean;
  /** What its argument may be, where that is known. */
  readonly words: readonly string[];
}

export interface CompletedOption {
  readonly names: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  /** What the value may be, where that is known. */
  readonly values: readonly string[];
}

/** The script with which a shell completes verbs, options, what an option may be, and otherwise files. */
export function completionScript(shell: (typeof shells)[number], verbs: readonly Completed[]): string {
  return { bash, zsh, fish }[shell](verbs);
}

/** The branches of a shell's `case`, over the verb and the word before, for what is the value of an option. */
const valueBranches = (
  verbs: readonly Completed[],
  branch: (pattern: string, values: readonly string[]) => string,
): string =>
  verbs
    .flatMap(({ name, options }) =>
      options
        .filter(({ takesValue }) => takesValue)
        .map(({ names, values }) => branch(names.map((option) => `"${name} ${option}"`).join('|'), values)),
    )
    .join('\n');

/** Where words are offered bash looks for no file: options only behind a dash, or where nothing else can stand. */
function bashVerb({ name, options, hasArguments, words }: Completed): string {
  const names = options.flatMap((option) => option.names).join(' ');
  return `"${name} "*) options="${names}" words="${hasArguments ? words.join(' ') : '$options'}"`;
}

const bash = (verbs: readonly Completed[]): string => `# bash completion for strongroom
_strongroom() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words="" options=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${verbs.map(({ name }) => name).join(' ')} help --help --version"
  else
    case "\${COMP_WORDS[1]} $previous" in
${valueBranches(verbs, (pattern, values) => `      ${pattern}) words="${values.join(' ')}" ;;`)}
${verbs.map((verb) => `      ${bashVerb(verb)} ;;`).join('\n')}
      "help "*) words="${verbs.map(({ name }) => name).join(' ')}" ;;
    esac
    case "$current" in -*) words="$options" ;; esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o bashdefault -o default -F _strongroom strongroom
`;

const zsh = (verbs: readonly Completed[]): string => `#compdef strongroom
_strongroom() {
  local -a verbs options
  verbs=(
${verbs.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe verb verbs
    return
  fi
  case "$words[2] $words[CURRENT-1]" in
${valueBranches(verbs, (pattern, values) => `    ${pattern}) ${values.length === 0 ? '_files' : `compadd -- ${values.join(' ')}`}; return ;;`)}
  esac
  case "$words[2]" in
${verbs
  .map((verb) => {
    const options = verb.options.flatMap(({ names, description }) =>
      names.map((name) => quoted(`${name}:${description}`)),
    );
    return `    ${verb.name}) options=(${[...verb.words.map((word) => quoted(word)), ...options].join(' ')}) ;;`;
  })
  .join('\n')}
  esac
  _describe option options
  _files
}
compdef _strongroom strongroom
`;

const fish = (verbs: readonly Completed[]): string =>
  [
    '# fish completion for strongroom',
    ...verbs.flatMap(({ name, summary, options, words }) => {
      const inside = `complete -c strongroom -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
      return [
        `complete -c strongroom -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
        ...options.map(({ names, description, takesValue, values }) =>
          [
            inside,
            ...names.map(fishOption),
            ...(values.length > 0 ? ['-x -a', quoted(values.join(' '))] : takesValue ? ['-r'] : []),
            '-d',
            quoted(description),
          ].join(' '),
        ),
        ...(words.length === 0 ? [] : [`${inside} -f -a ${quoted(words.join(' '))}`]),
      ];
    }),
    '',
  ].join('\n');

const fishOption = (name: string): string =>
  name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`;

/** Between single quotes, for all three. */
const quoted = (text: string): string => `'${text.replaceAll("'", '’')}'`;
