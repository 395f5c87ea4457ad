/** A process and its children lose their network but for loopback, and get it back. Needs root and cgroup2. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import test, { after, before } from 'node:test'
import { promisify } from 'node:util'
import { until } from '@rampart/kit/testing'
import { createProcessEgress } from './process-egress.ts'
import { cgroupOf, listenersOn, processTree } from './process-tree.ts'

const exec = promisify(execFile)
const ip = (...args: string[]) => exec('ip', args)
const tag = `${process.pid}`
const [near, far] = [`rpN${tag}`, `rpF${tag}`]
const children: ReturnType<typeof spawn>[] = []
// `ip netns exec` would hide the control groups behind a /sys of its own.
const within = (namespace: string): string[] => ['nsenter', `--net=/run/netns/${namespace}`]

const start = (namespace: string, script: string) => {
  const [program = '', ...args] = [...within(namespace), process.execPath, '-e', script]
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  children.push(child)
  return child
}

/** Says every 100 ms whether a child of it reaches the far end and its own loopback server. */
const PROBE = `
const net = require('node:net'), { spawn } = require('node:child_process')
if (process.argv[1] !== 'child') {
  net.createServer((s) => { s.on('error', () => {}); s.end() }).listen(4100, '127.0.0.1')
  spawn(process.execPath, ['-e', process.env.PROBE, 'child'], { stdio: 'inherit', env: process.env })
} else {
  const reach = (host, port, name) => new Promise((done) => {
    const socket = net.connect({ host, port, timeout: 400 })
    const say = (ok) => { console.log(name + (ok ? ' yes' : ' no')); socket.destroy(); done() }
    socket.on('connect', () => say(true)).on('timeout', () => say(false)).on('error', () => say(false))
  })
  const loop = async () => { await reach('10.98.7.2', 4000, 'far'); await reach('127.0.0.1', 4100, 'own'); setTimeout(loop, 100) }
  loop()
}`

const egress = createProcessEgress({ command: [...within(near), 'nft'], timeoutMs: 20_000 })

before(async () => {
  for (const name of [near, far]) {
    await ip('netns', 'add', name)
    await ip('-n', name, 'link', 'set', 'lo', 'up')
  }
  await ip('link', 'add', `n${tag}`, 'netns', near, 'type', 'veth', 'peer', 'name', `f${tag}`, 'netns', far)
  await ip('-n', near, 'addr', 'add', '10.98.7.1/24', 'dev', `n${tag}`)
  await ip('-n', far, 'addr', 'add', '10.98.7.2/24', 'dev', `f${tag}`)
  await ip('-n', near, 'link', 'set', `n${tag}`, 'up')
  await ip('-n', far, 'link', 'set', `f${tag}`, 'up')
  const server = start(
    far,
    "require('node:net').createServer((s) => { s.on('error', () => {}); s.end() }).listen(4000, () => console.log('up'))",
  )
  await once(server.stdout as NodeJS.ReadableStream, 'data')
})

after(async () => {
  for (const { pid } of children) if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  for (const name of [near, far]) await ip('netns', 'del', name)
})

test('the network of a process tree is cut but for loopback, and comes back', async () => {
  process.env.PROBE = PROBE
  const probe = start(near, PROBE)
  const lines: string[] = []
  probe.stdout?.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trim().split('\n')))
  const latest = (name: string) => lines.filter((line) => line.startsWith(name)).at(-1)
  const pid = probe.pid as number
  await until(() => latest('far') === 'far yes' && latest('own') === 'own yes', 30_000)
  assert.equal((await processTree([pid])).length, 2)
  const home = await cgroupOf(pid)

  const moved = await egress.cut(`t${tag}`, [pid], 600)
  assert.deepEqual(new Set(moved.map(({ cgroup }) => cgroup)), new Set([home]))
  assert.equal(await egress.isCut(`t${tag}`, [pid]), true)
  await until(() => latest('far') === 'far no' && latest('own') === 'own yes', 30_000)

  await egress.restore(`t${tag}`, moved)
  assert.equal(await egress.isCut(`t${tag}`, [pid]), false)
  assert.equal(await cgroupOf(pid), home)
  await until(() => latest('far') === 'far yes', 30_000)

  const again = await egress.cut(`t${tag}`, [pid], 2)
  await until(() => latest('far') === 'far no', 30_000)
  // Nobody ends it but the kernel.
  await until(() => latest('far') === 'far yes', 30_000)
  assert.equal(await egress.isCut(`t${tag}`, [pid]), false)
  await egress.restore(`t${tag}`, again)
})

test('who listens on a port is found; nonsense is refused', async () => {
  const script =
    "require('node:net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })"
  const server = spawn(process.execPath, ['-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  children.push(server)
  const [chunk] = (await once(server.stdout, 'data')) as [Buffer]
  assert.deepEqual(await listenersOn(Number(chunk.toString())), [server.pid])
  await assert.rejects(egress.cut('../x', [2], 5), { code: 'FIREWALL_ADDRESS_REFUSED' })
  await assert.rejects(egress.cut('x', [1], 5), { code: 'FIREWALL_ADDRESS_REFUSED' })
  await assert.rejects(egress.cut('x', [process.pid], 5), { code: 'FIREWALL_ADDRESS_REFUSED' })
})
