/** `rampart encode`: signals and other records, one JSON object per line, to lines that a SIEM reads. Needs no server. */
import { encodeRecord, PAYLOAD_FORMATS, type PayloadFormat, toExportRecord } from '@rampart/codecs'
import { type Command, Option } from 'commander'
import { convertLines } from '../lines/convert-lines.ts'
import type { Run, Session } from '../session.ts'

type Options = {
  readonly format: PayloadFormat
  readonly baseUrl?: string
  readonly hostname?: string
  readonly delimiter?: string
}

const HELP = `
Reads standard input. A line is a signal (time, detector, title, severity, entity, evidence) or a record whose schema is
incident/1, decision/1, containment/1, audit-checkpoint/1, inference/1 or sighting/1.
A line that cannot be encoded is told on standard error with its number and skipped; the exit code is then 1.
What is longer than a format allows is cut, named in the line and referred to (with --base-url as a link).`

const encode = (session: Session, options: Options): Promise<void> => {
  const { format, baseUrl, ...rest } = options
  const context = baseUrl === undefined ? {} : { baseUrl: baseUrl.replace(/\/+$/, '') }
  return convertLines(session, (line) =>
    encodeRecord(toExportRecord(JSON.parse(line), context), format, rest),
  )
}

export const addEncode = (program: Command, run: Run): void => {
  program
    .command('encode')
    .description('write signals from standard input as CEF, LEEF, syslog or OCSF. Needs no server')
    .addOption(
      new Option('--format <format>', 'form of the lines').choices(PAYLOAD_FORMATS).makeOptionMandatory(),
    )
    .option('--base-url <url>', 'where records can be read: becomes the link in each line')
    .option('--hostname <name>', 'host name in the syslog header')
    .option('--delimiter <character>', 'between attributes of LEEF 2.0 (default: a tab)')
    .addHelpText('after', HELP)
    .action(run((session, options: Options) => encode(session, options)))
}
