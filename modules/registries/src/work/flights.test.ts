import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { componentPrincipal, type Digest, type Registry } from '@rampart/domain'
import { createSeededRandom, systemClock } from '@rampart/kit'
import { until } from '@rampart/kit/testing'
import { createMemoryRegistry, type RegistriesRig, startRegistries } from '../testing.ts'
import { createFlights } from './flights.ts'

const ADMIN = componentPrincipal('test', ['admin'])
const adapters = new Map<string, Registry>()
const LIMITS = { leaseMs: 3_000 }
const opened: ChildProcess[] = []
let rig: RegistriesRig

before(async () => {
  rig = await startRegistries(adapters, LIMITS, { exclusive: false })
})
after(async () => {
  for (const child of opened) child.kill('SIGKILL')
  await rig.stop()
})

const add = async (name: string, files: Record<string, string>) => {
  const memory = createMemoryRegistry()
  for (const [version, text] of Object.entries(files)) memory.put('m', version, { 'model.onnx': text })
  adapters.set(name, memory)
  const spec = { type: 'mlflow', url: 'memory:', poll: '1h', parameters: { namePrefix: `${name}-` } } as const
  return { memory, start: () => rig.room().put(ADMIN, { name, spec }) }
}
const stateOf = async (name: string, version: string) =>
  (await rig.room().version('default', name, 'm', version))?.state
const digestOf = (text: string): Digest => `sha256:${createHash('sha256').update(text).digest('hex')}`

/** Downloads end when they are let go. */
const gated = (memory: ReturnType<typeof createMemoryRegistry>) => {
  const gate = Promise.withResolvers<void>()
  const { open } = memory
  memory.open = async (file, offset, call) => {
    const download = await open(file, offset, call)
    const stream = (async function* () {
      await gate.promise
      yield* download.stream
    })()
    return { ...download, stream }
  }
  return gate.resolve
}

test('registries that meet one unknown digest at once fetch it once', async () => {
  const names = ['east', 'west', 'north']
  const sides = await Promise.all(names.map((name) => add(name, { 1: 'the same', 2: 'the same' })))
  const letGo = sides.map(({ memory }) => gated(memory))
  for (const { start } of sides) await start()
  await until(async () => sides.some(({ memory }) => memory.opened.length > 0), 30_000)
  await until(
    async () =>
      (await Promise.all(names.map((name) => stateOf(name, '1')))).every((s) => s === 'downloading'),
    30_000,
  )
  for (const go of letGo) go()
  for (const name of names)
    await until(
      async () => (await stateOf(name, '1')) === 'registered' && (await stateOf(name, '2')) === 'registered',
      30_000,
    )
  assert.equal(
    sides.reduce((sum, { memory }) => sum + memory.opened.length, 0),
    1,
  )
})

test('who waited for bytes that turn out wrong fetches them itself', async () => {
  const liar = await add('liar', { 1: 'true bytes' })
  const honest = await add('honest', { 1: 'true bytes' })
  const letGo = gated(liar.memory)
  const { open } = liar.memory
  liar.memory.open = async (...parts) => {
    const { stream, ...rest } = await open(...parts)
    const lies = (async function* () {
      for await (const chunk of stream) yield Buffer.alloc(chunk.length, 'x')
    })()
    return { ...rest, stream: lies }
  }
  await liar.start()
  await until(async () => liar.memory.opened.length === 1, 30_000)
  await honest.start()
  await until(async () => (await stateOf('honest', '1')) === 'downloading', 30_000)
  assert.equal(honest.memory.opened.length, 0)
  letGo()
  await until(async () => (await stateOf('honest', '1')) === 'registered', 30_000)
  await until(async () => (await stateOf('liar', '1')) !== 'downloading', 30_000)
})

test('a fetch that drips is waited for a moment only', async () => {
  const digest = digestOf('slow')
  const flights = createFlights({
    database: rig.store.database,
    clock: systemClock,
    random: createSeededRandom(1),
    exclusive: true,
    limits: LIMITS,
    patienceMs: 100,
  })
  const { signal } = new AbortController()
  const slow = Promise.withResolvers<string>()
  const none = async () => undefined
  const first = flights.alone(digest, signal, none, () => slow.promise)
  const second = await flights.alone(digest, signal, none, async () => 'its own')
  assert.equal(second, 'its own')
  slow.resolve('late')
  assert.equal(await first, 'late')
  const stop = new AbortController()
  const held = flights.alone(
    digest,
    signal,
    none,
    () => new Promise<string>((resolve) => setTimeout(resolve, 50, 'x')),
  )
  const waiting = flights.alone(digest, stop.signal, none, async () => 'never')
  stop.abort()
  await assert.rejects(waiting, { code: 'REGISTRIES_STOPPED' })
  await held
})

/** Another process on the same database whose downloads never end; resolves when the first one has begun. */
const startOther = async (name: string): Promise<ChildProcess> => {
  const script = `
    const { createMemoryRegistry, startRegistries } = await import(${JSON.stringify(new URL('../testing.ts', import.meta.url).href)})
    const memory = createMemoryRegistry()
    memory.put('m', '1', { 'model.onnx': 'shared by both' })
    memory.open = async (file, offset) => {
      console.log('opened')
      return { offset, stream: { async *[Symbol.asyncIterator]() { await new Promise((resolve) => setTimeout(resolve, 600_000)) } } }
    }
    await startRegistries(new Map([[process.env.REGISTRY, memory]]), ${JSON.stringify(LIMITS)},
      { exclusive: false, url: process.env.URL_OF_DATABASE, folder: process.env.FOLDER })
    setInterval(() => undefined, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, REGISTRY: name, URL_OF_DATABASE: rig.store.url, FOLDER: rig.folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  opened.push(child)
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
  assert.equal(chunk.toString().trim(), 'opened')
  return child
}

test('one of two processes syncs a registry; killed, the other goes on, and its fetches are free', async () => {
  const { memory, start } = await add('shared', { 1: 'shared by both' })
  const mine = adapters.get('shared') as Registry
  // Only the other process can open this one at first.
  adapters.delete('shared')
  await start()
  const child = await startOther('shared')
  adapters.set('shared', mine)
  const rival = await add('rival', { 1: 'shared by both' })
  await rival.start()
  await until(async () => (await stateOf('rival', '1')) === 'downloading', 30_000)
  // Longer than a lease: it is renewed.
  await new Promise((resolve) => setTimeout(resolve, 3_500))
  assert.deepEqual([memory.requests(), memory.opened.length, rival.memory.opened.length], [0, 0, 0])
  child.kill('SIGKILL')
  await until(async () => (await stateOf('shared', '1')) === 'registered', 30_000)
  await until(async () => (await stateOf('rival', '1')) === 'registered', 30_000)
  assert.equal(memory.opened.length + rival.memory.opened.length, 1)
})
