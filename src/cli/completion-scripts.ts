import type { Completion } from "./command.ts";

/** A command as a shell has to know it. */
export interface Described {
  readonly name: string;
  readonly about: string;
  readonly options: readonly {
    readonly name: string;
    /** What completes its value; undefined where it takes none. */
    readonly value: Completion | undefined;
  }[];
  /** What completes the words that are no options. */
  readonly words: Completion;
}

/** Those of `config/local-world.yaml`, and the guest, who has no token. */
const USERS = ["admin", "analyst", "editor", "member", "service", "guest"];

/** A script for bash 4 and newer. */
export function toBash(commands: readonly Described[]): string {
  const cases = commands.map(
    ({ name, options, words }) => `    ${name})
      case $before in
${options.flatMap(({ name: option, value }) => bashValue(option, value)).join("\n")}
      esac
      if [[ $word == -* ]]; then ${bashWords(options.map(({ name: option }) => option))}; else ${bashReply(words)}; fi
      ;;`,
  );
  return `_postern() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    ${bashWords([...commands.map(({ name }) => name), "help", "version", "--help", "--version"])}
    return
  fi
  case \${COMP_WORDS[1]} in
    help) ${bashWords(commands.map(({ name }) => name))} ;;
${cases.join("\n")}
  esac
}
complete -F _postern postern`;
}

/** An option that wants a value gets one; after another the word is as any. */
function bashValue(option: string, value: Completion | undefined): readonly string[] {
  return value === undefined ? [] : [`        ${option}) ${bashReply(value)}; return ;;`];
}

function bashReply(completion: Completion): string {
  if (completion === "files") return 'compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$word")';
  return bashWords(completion === "users" ? USERS : completion);
}

function bashWords(words: readonly string[]): string {
  return words.length === 0
    ? "COMPREPLY=()"
    : `mapfile -t COMPREPLY < <(compgen -W "${words.join(" ")}" -- "$word")`;
}

/** A script for zsh, whose completion system must have been set up. */
export function toZsh(commands: readonly Described[]): string {
  const listed = commands.map(({ name, about }) => `    '${name}:${quoted(about)}'`);
  const cases = commands.map(
    ({ name, options, words }) =>
      `    ${name}) _arguments ${[
        ...options.map(
          ({ name: option, value }) =>
            `'${option}${value === undefined ? "" : `:value:${zshAction(value)}`}'`,
        ),
        `'*:word:${zshAction(words)}'`,
      ].join(" ")} ;;`,
  );
  return `_postern() {
  local -a commands=(
${listed.join("\n")}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local name=\${words[2]}
  shift words
  ((CURRENT--))
  case $name in
    help) _describe command commands ;;
${cases.join("\n")}
  esac
}
compdef _postern postern`;
}

function zshAction(completion: Completion): string {
  if (completion === "files") return "_files";
  const words = completion === "users" ? USERS : completion;
  return words.length === 0 ? "" : `(${words.join(" ")})`;
}

/** Within single quotes, and where a colon ends the name. */
function quoted(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(":", "\\:");
}
