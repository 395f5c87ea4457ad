/** Entry of `rampart`: connects the process to the program. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { addAbortSignal } from 'node:stream'
import { text } from 'node:stream/consumers'
import { assetPath } from '@rampart/kit/core'
import { runCli } from './program.ts'

const interrupt = new AbortController()
process.once('SIGINT', () => interrupt.abort())
process.once('SIGTERM', () => interrupt.abort())
// `rampart get … | head` closes our output early; that is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  process.stderr.write(`error: standard output cannot be written: ${error.code ?? error.message}\n`)
  process.exit(1)
})

const { version } = JSON.parse(readFileSync(assetPath('package.json'), 'utf8')) as { version: string }

process.exitCode = await runCli(
  process.argv.slice(2),
  {
    out: (chunk) => void process.stdout.write(chunk),
    drained: async () => {
      if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain', { signal: interrupt.signal })
    },
    err: (chunk) => void process.stderr.write(chunk),
    env: process.env,
    cwd: process.cwd(),
    stdin: () => text(process.stdin),
    stdinChunks: () => addAbortSignal(interrupt.signal, process.stdin),
    isTerminal: process.stdout.isTTY === true && process.stderr.isTTY === true,
    columns: process.stderr.columns ?? 80,
    signal: interrupt.signal,
    now: Date.now,
  },
  version,
)
