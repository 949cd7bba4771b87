// `orion completion bash|zsh|fish`: the scripts by which shells ask `orion __complete` what can stand here.

import { Option } from 'clipanion';
import { OrionError } from '../lib/errors.ts';
import { didYouMean } from './nearest.ts';
import { OrionCommand } from './orion-command.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

export class CompletionCommand extends OrionCommand {
  static override paths = [['completion']];
  static override usage = {
    category: 'Shell',
    description: 'Print the script that completes orion commands in a shell.',
    details: 'Names of services, nodes and so on come from the cluster, as they are at that moment.',
    examples: [
      ['bash: in ~/.bashrc', 'source <($0 completion bash)'],
      ['zsh: in ~/.zshrc, after compinit', 'source <($0 completion zsh)'],
      ['fish', '$0 completion fish > ~/.config/fish/completions/orion.fish'],
    ] as [string, string][],
  };

  shell = Option.String({ name: 'SHELL' });

  // oxlint-disable-next-line typescript/require-await -- every command answers with a promise
  protected override async run(): Promise<void> {
    const shell = shells.find((one) => one === this.shell);
    if (shell === undefined) {
      const meant = didYouMean(this.shell, shells);
      throw new OrionError('USAGE', `SHELL is one of ${shells.join(', ')}, not "${this.shell}"${meant}`);
    }
    this.print(scripts[shell]);
  }
}

/**
 * Each gives `orion __complete` the words of the line up to the cursor, and gets `VALUE<tab>DESCRIPTION` lines, or
 * `:files` where a file is wanted.
 */
const scripts: Readonly<Record<Shell, string>> = {
  bash: String.raw`# orion completion for bash: source <(orion completion bash)
_orion() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ':files' ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
      return
    fi
    COMPREPLY+=("\${line%%$'\t'*}")
  done < <("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _orion orion
`.replaceAll('\\$', '$'),
  zsh: String.raw`# orion completion for zsh: source <(orion completion zsh), after compinit
_orion() {
  local line
  local -a found
  while IFS= read -r line; do
    if [[ $line == ':files' ]]; then
      _files
      return
    fi
    found+=("\${\${line%%$'\t'*}//:/\\:}:\${line#*$'\t'}")
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe 'orion' found
}
compdef _orion orion
`.replaceAll('\\$', '$'),
  fish: String.raw`# orion completion for fish: orion completion fish > ~/.config/fish/completions/orion.fish
function __orion_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l found (command $words[1] __complete -- $words[2..] "$current" 2>/dev/null)
  if test "$found[1]" = ':files'
    __fish_complete_path "$current"
  else
    printf '%s\n' $found
  end
end
complete -c orion -f -a '(__orion_complete)'
`,
};
