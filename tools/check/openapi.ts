/** contracts/openapi.json must not break callers of the last release (or, before one, of the last commit) unsaid. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../files.ts'
import { allowsBreaking, breakingChanges } from '../openapi-diff.ts'
import type { Check } from './check.ts'

const PATH = 'contracts/openapi.json'

type Document = { readonly info: { readonly version: string } }

const git = (...args: string[]): string | undefined => {
  try {
    return execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 ** 2,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return undefined
  }
}

const baseline = (): Document | undefined => {
  const tag = git('tag', '--list', 'v*', '--sort=-version:refname', '--merged')?.split('\n')[0]
  const text = git('show', `${tag === undefined || tag === '' ? 'HEAD' : tag}:${PATH}`)
  return text === undefined ? undefined : (JSON.parse(text) as Document)
}

export const checkOpenApi: Check = {
  name: 'openapi',
  run: async () => {
    if (!existsSync(join(root, PATH))) return [`${PATH} is missing; run npm run generate`]
    const before = baseline()
    const after = JSON.parse(readFileSync(join(root, PATH), 'utf8')) as Document
    if (before === undefined || allowsBreaking(before.info.version, after.info.version)) return []
    return breakingChanges(before, after).map(
      (change) => `${change} (raise the version of the API if it must be)`,
    )
  },
}
