/** The help text of the program and of each command, for the reference page and the check of documents. */
import { ALL_COMMANDS } from './commands/all.ts'
import type { Io } from './io.ts'
import { createProgram } from './program.ts'

const SILENT: Io = {
  out: () => undefined,
  err: () => undefined,
  env: {},
  cwd: '/',
  stdin: async () => '',
  isTerminal: false,
  columns: 100,
  signal: new AbortController().signal,
  now: () => 0,
}

/** 100 columns wide. */
export const commandHelp = (): readonly { readonly name: string; readonly help: string }[] => {
  const program = createProgram(SILENT, '', ALL_COMMANDS)
  program.configureHelp({ helpWidth: 100 })
  const own = program.commands.filter((command) => !['server', 'gateway'].includes(command.name()))
  for (const command of own) command.configureHelp({ helpWidth: 100 })
  return [program, ...own].map((command) => ({
    name: command === program ? 'rampart' : `rampart ${command.name()}`,
    help: command.helpInformation(),
  }))
}
