/** `rampart correlate --replay FILE`: joins a history of signals into incidents, and judges the result against labels. */
import type { Command } from 'commander'
import type { CorrelateOptions } from '../correlate/correlate.ts'
import { cliErrors } from '../errors.ts'
import type { Run, Session } from '../session.ts'

const HELP = `
Each line of FILE is a signal as POST /api/v1/signals takes it. Lines that are not are reported on stderr and left out;
with --strict they fail the command. The same file always gives the same incidents, in whatever order its lines are.
Labels say which incident each signal belongs to: lines {"signal": ID or KEY, "incident": NAME} or ID,NAME, lines or a
list of {"incident": NAME, "signals": [ID]}, or one object {ID: NAME}. An empty name, null, "none" or "noise" says: with
nothing. Signals without a label are left out of the metrics; precision, recall and f1 are
those of pairs of signals.`

const correlate = async (session: Session, options: CorrelateOptions): Promise<void> => {
  // Only this command needs the schema compiler.
  const work = await import('../correlate/correlate.ts')
  await work.correlate(session, options)
}

const positive = (value: string): number => {
  const number = value.trim() === '' ? Number.NaN : Number(value)
  if (!Number.isFinite(number) || number <= 0)
    throw cliErrors.CLI_USAGE(`"${value}" is not a positive number`)
  return number
}

export const addCorrelate = (program: Command, run: Run): void => {
  program
    .command('correlate')
    .description('join a history of signals into incidents, and judge that against labels. Needs no server')
    .requiredOption('--replay <file>', 'signals, one JSON object per line')
    .option('--labels <file>', 'the incident of each signal, NDJSON, JSON or CSV')
    .option('--window <minutes>', 'signals further apart are not joined by an entity', positive, 30)
    .option('--hub <subjects>', 'an entity that more subjects mention in a day joins nothing', positive, 12)
    .option('--open <decibans>', 'score from which signals are an incident', positive, 6)
    .option('--ledger', 'with each incident every part of its score')
    .option('--strict', 'fail when a line is not a signal')
    .addHelpText('after', HELP)
    .action(run((session, options: CorrelateOptions) => correlate(session, options)))
}
