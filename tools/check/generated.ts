/** Generated files must equal what would be generated now. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../files.ts'
import { type GeneratedFile, generatedFiles } from '../generate/list.ts'
import type { Check } from './check.ts'

const firstDifference = (expected: string, found: string): string => {
  const want = expected.split('\n')
  const have = found.split('\n')
  const at = want.findIndex((line, index) => line !== have[index])
  const line = at === -1 ? want.length : at
  return `line ${line + 1}: expected ${JSON.stringify(want[line] ?? '')}, found ${JSON.stringify(have[line] ?? '')}`
}

const compare = async ({ path, render }: GeneratedFile): Promise<string[]> => {
  const expected = await render()
  if (!existsSync(join(root, path))) return [`${path} is missing; run npm run generate`]
  const found = readFileSync(join(root, path), 'utf8')
  if (found === expected) return []
  return [`${path} is out of date (${firstDifference(expected, found)}); run npm run generate`]
}

export const checkGenerated: Check = {
  name: 'generated',
  run: async () => (await Promise.all(generatedFiles.map(compare))).flat(),
}
