/** `rampart decode`: lines of CEF, LEEF, syslog or Suricata EVE to one JSON object per line. Needs no server. */
import { alertOfCef, alertOfLeef, decodeCef, decodeEve, decodeLeef, decodeSyslog } from '@rampart/codecs'
import { type Command, Option } from 'commander'
import { cliErrors } from '../errors.ts'
import { convertLines } from '../lines/convert-lines.ts'
import type { Run, Session } from '../session.ts'

const FORMATS = ['cef', 'leef', 'syslog', 'eve'] as const

type Options = { readonly format: (typeof FORMATS)[number]; readonly alerts?: boolean }

const HELP = `
Reads standard input. cef and leef: the header, typed fields, and what is wrong with them under "problems"; a syslog header
before them is kept as "prefix". syslog: RFC 5424 or RFC 3164. eve: an alert becomes a signal/1, which rampart encode
takes, anything else a sighting/1. --alerts makes signals and sightings of cef and leef too.
A line that cannot be decoded is told on standard error with its number and skipped; the exit code is then 1.`

const decoderFor = ({ format, alerts = false }: Options, now: string): ((line: string) => unknown) => {
  const rules = { receivedAt: now }
  if (alerts && format === 'syslog') throw cliErrors.CLI_USAGE('--alerts goes with cef, leef and eve')
  switch (format) {
    case 'cef':
      return alerts ? (line) => alertOfCef(decodeCef(line), rules) : decodeCef
    case 'leef':
      return alerts ? (line) => alertOfLeef(decodeLeef(line), rules) : decodeLeef
    case 'syslog':
      return decodeSyslog
    case 'eve':
      return decodeEve
  }
}

const decode = (session: Session, options: Options): Promise<void> => {
  const read = decoderFor(options, new Date(session.io.now()).toISOString())
  return convertLines(session, (line) => JSON.stringify(read(line)))
}

export const addDecode = (program: Command, run: Run): void => {
  program
    .command('decode')
    .description('read CEF, LEEF, syslog or Suricata EVE lines from standard input as JSON. Needs no server')
    .addOption(new Option('--format <format>', 'form of the lines').choices(FORMATS).makeOptionMandatory())
    .option('--alerts', 'make signals and sightings of CEF and LEEF events')
    .addHelpText('after', HELP)
    .action(run((session, options: Options) => decode(session, options)))
}
