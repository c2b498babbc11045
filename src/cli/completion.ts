import { type Command, command, type Completion, type Entry, type Grammar, seeHelp } from "./command.ts";
import { misuse } from "./complaint.ts";
import { type Described, toBash, toZsh } from "./completion-scripts.ts";
import { EXIT } from "./exit.ts";
import { terminal } from "./terminal.ts";

const HELP = `Usage: postern completion bash|zsh

Prints what completes the commands, their options, and files and users where those stand. To have it in every shell:

  bash   echo 'source <(postern completion bash)' >> ~/.bashrc
  zsh    echo 'source <(postern completion zsh)' >> ~/.zshrc   # after compinit`;

const SHELLS = ["bash", "zsh"] as const;

/** `postern completion`, for these commands: what they take their own grammars say. */
export function completionOf(commands: Readonly<Record<string, Entry>>): Command {
  return command(
    { name: "completion", help: HELP, words: 1, completes: { words: SHELLS } },
    async ({ words: [shell] }) => {
      if (shell !== "bash" && shell !== "zsh")
        throw misuse(`the shell is bash or zsh; ${seeHelp("completion")}`);
      const described = await Promise.all(Object.entries(commands).map(describe));
      terminal.out((shell === "bash" ? toBash : toZsh)(described));
      return EXIT.ok;
    },
  );
}

async function describe([name, { about, load }]: readonly [string, Entry]): Promise<Described> {
  const { grammar } = await load();
  return { name, about, options: optionsOf(grammar), words: completionFor(grammar, "words") };
}

function optionsOf(grammar: Grammar): Described["options"] {
  const own = Object.entries(grammar.options ?? {}).map(([name, { type }]) => ({
    name: `--${name}`,
    value: type === "string" ? completionFor(grammar, name) : undefined,
  }));
  return [...own, { name: "--help", value: undefined }];
}

function completionFor({ completes = {} }: Grammar, what: string): Completion {
  return completes[what] ?? [];
}
