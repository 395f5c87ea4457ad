/** Lines per source file: prints median, p90 and maximum; more than the cap is a failure. Generated and golden data are exempt. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles, roomOf, root } from '../files.ts'
import type { Check } from './check.ts'

const CAP = 400
const isSource = (path: string): boolean =>
  /\.(ts|tsx|mjs|py|rs|rego|sh)$/.test(path) && !/(^|\/)(generated|golden|__generated__|vendor)\//.test(path)

type Size = { readonly path: string; readonly lines: number }

const measure = (path: string): Size => {
  const text = readFileSync(join(root, path), 'utf8')
  return { path, lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0) }
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0

const row = (name: string, sizes: readonly Size[]): string => {
  const lines = sizes.map((size) => size.lines).sort((a, b) => a - b)
  const cells = [lines.length, quantile(lines, 0.5), quantile(lines, 0.9), lines.at(-1) ?? 0]
  return `    ${name.padEnd(24)}${cells.map((cell) => String(cell).padStart(8)).join('')}`
}

export const checkFileSizes: Check = {
  name: 'file-sizes',
  run: async () => {
    const sizes = listFiles(isSource).map(measure)
    const rooms = Map.groupBy(sizes, (size) => roomOf(size.path) ?? size.path.split('/')[0] ?? '')
    const table = [...rooms].sort(([a], [b]) => (a < b ? -1 : 1)).map(([room, members]) => row(room, members))
    const head = `    ${'lines per file'.padEnd(24)}${['files', 'median', 'p90', 'max'].map((cell) => cell.padStart(8)).join('')}`
    process.stdout.write([head, ...table, row('all', sizes), ''].join('\n'))
    return sizes
      .filter((size) => size.lines > CAP)
      .map((size) => `${size.path}: ${size.lines} lines, the cap is ${CAP}`)
  },
}
