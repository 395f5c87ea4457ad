/** docs/reference/errors.md from every errors.ts of a room or connector: code, HTTP status, exit code, what it means, what helps. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AppError, type ErrorDefinition, httpStatus, toExitCode } from '../../packages/kit/src/index.ts'
import { listFiles, roomOf, root } from '../files.ts'

type Entry = { readonly code: string; readonly definition: ErrorDefinition }

const isEntry = (value: unknown): value is Entry =>
  typeof value === 'function' && 'code' in value && 'definition' in value

/** An errors.ts exports one or more catalogues; whatever else it exports is none. */
const entriesOf = (exported: Readonly<Record<string, unknown>>): readonly Entry[] =>
  Object.values(exported).flatMap((catalogue) =>
    typeof catalogue === 'object' && catalogue !== null ? Object.values(catalogue).filter(isEntry) : [],
  )

const escapeCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

const row = ({ code, definition }: Entry): string => {
  const { kind, summary, help } = definition
  const exit = toExitCode(new AppError({ kind, code, message: summary }))
  return `| <a id="${code}"></a>\`${code}\` | ${httpStatus(kind)} | ${exit} | ${escapeCell(summary)} | ${escapeCell(help ?? '')} |`
}

/** The room; for connectors the system too, since each has a catalogue of its own. */
const titleOf = (path: string): string => {
  const folder = /\/src\/([^/]+)\/errors\.ts$/.exec(path)?.[1]
  const room = roomOf(path) ?? path
  return folder === undefined ? room : `${room}/${folder}`
}

const section = async (path: string): Promise<string> => {
  const exported = (await import(pathToFileURL(join(root, path)).href)) as Record<string, unknown>
  const entries = entriesOf(exported).toSorted((a, b) => (a.code < b.code ? -1 : 1))
  // A library that stands without kit has an error class of its own and no catalogue.
  if (entries.length === 0) return ''
  return [
    `## ${titleOf(path)}`,
    '',
    '| code | HTTP | exit | meaning | what helps |',
    '|---|---|---|---|---|',
    ...entries.map(row),
    '',
  ].join('\n')
}

export const renderErrorReference = async (): Promise<string> => {
  const paths = listFiles((path) =>
    /^(packages|modules|apps)\/[^/]+\/src\/(?:[^/]+\/)?errors\.ts$/.test(path),
  )
  const sections = await Promise.all(paths.filter((path) => !path.startsWith('apps/console/')).map(section))
  return [
    '# Errors',
    '',
    'Generated from the catalogues in `src/errors.ts` of every room by `npm run generate`. The API answers with an',
    'RFC 9457 problem whose `code` stands below; the command line ends with the exit code. An internal error never',
    'says its cause to the caller: the log has it under the request id.',
    '',
    ...sections.filter((text) => text !== ''),
  ].join('\n')
}
