import type { Command } from 'commander';
import { EXIT } from '../core/errors.ts';
import { CODE_LANGUAGES } from '../sandbox/code/languages/registry.ts';
import { shellQuoted } from '../sandbox/shell.ts';
import { libraryTools } from '../tools/registry.ts';
import { oneOf } from './arguments.ts';
import { print } from './terminal.ts';

/** A command as completion needs it: where it stands, what can follow. */
export interface Entry {
  /** Words before it, `config check`; '' for the command itself. */
  path: string;
  subcommands: { name: string; description: string }[];
  options: { long: string; short?: string; description: string; takesValue: boolean; values?: string[] }[];
  /** Words that can follow by themselves; else paths do. */
  words?: string[];
  /** Whether these paths are files; else directories. */
  files: boolean;
}

/** Values that some options take, by the option or by the command and the option; they are checked where the options are used. */
const VALUES: Record<string, string[]> = {
  '--apply': ['green', 'ask', 'never'], '--sandbox': ['auto', 'none'], '--language': ['python', 'javascript', 'typescript', 'go'],
  'exec --language': CODE_LANGUAGES.map(({ name }) => name), 'fn --language': ['python', 'javascript', 'typescript', 'go'], '--profile': ['copy', 'save', 'fast'], '--decode': ['greedy', 'sample'],
  '--network': ['none', 'loopback'], '--min-rung': ['A', 'B', 'C', 'D', 'M'],
  '--project-type': ['web_app', 'data_pipeline', 'cli_tool'], '--form': ['openai', 'anthropic', 'mcp'], '--engine': ['podman', 'docker'],
};

const SHELLS = ['bash', 'zsh', 'fish'];

/** Words of commands that take neither a directory nor a file. */
const WORDS: Record<string, () => string[]> = {
  completion: () => SHELLS, 'tool call': () => libraryTools().map(({ name }) => name), 'tool schema': () => libraryTools().map(({ name }) => name),
};

/** Everything that can be typed, read off the grammar itself. */
export function entries(program: Command): Entry[] {
  const visit = (command: Command, path: string): Entry[] => [
    {
      path,
      subcommands: command.commands.map((sub) => ({ name: sub.name(), description: sub.description() })),
      options: [
        ...command.options.filter((option) => !option.hidden && option.long).map((option) => ({
          long: option.long ?? '', short: option.short, description: option.description, takesValue: Boolean(option.required || option.optional), values: VALUES[`${path} ${option.long}`] ?? VALUES[option.long ?? ''],
        })),
        { long: '--help', short: '-h', description: 'show help', takesValue: false },
      ],
      words: WORDS[path]?.(),
      files: path === 'exec',
    },
    ...command.commands.flatMap((sub) => visit(sub, `${path} ${sub.name()}`.trim())),
  ];
  return visit(program, '');
}

/** `untilgreen completion bash|zsh|fish`. */
export function completion(shell: string, program: Command): number {
  const write = { bash, zsh, fish }[oneOf('completion', ['bash', 'zsh', 'fish'], shell)];
  print(write(entries(program)));
  return EXIT.green;
}

const words = (entry: Entry) => [...entry.subcommands.map((sub) => sub.name), ...(entry.words ?? []), ...entry.options.flatMap((option) => [option.long, option.short ?? []].flat())].join(' ');

function bash(all: Entry[]): string {
  const valued = all.flatMap(({ path, options }) => options.filter((option) => option.takesValue).map((option) => ({
    names: [option.long, ...(option.short ? [option.short] : [])].map((name) => shellQuoted(`${path} ${name}`)).join('|'), values: option.values,
  })));
  return `# bash completion for untilgreen
_untilgreen() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
${all.filter((entry) => entry.path).map((entry) => `      ${shellQuoted(entry.path.includes(' ') ? entry.path : ` ${entry.path}`)}) path=${shellQuoted(entry.path)} ;;`).join('\n')}
    esac
  done
  case "$path $previous" in
${valued.map(({ names, values }) => `    ${names}) COMPREPLY=($(compgen ${values ? `-W ${shellQuoted(values.join(' '))}` : '-f'} -- "$current")); return ;;`).join('\n')}
  esac
  local words paths
  case "$path" in
${all.map((entry) => `    ${shellQuoted(entry.path)}) words=${shellQuoted(words(entry))} paths=${entry.words ? '' : entry.files ? '-f' : '-d'} ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ "$current" == -* || ! "$paths" ]] || COMPREPLY+=($(compgen "$paths" -- "$current"))
}
complete -o filenames -F _untilgreen untilgreen`;
}

/** Brackets and colons end a description in zsh's specifications. */
const escape = (text: string) => text.replaceAll(/[\\[\]:]/g, String.raw`\$&`);
const functionOf = (path: string) => `_untilgreen${path ? `_${path.replaceAll(' ', '_')}` : ''}`;

function zsh(all: Entry[]): string {
  const describeOptions = (entry: Entry) =>
    entry.options.map((option) => shellQuoted(`${option.long}[${escape(option.description)}]${option.takesValue ? `:value:${option.values ? `(${option.values.join(' ')})` : '_files'}` : ''}`)).join(' ');
  return `#compdef untilgreen
# zsh completion for untilgreen
${all.map((entry) => entry.subcommands.length > 0
    ? `${functionOf(entry.path)}() {
  local line state
  _arguments -C ${describeOptions(entry)} '1: :->command' '*:: :->rest'
  case "$state" in
    command) _values command ${entry.subcommands.map((sub) => shellQuoted(`${sub.name}[${escape(sub.description)}]`)).join(' ')} ;;
    rest) case "$line[1]" in
${entry.subcommands.map((sub) => `      ${sub.name}) ${functionOf(`${entry.path} ${sub.name}`.trim())} ;;`).join('\n')}
    esac ;;
  esac
}`
    : `${functionOf(entry.path)}() { _arguments ${describeOptions(entry)} ${shellQuoted(entry.words ? `1:word:(${entry.words.join(' ')})` : entry.files ? '*:file:_files' : '*:directory:_files -/')} }`).join('\n')}
_untilgreen "$@"`;
}

function fish(all: Entry[]): string {
  const lines = ['# fish completion for untilgreen', 'complete -c untilgreen -f'];
  for (const entry of all) {
    const [first, second] = entry.path.split(' ');
    const here = entry.path === '' ? '__fish_use_subcommand' : second ? `__fish_seen_subcommand_from ${first}; and __fish_seen_subcommand_from ${second}` : `__fish_seen_subcommand_from ${first}`;
    for (const sub of entry.subcommands) lines.push(`complete -c untilgreen -n ${shellQuoted(here)} -a ${shellQuoted(sub.name)} -d ${shellQuoted(sub.description)}`);
    if (entry.words) lines.push(`complete -c untilgreen -n ${shellQuoted(here)} -a ${shellQuoted(entry.words.join(' '))}`);
    if (entry.files) lines.push(`complete -c untilgreen -n ${shellQuoted(here)} -F`);
    for (const option of entry.options) {
      const value = option.values ? ` -x -a ${shellQuoted(option.values.join(' '))}` : option.takesValue ? ' -r -F' : '';
      lines.push(`complete -c untilgreen -n ${shellQuoted(here)} -l ${option.long.slice(2)}${option.short ? ` ${option.short.startsWith('--') ? `-l ${option.short.slice(2)}` : `-s ${option.short.slice(1)}`}` : ''}${value} -d ${shellQuoted(option.description)}`);
    }
  }
  return lines.join('\n');
}
