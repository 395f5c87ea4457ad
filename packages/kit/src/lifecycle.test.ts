import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { systemClock } from './clock.ts'
import { createLifecycle } from './lifecycle.ts'
import { silentLogger } from './testing.ts'

const create = (graceMs = 1000) => createLifecycle({ logger: silentLogger, clock: systemClock, graceMs })

test('parts stop in reverse order, each once, whoever asks', async () => {
  const lifecycle = create()
  const stopped: string[] = []
  for (const name of ['database', 'modules', 'listener'])
    lifecycle.onStop(name, async () => void stopped.push(name))
  assert.equal(lifecycle.stopping, false)
  await Promise.all([lifecycle.stop('a'), lifecycle.stop('b')])
  assert.deepEqual(stopped, ['listener', 'modules', 'database'])
  assert.equal(lifecycle.stopping, true)
})

test('a part that hangs or throws does not keep the others from stopping', async () => {
  const lifecycle = create(20)
  const stopped: string[] = []
  lifecycle.onStop('last', () => void stopped.push('last'))
  lifecycle.onStop('hangs', () => new Promise(() => undefined))
  lifecycle.onStop('throws', () => {
    throw new Error('no')
  })
  await lifecycle.stop('test')
  assert.deepEqual(stopped, ['last'])
})

const PROGRAM = `
  const { createLifecycle, systemClock, createLogger } = await import(process.argv[1])
  const logger = createLogger({ level: 'silent', name: 'test' })
  const lifecycle = createLifecycle({ logger, clock: systemClock, graceMs: 60_000 })
  lifecycle.onStop('part', {
    clean: () => undefined,
    throws: () => { throw new Error('no') },
    hangs: () => { console.log('stopping'); return new Promise(() => undefined) },
  }[process.argv[2]])
  lifecycle.installSignalHandlers()
  setInterval(() => undefined, 1000)
  console.log('ready')
`

const startProgram = async (how: string) => {
  const index = new URL('./index.ts', import.meta.url).href
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, index, how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return child
}

test('the first signal stops and exits 0, or 1 when it was not clean', async () => {
  for (const [how, expected] of [
    ['clean', 0],
    ['throws', 1],
  ] as const) {
    const child = await startProgram(how)
    child.kill('SIGTERM')
    assert.deepEqual(await once(child, 'exit'), [expected, null])
  }
})

test('a second signal does not wait', async () => {
  const child = await startProgram('hangs')
  child.kill('SIGINT')
  await once(child.stdout, 'data')
  // Repeats within a second count as the same wish, so the second one is sent until it is heard.
  const again = setInterval(() => child.kill('SIGINT'), 100)
  assert.deepEqual(await once(child, 'exit'), [130, null])
  clearInterval(again)
})
