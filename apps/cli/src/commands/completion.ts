/** `rampart completion SHELL` prints the shell's script, which asks `rampart __complete WORD…`. */
import { Argument, type Command } from 'commander'
import { candidatesFor, type NamesOf } from '../completion/candidates.ts'
import { FILES_MARK, SCRIPTS, SHELLS, type Shell } from '../completion/scripts.ts'
import { kindOf } from '../kinds.ts'
import { listAll } from '../list.ts'
import type { Run, Session } from '../session.ts'

/** Whoever pressed the key does not wait longer for names. */
const NAMES_MS = 1_500
const MOST_NAMES = 200

/** Names that would change the meaning of the answer's lines, or of the shell's, are left out. */
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9._:@/+-]*$/

const namesFrom =
  (session: Session): NamesOf =>
  async (word) => {
    const { io, client } = session
    const kind = kindOf(word)
    const signal = AbortSignal.any([io.signal, AbortSignal.timeout(NAMES_MS)])
    try {
      const items = await listAll({ client, io: { ...io, signal } }, kind.listPath, {}, MOST_NAMES)
      return items.map(kind.nameOf).filter((name) => PLAIN.test(name))
    } catch {
      return []
    }
  }

/** One candidate per line. */
export const answerCompletion = async (
  program: Command,
  session: Session,
  words: readonly string[],
): Promise<void> => {
  const found = await candidatesFor(program, words, namesFrom(session))
  const lines = [...found.words, ...(found.files ? [FILES_MARK] : [])]
  session.io.out(lines.map((line) => `${line}\n`).join(''))
}

const HELP = `
  bash  echo 'source <(rampart completion bash)' >> ~/.bashrc
  zsh   rampart completion zsh > "\${fpath[1]}/_rampart"
  fish  rampart completion fish > ~/.config/fish/completions/rampart.fish
Names of models, routes and other resources come from the server, when it answers within a moment.`

export const addCompletion = (program: Command, run: Run): void => {
  program
    .command('completion')
    .description('print the script that completes commands, flags, kinds and names in a shell')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText('after', HELP)
    .action(run(async ({ io }, shell: Shell) => io.out(SCRIPTS[shell])))
}
