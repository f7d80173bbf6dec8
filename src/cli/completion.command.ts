// `hutong completion bash|zsh|fish`: a script for the shell, made from commander's own data, so
// that it names what there is. Words only: values of options are the shell's to complete, as files.
import type { Command } from 'commander';
import { CommandError, EXIT } from './exit.ts';

interface Place {
  /** `sandbox clock`; empty at the top. */
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly text: string }[];
}

/** Every place where a word may follow, the top first. */
function placesOf(command: Command, path: readonly string[] = []): Place[] {
  const options = command.options.flatMap(({ long, description }) =>
    long === null || long === undefined ? [] : [{ word: long, text: description }],
  );
  const below = command.commands.map((each) => ({ word: each.name(), text: each.description() }));
  const own = { path: path.join(' '), words: [...below, ...options, HELP] };
  return [own, ...command.commands.flatMap((each) => placesOf(each, [...path, each.name()]))];
}

const HELP = { word: '--help', text: 'how to use it' };
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The words before the cursor that are commands name the place. */
function bash(places: readonly Place[]): string {
  const cases = places.map(({ path, words }) => {
    return `    ${quoted(path)}) words=${quoted(words.map(({ word }) => word).join(' '))} ;;`;
  });
  return `_hutong() {
  local path= word words= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case " ${places.map(({ path }) => `|${path}|`).join(' ')} " in
      *"|\${path:+$path }$word|"*) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _hutong hutong
`;
}

function zsh(places: readonly Place[]): string {
  const cases = places.map(({ path, words }) => {
    const described = words.map(({ word, text }) =>
      quoted(`${word}:${text.replaceAll(':', '\\:')}`),
    );
    return `    ${quoted(path)}) list=(${described.join(' ')}) ;;`;
  });
  return `#compdef hutong
_hutong() {
  local place='' word i
  local -a list
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    case " ${places.map(({ path }) => `|${path}|`).join(' ')} " in
      *"|\${place:+$place }$word|"*) place="\${place:+$place }$word" ;;
    esac
  done
  case "$place" in
${cases.join('\n')}
  esac
  _describe hutong list || _files
}
compdef _hutong hutong
`;
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, words }) => {
    const seen =
      path === '' ? '' : `; and __fish_seen_subcommand_from ${path.split(' ').at(-1) ?? ''}`;
    const when = path === '' ? '__fish_use_subcommand' : `true${seen}`;
    return words.map(({ word, text }) => {
      const name = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`;
      return `complete -c hutong -n ${quoted(when)} ${name} -d ${quoted(text)}`;
    });
  });
  return `${lines.join('\n')}\n`;
}

const SHELLS: Readonly<Record<string, (places: readonly Place[]) => string>> = { bash, zsh, fish };

export function registerCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a completion script for bash, zsh or fish')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText('after', '\nExample:\n  $ source <(npx hutong completion bash)')
    .action((shell: string) => {
      const script = SHELLS[shell];
      if (script === undefined) {
        throw new CommandError(EXIT.usage, `${shell} is no shell known here`, 'bash, zsh or fish');
      }
      process.stdout.write(script(placesOf(program)));
    });
}
