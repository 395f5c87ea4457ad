/** Builds apps/console with Vite when its source changed since the last build. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root, run } from './runtime.mjs'

const CONSOLE = join(root, 'apps', 'console')
const DIST = join(CONSOLE, 'dist')
const STAMP = join(DIST, '.source-digest')
/** Everything a build reads. */
const SOURCES = ['apps/console/src', 'apps/console/public', 'packages/client/src', 'package-lock.json']
const NOT_SOURCE = /\.(test|e2e)\.tsx?$/

const filesUnder = (path) =>
  readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(join(path, entry.name)) : [join(path, entry.name)]))

const sourceFiles = () => {
  const topLevel = readdirSync(CONSOLE, { withFileTypes: true }).filter((entry) => entry.isFile())
  const listed = SOURCES.map((path) => join(root, path)).filter((path) => existsSync(path))
  return [
    ...topLevel.map((entry) => join(CONSOLE, entry.name)).sort(),
    ...listed.flatMap((path) => (path.endsWith('.json') ? [path] : filesUnder(path))),
  ].filter((path) => !NOT_SOURCE.test(path))
}

export const consoleDigest = () => {
  const hash = createHash('sha256')
  for (const path of sourceFiles()) {
    const content = readFileSync(path)
    hash.update(`${relative(root, path)}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

export const buildConsole = async (runtime) => {
  if (!existsSync(join(CONSOLE, 'index.html'))) return
  const digest = consoleDigest()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return
  process.stderr.write('building the console…\n')
  const startedAt = Date.now()
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const env = { ...process.env, NODE_ENV: 'production' }
  const code = await run(runtime, [vite, 'build', '--logLevel', 'warn'], {
    cwd: CONSOLE,
    env,
    stdio: ['ignore', 2, 2],
  })
  if (code !== 0) throw new Error(`the console did not build (vite ended with ${code})`)
  writeFileSync(STAMP, digest)
  process.stderr.write(`console built in ${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`)
}
