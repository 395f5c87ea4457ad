/** `npm test [-- PATH…]`: every `*.test.ts` beside the source, two files at a time. PATH keeps only files below it. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { listFiles, root } from './files.ts'

const CONCURRENCY = 2
/** A test file that hangs must not hang the whole run. */
const TIMEOUT_MS = 180_000

const isTest = (path: string): boolean => /^(packages|modules|apps|tools)\/.*\.test\.ts$/.test(path)

export const selectTests = (paths: readonly string[]): string[] =>
  listFiles(isTest).filter((path) => paths.length === 0 || paths.some((prefix) => path.startsWith(prefix)))

/** Runs the files on this Node and gives the exit code of the runner. */
export const runTests = (files: readonly string[], env: NodeJS.ProcessEnv = process.env): number => {
  const flags = [
    '--test',
    `--test-concurrency=${CONCURRENCY}`,
    `--test-timeout=${TIMEOUT_MS}`,
    `--test-reporter=${join(root, 'tools', 'test-reporter.ts')}`,
  ]
  return spawnSync(process.execPath, [...flags, ...files], { cwd: root, env, stdio: 'inherit' }).status ?? 1
}

if (import.meta.main) {
  const files = selectTests(process.argv.slice(2).map((path) => path.replace(/^\.\//, '')))
  if (files.length === 0) {
    process.stderr.write('no test file matches\n')
    process.exitCode = 1
  } else {
    process.exitCode = runTests(files)
  }
}
