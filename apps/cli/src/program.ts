/** The command line as a whole: commands, global options, and one place where failures become messages and exit codes. */
import { Command, CommanderError, Option } from 'commander'
import { addApply } from './commands/apply.ts'
import { amountOf } from './commands/arguments.ts'
import { addAttest } from './commands/attest.ts'
import { addAudit } from './commands/audit.ts'
import { addBom } from './commands/bom.ts'
import { addChangepoints } from './commands/changepoints.ts'
import { addDelete } from './commands/delete.ts'
import { addDescribe } from './commands/describe.ts'
import { addDrift } from './commands/drift.ts'
import { addEvents } from './commands/events.ts'
import { addGet } from './commands/get.ts'
import { addLogin } from './commands/login.ts'
import { addReplay } from './commands/replay.ts'
import { addScan } from './commands/scan.ts'
import { addSign } from './commands/sign.ts'
import { addTransitions } from './commands/transition.ts'
import { addVerify } from './commands/verify.ts'
import { cliErrors } from './errors.ts'
import { reportFailure } from './failure.ts'
import { colorsFor, type Io } from './io.ts'
import { FORMATS } from './output.ts'
import { type GlobalFlags, openSession, type Run } from './session.ts'

const EXIT_CODES = `
Exit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 denied, 5 verification failed, 6 unavailable, 130 interrupted.`

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

const addCommands = (program: Command, run: Run): void => {
  for (const add of [
    addGet,
    addDescribe,
    addApply,
    addDelete,
    addTransitions,
    addEvents,
    addReplay,
    addDrift,
    addChangepoints,
    addSign,
    addVerify,
    addBom,
    addAttest,
    addAudit,
    addScan,
    addLogin,
  ])
    add(program, run)
}

const createProgram = (io: Io, version: string): Command => {
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
  // `rampart server` is taken by the launcher before this program starts; it is listed for the reader.
  program.command('server', 'start the server here (its options: rampart server --help)', {
    executableFile: 'rampart',
  })
  const run: Run =
    (work) =>
    async (...args) => {
      const flags = program.opts<GlobalFlags>()
      if (flags.output === 'sarif' && !args.some((one) => one instanceof Command && one.name() === 'scan'))
        throw cliErrors.CLI_USAGE('only rampart scan answers in SARIF')
      await work(openSession(io, flags), ...args)
    }
  addCommands(program, run)
  for (const command of program.commands.flatMap((one) => [one, ...one.commands]))
    command.copyInheritedSettings(program)
  return program
}

/** The help text of the program and of each command, 100 columns wide, for the reference page. */
export const commandHelp = (): readonly { readonly name: string; readonly help: string }[] => {
  const program = createProgram(SILENT, '')
  program.configureHelp({ helpWidth: 100 })
  const own = program.commands.filter((command) => command.name() !== 'server')
  for (const command of own) command.configureHelp({ helpWidth: 100 })
  return [program, ...own].map((command) => ({
    name: command === program ? 'rampart' : `rampart ${command.name()}`,
    help: command.helpInformation(),
  }))
}

/** Runs one command and gives its exit code. `argv` is what stands after `rampart`. */
export const runCli = async (argv: readonly string[], io: Io, version: string): Promise<number> => {
  try {
    const program = createProgram(io, version)
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
