/** A group of peer tests: one outside system, its own count. Programs' output is shown as it comes and kept for counting. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../files.ts'

export type Tally = { readonly passed: number; readonly failed: number }

export type PeerGroup = { readonly name: string; readonly what: string; readonly run: () => Promise<Tally> }

type Options = { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string; readonly quiet?: boolean }

export type Finished = { readonly code: number; readonly stdout: string }

/** Runs a program to its end; its messages go to our stderr, its output is shown unless quiet. */
export const execute = (program: string, args: readonly string[], options: Options = {}): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (options.quiet !== true) process.stdout.write(chunk)
    })
    child.once('error', reject)
    child.once('close', (code) =>
      resolve({ code: code ?? 1, stdout: Buffer.concat(chunks).toString('utf8') }),
    )
  })

/** Runs peers/NAME.sh and gives the last line it printed: a path, a URL, a version. A peer that cannot start throws. */
export const peer = async (name: string, ...args: readonly string[]): Promise<string> => {
  const { code, stdout } = await execute(join(root, 'peers', `${name}.sh`), args, { quiet: true })
  if (code !== 0) throw new Error(`peers/${name}.sh ${args.join(' ')} ended with ${code}`)
  return stdout.trim().split('\n').at(-1) ?? ''
}

/** Test files under node:test; the count is the last line of tools/test-reporter.ts. */
export const runTestFiles = async (
  files: readonly string[],
  env: NodeJS.ProcessEnv,
  concurrency = 2,
): Promise<Tally> => {
  if (files.length === 0) throw new Error('no test file belongs to this group')
  const { stdout, code } = await execute(
    process.execPath,
    [
      '--test',
      `--test-concurrency=${concurrency}`,
      '--test-timeout=300000',
      `--test-reporter=${join(root, 'tools', 'test-reporter.ts')}`,
      ...files,
    ],
    { env },
  )
  const last = /(\d+) passed, (\d+) failed\s*$/.exec(stdout)
  if (last === null) throw new Error(`the test runner ended with ${code} and gave no count`)
  const tally = { passed: Number(last[1]), failed: Number(last[2]) }
  return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally
}

export const add = (a: Tally, b: Tally): Tally => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
})
