/** The command line as a whole: commands, global options, and one place where failures become messages and exit codes. */
import { Command, CommanderError, Option } from 'commander'
import type { AddCommand } from './commands/all.ts'
import { amountOf } from './commands/arguments.ts'
import { cliErrors } from './errors.ts'
import { reportFailure } from './failure.ts'
import { colorsFor, type Io } from './io.ts'
import { FORMATS } from './output.ts'
import { type GlobalFlags, openSession, type Run } from './session.ts'

const EXIT_CODES = `
Exit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 denied, 5 verification failed, 6 unavailable, 130 interrupted.`

/**
 * Commands on plain files start alone: what the others import costs more processor time than signing a small model, and a
 * large one is measured against openssl.
 */
const FAST_COMMANDS: ReadonlyMap<string, () => Promise<AddCommand>> = new Map([
  ['sign', async () => (await import('./commands/sign.ts')).addSign],
  ['verify', async () => (await import('./commands/verify.ts')).addVerify],
])

/** What a completion script asks by; the words after it are somebody's unfinished command, not ours to parse. */
const COMPLETE = '__complete'

const commandsFor = async (word: string | undefined): Promise<readonly AddCommand[]> => {
  const fast = FAST_COMMANDS.get(word ?? '')
  return fast === undefined ? (await import('./commands/all.ts')).ALL_COMMANDS : [await fast()]
}

/** The program with these commands; `server` is always among them. */
export const createProgram = (io: Io, version: string, commands: readonly AddCommand[]): Command => {
  const program = new Command('rampart')
    .description('Register, approve, serve and watch models under policy.')
    .version(version, '-V, --version')
    .addOption(
      new Option('--server <url>', 'server to talk to (RAMPART_SERVER; default http://127.0.0.1:7070)'),
    )
    .addOption(new Option('-o, --output <format>', 'form of the answer').choices(FORMATS))
    .addOption(
      new Option('--timeout <seconds>', 'longest wait for the server to get something done').argParser(
        amountOf,
      ),
    )
    .option('-q, --quiet', 'no messages, only data')
    .addHelpText('after', EXIT_CODES)
    .showSuggestionAfterError()
    .showHelpAfterError('(rampart --help lists the commands)')
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err })
  // `rampart server` and `rampart gateway` are taken by the launcher before this program starts; listed for the reader.
  program.command('server', 'start the server here (its options: rampart server --help)', {
    executableFile: 'rampart',
  })
  program.command(
    'gateway',
    'start a serving process fed by the server (its options: rampart gateway --help)',
    {
      executableFile: 'rampart',
    },
  )
  const run: Run =
    (work) =>
    async (...args) => {
      const flags = program.opts<GlobalFlags>()
      if (flags.output === 'sarif' && !args.some((one) => one instanceof Command && one.name() === 'scan'))
        throw cliErrors.CLI_USAGE('only rampart scan answers in SARIF')
      if (flags.output === 'csv' && !args.some((one) => one instanceof Command && one.name() === 'query'))
        throw cliErrors.CLI_USAGE('only rampart query answers in CSV')
      await work(openSession(io, flags), ...args)
    }
  for (const add of commands) add(program, run)
  for (const command of program.commands.flatMap((one) => [one, ...one.commands]))
    command.copyInheritedSettings(program)
  return program
}

/** Runs one command and gives its exit code. `argv` is what stands after `rampart`. */
export const runCli = async (argv: readonly string[], io: Io, version: string): Promise<number> => {
  try {
    const program = createProgram(io, version, await commandsFor(argv[0]))
    if (argv[0] === COMPLETE) {
      const { answerCompletion } = await import('./commands/completion.ts')
      await answerCompletion(program, openSession(io, {}), argv.slice(1))
      return 0
    }
    if (argv.length === 0) {
      program.outputHelp()
      return 0
    }
    await program.parseAsync([...argv], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError && error.code === 'commander.help') return 0
    return reportFailure(error, io, colorsFor(io))
  }
}
