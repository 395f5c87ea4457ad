/**
 * `npm run demo`: starts the control plane, streams held-out records through the router, then shifts one feature so
 * that a reader sees drift appear in the console. Runs until Ctrl-C.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { untilReady } from './control-plane.ts'
import { root } from './files.ts'

const PORT = process.env.PORT ?? '7070'
const SERVER = `http://127.0.0.1:${PORT}`
const READY_WITHIN_MS = 180_000
const SHIFT = ['card-fraud', '--shift', 'amount=x3', '--rate', '150']

const stopped = new AbortController()
const children = new Set<ChildProcess>()

const run = (entry: string, args: readonly string[]): ChildProcess => {
  const child = spawn(process.execPath, [join(root, entry), ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

const exitCode = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })

const say = (text: string): void => void process.stderr.write(`\n── ${text}\n`)

const replay = async (args: readonly string[]): Promise<void> => {
  if (stopped.signal.aborted) return
  const code = await exitCode(run('apps/cli/src/main.ts', ['replay', ...args, '--server', SERVER]))
  if (code !== 0 && !stopped.signal.aborted)
    throw new Error(`rampart replay ${args.join(' ')} ended with ${code}`)
}

const show = async (): Promise<void> => {
  await untilReady(SERVER, server, READY_WITHIN_MS)
  say('the example models are deployed; replaying held-out records')
  await replay(['card-fraud', '--rate', '300'])
  // More rows than a detection window holds, so that their drift is judged too.
  await replay(['mail-filter', '--rate', '150', '--limit', '1100'])
  await replay(['digit-image', '--rate', '150', '--limit', '1100'])
  say(`now the same card transactions with three times the amount: watch Signals and Telemetry at ${SERVER}`)
  await replay(SHIFT)
  say(`done; the server goes on at ${SERVER} until Ctrl-C`)
}

const server = run('apps/control-plane/src/main.ts', [])
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopped.abort()
    // A terminal sends Ctrl-C to the whole process group: passing it on would deliver it twice.
    if (signal === 'SIGINT' && process.stdin.isTTY) return
    for (const child of children) child.kill(signal)
  })
}
const ended = exitCode(server)
try {
  await show()
} catch (error) {
  if (!stopped.signal.aborted) {
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`)
    stopped.abort()
    for (const child of children) child.kill('SIGTERM')
    process.exitCode = 1
  }
}
const code = await ended
process.exitCode ??= code
