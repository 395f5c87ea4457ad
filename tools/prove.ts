/** `npm run prove -- NAME [--quick] [ARGUMENTS]`: runs a long proof; without NAME it lists them. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { listFiles, root } from './files.ts'

/** The first sentence of the file's doc comment. */
const purposeOf = (path: string): string => {
  const text = readFileSync(join(root, path), 'utf8')
  const comment = /\/\*\*([\s\S]*?)\*\//.exec(text)?.[1] ?? ''
  return comment.replaceAll(/\s*\n\s*\*\s?/g, ' ').trim()
}

/** Programs in a folder that may be run by name, without their tests and shared parts. */
export const listPrograms = (folder: string): Map<string, string> =>
  new Map(
    listFiles((path) => path.startsWith(`${folder}/`) && /^[^/]+\.ts$/.test(path.slice(folder.length + 1)))
      .filter((path) => !path.endsWith('.test.ts'))
      .map((path) => [basename(path, '.ts'), path]),
  )

/** Runs one by name on this Node and gives its exit code; without a name it lists what there is. */
export const runByName = (folder: string, [name, ...args]: readonly string[]): Promise<number> => {
  const programs = listPrograms(folder)
  const path = programs.get(name ?? '')
  if (path === undefined) {
    if (name !== undefined) process.stderr.write(`no program called ${name} in ${folder}\n`)
    for (const [known, file] of programs) process.stdout.write(`${known.padEnd(16)} ${purposeOf(file)}\n`)
    return Promise.resolve(name === undefined ? 0 : 2)
  }
  const child = spawn(process.execPath, [join(root, path), ...args], { cwd: root, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

if (import.meta.main) process.exitCode = await runByName('scenarios/prove', process.argv.slice(2))
