/** What a check is: a name and a run that lists the problems it found, one text each; an empty list is a pass. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../files.ts'

export type Check = { readonly name: string; readonly run: () => Promise<readonly string[]> }

export type Output = { readonly code: number; readonly text: string }

/** Runs a package's program on this Node, from the root, and keeps what it printed. */
export const runBin = (
  bin: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Output> =>
  new Promise((resolve, reject) => {
    const program = join(root, 'node_modules', bin)
    const child = spawn(process.execPath, [program, ...args], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 1, text: Buffer.concat(chunks).toString('utf8') }))
  })

/** The program's own report is the problem text. */
export const problemsOf = ({ code, text }: Output): string[] =>
  code === 0 ? [] : [text.trim() || `ended with ${code}`]
