/** docs/reference/events.md from the JSON Schemas in contracts/events. */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { listFiles, root } from '../files.ts'

type Property = { readonly type?: string | readonly string[]; readonly description?: string }
type Schema = {
  readonly title?: string
  readonly description?: string
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Property>>
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

const section = (path: string): string => {
  const schema = JSON.parse(readFileSync(join(root, path), 'utf8')) as Schema
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const required = schema.required?.includes(name) === true ? 'yes' : 'no'
    return `| \`${name}\` | ${[property.type ?? 'any'].flat().join(' or ')} | ${required} | ${cell(property.description ?? '')} |`
  })
  return [
    `## \`${basename(path, '.schema.json')}\``,
    '',
    ...[schema.description ?? schema.title ?? '', ''],
    '| data | type | required | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

export const renderEventReference = (): string =>
  [
    '# Events',
    '',
    'Generated from `contracts/events` by `npm run generate`. Every event is a CloudEvents 1.0 envelope with `tenant`,',
    '`principal` and `cursor` beside the standard attributes; `data` is what the tables list. `rampart events -w` follows',
    'them, `GET /api/v1/events` streams them.',
    '',
    ...listFiles((path) => path.startsWith('contracts/events/') && path.endsWith('.schema.json')).map(
      section,
    ),
  ].join('\n')
