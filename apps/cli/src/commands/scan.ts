/** `rampart scan`: model files judged by content, without a server; usable as a gate in a script. */
import { resolve } from 'node:path'
import { type FileReport, type ScanReport, scanPaths, toSarif } from '@rampart/artifacts'
import type { Command } from 'commander'
import { cliErrors } from '../errors.ts'
import { printDocument } from '../output.ts'
import type { Run, Session } from '../session.ts'
import { type Column, renderTable } from '../table.ts'

type Row = { readonly file: FileReport; readonly finding: FileReport['findings'][number] | undefined }

const MAX_TABLE_FINDINGS = 5

/** One line per file, and one per further finding. */
const rowsOf = ({ files }: ScanReport): readonly Row[] =>
  files.flatMap((file): Row[] =>
    file.findings.length === 0
      ? [{ file, finding: undefined }]
      : file.findings.slice(0, MAX_TABLE_FINDINGS).map((finding) => ({ file, finding })),
  )

const columns: readonly Column<Row>[] = [
  { head: 'VERDICT', cell: ({ file }) => file.verdict },
  { head: 'FORMAT', cell: ({ file }) => file.format },
  { head: 'FILE', cell: ({ file }) => file.path },
  { head: 'RULE', cell: ({ finding }) => finding?.rule ?? '' },
  { head: 'MESSAGE', cell: ({ finding }) => finding?.message ?? '' },
]

const print = ({ io, format }: Session, report: ScanReport, version: string): void => {
  if (format === 'sarif') io.out(`${JSON.stringify(toSarif(report.files, version), null, 2)}\n`)
  else if (format === 'json' || format === 'yaml') printDocument(io, report, format)
  else if (format === 'name') io.out(report.files.map(({ verdict, path }) => `${verdict} ${path}\n`).join(''))
  else io.out(renderTable(columns, rowsOf(report)))
}

const scan =
  (version: string) =>
  async (session: Session, paths: readonly string[]): Promise<void> => {
    const { io, say, timeoutMs } = session
    const named = new Map(paths.map((path) => [resolve(io.cwd, path), path.replace(/(?<=.)\/+$/, '')]))
    const report = await scanPaths([...named.keys()], {
      signal: io.signal,
      ...(timeoutMs === undefined ? {} : { limits: { maxMillis: timeoutMs } }),
    })
    const files = report.files.map((file) => ({ ...file, path: shown(file.path, named) }))
    print(session, { files }, version)
    const bad = files.filter(({ verdict }) => verdict !== 'clean')
    if (bad.length > 0) {
      const blocked = bad.filter(({ verdict }) => verdict === 'blocked').length
      throw cliErrors.CLI_FILES_UNTRUSTED(
        `${blocked} blocked and ${bad.length - blocked} unverified of ${files.length} files and members`,
      )
    }
    say(`${files.length} files and members are clean`)
  }

/** Paths are shown as they were given, not as they were resolved. */
const shown = (path: string, named: ReadonlyMap<string, string>): string => {
  for (const [from, given] of named)
    if (path === from || path.startsWith(`${from}/`) || path.startsWith(`${from}!`))
      return `${given}${path.slice(from.length)}`
  return path
}

export const addScan = (program: Command, run: Run): void => {
  program
    .command('scan <path...>')
    .description(
      'judge model files by content, without a server or loading them; -o sarif for CI; exit 5 unless all are clean; --timeout is per file',
    )
    .action(run(scan(program.version() ?? '')))
}
