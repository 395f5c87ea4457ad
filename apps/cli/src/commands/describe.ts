/** `rampart describe KIND NAME`: everything about one resource; a model version reads like a passport. */
import type { Command } from 'commander'
import { cliErrors } from '../errors.ts'
import { printable } from '../io.ts'
import { kindOf, type Resource } from '../kinds.ts'
import { printDocument } from '../output.ts'
import type { Run, Session } from '../session.ts'
import { age, renderTable } from '../table.ts'

const rows = (value: unknown): readonly Resource[] => (Array.isArray(value) ? value : [])
const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value))

const section = (title: string, body: string): string => `\n${title}\n${body.replaceAll(/^(?=.)/gm, '  ')}`

const tensors = (signature: unknown, side: 'inputs' | 'outputs'): string =>
  rows((signature as Resource | undefined)?.[side])
    .map((tensor) => `${text(tensor.name)} ${text(tensor.datatype)} [${rows(tensor.shape).join(', ')}]`)
    .join('; ')

const facts = (version: Resource): string =>
  [
    ['Name', version.name],
    ['Version', version.version],
    ['Stage', version.stage],
    ['Serving', version.serving === true ? 'yes' : 'no'],
    ['Digest', version.digest],
    ['Description', version.description],
    ['Created', `${text(version.createdAt)} by ${text(version.createdBy)}`],
    ['Inputs', tensors(version.signature, 'inputs')],
    ['Outputs', tensors(version.signature, 'outputs')],
  ]
    .filter(([, value]) => text(value) !== '')
    .map(([name, value]) => `${`${text(name)}:`.padEnd(13)} ${printable(text(value))}\n`)
    .join('')

const passport = (version: Resource, now: number): string => {
  const gates = renderTable(
    [
      { head: 'TO', cell: (row) => text(row.to) },
      { head: 'AGE', cell: (row) => age(row.time, now), right: true },
      { head: 'BY', cell: (row) => text(row.principal) },
      { head: 'REASON', cell: (row) => text(row.reason) },
    ],
    rows(version.transitions),
  )
  const evidence = renderTable(
    [
      { head: 'STATEMENT', cell: (row) => text(row.predicateType) },
      { head: 'VERIFIED', cell: (row) => (row.verified === true ? 'yes' : 'NO') },
      { head: 'ID', cell: (row) => text(row.id) },
    ],
    rows(version.evidence),
  )
  const actions = renderTable(
    [
      { head: 'STEP', cell: (row) => text(row.to) },
      { head: 'POLICY SAYS', cell: (row) => (row.allow === true ? 'allow' : 'deny') },
      { head: 'WHY', cell: (row) => rows(row.reasons).join('; ') },
    ],
    rows(version.actions),
  )
  return `${facts(version)}${section('Steps taken', gates)}${section('Evidence', evidence)}${section('Possible steps', actions)}`
}

const describe = async (session: Session, word: string, name: string): Promise<void> => {
  const kind = kindOf(word)
  if (kind.itemPath === undefined)
    throw cliErrors.CLI_USAGE(`${kind.plural} can only be listed: rampart get ${kind.plural}`)
  const { data } = await session.client.call<Resource>('GET', kind.itemPath(name), {
    signal: session.io.signal,
  })
  const asText = kind.singular === 'model' && name.includes(':') && session.format === 'table'
  if (asText) session.io.out(passport(data, session.io.now()))
  else printDocument(session.io, data, session.format)
}

export const addDescribe = (program: Command, run: Run): void => {
  program
    .command('describe')
    .description('show everything about one resource')
    .argument('<kind>')
    .argument('<name>', 'a model version is NAME:VERSION')
    .action(run((session, word: string, name: string) => describe(session, word, name)))
}
