/** Every third-party package a workspace names is explained in docs/dependencies.md, and the lockfile names no host. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles, root } from '../files.ts'
import { findIncomplete } from '../lock.mjs'
import type { Check } from './check.ts'

type Lockfile = {
  readonly packages: Record<string, { readonly optionalDependencies?: Record<string, string> }>
}
type Manifest = {
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
}

const DOC = 'docs/dependencies.md'
const isManifest = (path: string): boolean => /^((packages|modules|apps)\/[^/]+\/)?package\.json$/.test(path)
const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/

const read = (path: string): string =>
  existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : ''

const problemsOfManifest = (path: string, documented: string): string[] => {
  const manifest: Manifest = JSON.parse(read(path))
  const entries = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
  return entries
    .filter(([name]) => !name.startsWith('@rampart/'))
    .flatMap(([name, version]) => [
      ...(EXACT.test(version) ? [] : [`${path}: ${name} ${version} is not an exact version`]),
      ...(documented.includes(`\`${name}\``)
        ? []
        : [`${DOC}: says nothing about \`${name}\` (named by ${path})`]),
    ])
}

export const checkDependencies: Check = {
  name: 'dependencies',
  run: async () => {
    const documented = read(DOC)
    const hosts = [...read('package-lock.json').matchAll(/"resolved": "(https?:[^"]+)"/g)]
    const lock: Lockfile = JSON.parse(read('package-lock.json'))
    return [
      ...findIncomplete(lock.packages).map(
        ([path, name]) => `package-lock.json: ${name} of ${path} is missing; run npm run lock`,
      ),
      ...listFiles(isManifest).flatMap((path) => problemsOfManifest(path, documented)),
      ...hosts
        .slice(0, 3)
        .map((match) => `package-lock.json: names a host (${match[1]}); keep .npmrc as it is`),
    ]
  },
}
