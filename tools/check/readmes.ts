/** Every room has a README.md with a mermaid picture, and what the README names in code style exists. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles, roomOf, root } from '../files.ts'
import type { Check } from './check.ts'

const rooms = (): string[] => [
  ...new Set(
    listFiles((path) => /^(packages|modules|apps)\/[^/]+\/package\.json$/.test(path)).map(
      (path) => roomOf(path) ?? '',
    ),
  ),
]

const tablesOf = (room: string): string =>
  listFiles((path) => path.startsWith(`${room}/migrations/`) && path.endsWith('.sql'))
    .map((path) => readFileSync(join(root, path), 'utf8'))
    .join('\n')

/** `inventory_version` in code style is a table; `src/x.ts` is a file. Other code words are free text. */
const missingNames = (room: string, text: string): string[] => {
  const sql = tablesOf(room)
  const prefix = `${room.split('/')[1]}_`
  const words = [...text.matchAll(/`([^`\s]+)`/g)].map((match) => match[1] ?? '')
  return words.filter((word) => {
    if (/^(src|migrations|test|golden)\/[\w./-]+\.\w+$/.test(word)) return !existsSync(join(root, room, word))
    return (
      sql !== '' &&
      word.startsWith(prefix) &&
      /^[a-z_]+$/.test(word) &&
      !new RegExp(`\\b${word}\\b`).test(sql)
    )
  })
}

const problemsOfRoom = (room: string): string[] => {
  const path = `${room}/README.md`
  if (!existsSync(join(root, path))) return [`${room}: has no README.md`]
  const text = readFileSync(join(root, path), 'utf8')
  return [
    ...(text.includes('```mermaid') ? [] : [`${path}: has no mermaid picture`]),
    ...missingNames(room, text).map((word) => `${path}: \`${word}\` does not exist`),
  ]
}

export const checkReadmes: Check = { name: 'readmes', run: async () => rooms().flatMap(problemsOfRoom) }
