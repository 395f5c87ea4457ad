/** `rampart telemetry import-reference MODEL:VERSION --file F`: what live traffic is compared with, from a table. */
import { openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { cliErrors } from '../errors.ts'
import { printable } from '../io.ts'
import { modelVersionRef } from '../references.ts'
import type { Run, Session } from '../session.ts'

const FORMATS = ['csv', 'tsv', 'parquet', 'npz'] as const

type Options = { readonly file: string; readonly format?: string; readonly delimiter?: string }

type Imported = {
  readonly rows: number
  readonly features: readonly string[]
  readonly ignored: readonly string[]
}

const formatOf = ({ file, format }: Options): string => {
  if (format !== undefined) return format
  const extension = extname(file).slice(1).toLowerCase()
  if (FORMATS.some((known) => known === extension)) return extension
  throw cliErrors.CLI_USAGE(`${file}: say what it is with --format ${FORMATS.join('|')}`)
}

const openFile = async (path: string, shown: string): Promise<Blob> => {
  const found = await stat(path).catch((cause: unknown) => {
    throw cliErrors.CLI_NO_FILE(`${shown} cannot be read`, { cause })
  })
  if (!found.isFile()) throw cliErrors.CLI_NO_FILE(`${shown} is not a file`)
  return openAsBlob(path)
}

const importReference = async (session: Session, reference: string, options: Options): Promise<void> => {
  const { name, version } = modelVersionRef(reference)
  const format = formatOf(options)
  const blob = await openFile(resolve(session.io.cwd, options.file), options.file)
  const path = `/api/v1/telemetry/${encodeURIComponent(name)}/${encodeURIComponent(version)}/reference`
  const { data } = await session.client.upload<Imported>(path, blob, {
    method: 'PUT',
    query: { format, ...(options.delimiter === undefined ? {} : { delimiter: options.delimiter }) },
    signal: session.io.signal,
  })
  const { rows, features, ignored } = data
  if (session.format === 'json') {
    session.io.out(`${JSON.stringify(data)}\n`)
    return
  }
  session.io.out(
    `telemetry/${name}:${version} reference of ${rows} rows, ${features.length} features watched\n`,
  )
  if (ignored.length > 0)
    session.say(
      `not used, no input or output of the model: ${printable(ignored.slice(0, 12).join(', '))}${ignored.length > 12 ? ', …' : ''}`,
    )
}

export const addTelemetry = (program: Command, run: Run): void => {
  const telemetry = program
    .command('telemetry')
    .description('what live traffic is compared with (what was measured: rampart get telemetry)')
  telemetry
    .command('import-reference')
    .description('replace the reference profile of a version by that of a table: CSV, TSV, Parquet or npz')
    .argument('<model:version>')
    .requiredOption('--file <file>', 'columns named as the features, or INPUT[i]; outputs may be among them')
    .addOption(new Option('--format <format>', 'when the extension does not say').choices(FORMATS))
    .option('--delimiter <char>', 'of CSV')
    .action(
      run((session, reference: string, options: Options) => importReference(session, reference, options)),
    )
}
