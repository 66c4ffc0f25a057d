export const shells = ['bash', 'zsh', 'fish'] as const;

/** What there is to complete of a verb. */
export interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** Whether it has arguments. */
  readonly hasArguments: boolean;
  /** What its argument may be, where that is known. */
  readonly words: readonly string[];
}

interface CompletedOption {
  readonly names: readonly string[];
  readonly description: string;
  readonly hasValue: boolean;
  /** What its value may be, where that is known. */
  readonly choices: readonly string[];
}

/** The script with which a shell completes verbs, options, and otherwise files. */
export function completionScript(shell: (typeof shells)[number], verbs: readonly Completed[]): string {
  return { bash, zsh, fish }[shell](verbs);
}

const namesOf = (options: readonly CompletedOption[]): string =>
  options.flatMap(({ names }) => names).join(' ');

/** Where words are offered bash looks for no file: options only behind a dash, or where nothing else can stand. */
const bash = (verbs: readonly Completed[]): string => `# bash completion for strongroom
_strongroom() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" verb="\${COMP_WORDS[1]}"
  local words="" options="" values=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${verbs.map(({ name }) => name).join(' ')} help --help --version"
  else
    case "$verb" in
${verbs.map((verb) => `      ${bashVerb(verb)} ;;`).join('\n')}
      help) words="${verbs.map(({ name }) => name).join(' ')}" ;;
    esac
    case " $values " in *" $previous "*) words="" ;; esac
    case "$verb $previous" in
${verbs.flatMap(bashChoices).join('\n')}
    esac
    case "$current" in -*) words="$options" ;; esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o bashdefault -o default -F _strongroom strongroom
`;

function bashVerb({ name, options, hasArguments, words }: Completed): string {
  const values = namesOf(options.filter(({ hasValue }) => hasValue));
  const offered = hasArguments ? words.join(' ') : '$options';
  return `${name}) options="${namesOf(options)}" values="${values}" words="${offered}"`;
}

const bashChoices = ({ name, options }: Completed): readonly string[] =>
  options
    .filter(({ choices }) => choices.length > 0)
    .flatMap(({ names, choices }) =>
      names.map((each) => `      "${name} ${each}") words="${choices.join(' ')}" ;;`),
    );

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
${verbs.flatMap(zshValues).join('\n')}
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

const zshValues = ({ name, options }: Completed): readonly string[] =>
  options
    .filter(({ hasValue }) => hasValue)
    .flatMap(({ names, choices }) => {
      const offered = choices.length === 0 ? '_files' : `compadd -- ${choices.join(' ')}`;
      return names.map((each) => `    "${name} ${each}") ${offered}; return ;;`);
    });

const fish = (verbs: readonly Completed[]): string =>
  [
    '# fish completion for strongroom',
    ...verbs.flatMap(({ name, summary, options, words }) => {
      const inside = `complete -c strongroom -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
      return [
        `complete -c strongroom -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
        ...options.map(({ names, description, hasValue, choices }) => {
          const value = choices.length > 0 ? `-x -a ${quoted(choices.join(' '))} ` : hasValue ? '-r ' : '';
          return `${inside} ${names.map(fishOption).join(' ')} ${value}-d ${quoted(description)}`;
        }),
        ...(words.length === 0 ? [] : [`${inside} -f -a ${quoted(words.join(' '))}`]),
      ];
    }),
    '',
  ].join('\n');

const fishOption = (name: string): string =>
  name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`;

/** Between single quotes, for all three. */
const quoted = (text: string): string => `'${text.replaceAll("'", '’')}'`;
