/** Between two network namespaces with the kernel's own nftables: traffic stops, and comes back. Needs root. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import test, { after, before } from 'node:test'
import { promisify } from 'node:util'
import { until } from '@rampart/kit/testing'
import { createHostFirewall } from './host-firewall.ts'

const exec = promisify(execFile)
const tag = `${process.pid}`
const [attacker, host] = [`rpA${tag}`, `rpB${tag}`]
const ip = (...args: string[]) => exec('ip', args)
const children: ReturnType<typeof spawn>[] = []

const SERVER = `
const net = require('node:net')
net.createServer((socket) => { socket.on('error', () => {}); socket.pipe(socket) }).listen(4000, '::', () => console.log('up'))`
/** Prints one line for every echo it gets back. */
const CLIENT = `
const net = require('node:net')
const socket = net.connect({ host: process.argv[1], port: 4000 })
socket.on('error', () => process.exit(1))
socket.on('data', () => console.log('echo'))
setInterval(() => socket.write('x'), 50)`

const inside = (namespace: string, script: string, ...args: string[]) => {
  const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, '-e', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  return child
}

const echoes = (address: string) => {
  const child = inside(attacker, CLIENT, address)
  let count = 0
  child.stdout?.on('data', (chunk: Buffer) => {
    count += chunk.toString().split('\n').length - 1
  })
  return { count: () => count }
}

const canConnect = async (address: string): Promise<boolean> => {
  const script = `require('node:net').connect({host: '${address}', port: 4000, timeout: 1500})
    .on('connect', () => process.exit(0)).on('timeout', () => process.exit(2)).on('error', () => process.exit(3))`
  const child = inside(attacker, script)
  const [code] = (await once(child, 'close')) as [number]
  return code === 0
}

before(async () => {
  for (const name of [attacker, host]) await ip('netns', 'add', name)
  await ip(
    'link',
    'add',
    `a${tag}`,
    'netns',
    attacker,
    'type',
    'veth',
    'peer',
    'name',
    `b${tag}`,
    'netns',
    host,
  )
  for (const [name, link, last] of [
    [attacker, `a${tag}`, 1],
    [host, `b${tag}`, 2],
  ] as const) {
    await ip('-n', name, 'addr', 'add', `10.99.7.${last}/24`, 'dev', link)
    await ip('-n', name, 'addr', 'add', `fd00:99::${last}/64`, 'dev', link, 'nodad')
    await ip('-n', name, 'link', 'set', 'lo', 'up')
    await ip('-n', name, 'link', 'set', link, 'up')
  }
  const server = inside(host, SERVER)
  await once(server.stdout as NodeJS.ReadableStream, 'data')
})

after(async () => {
  for (const child of children) child.kill('SIGKILL')
  for (const name of [attacker, host]) await ip('netns', 'del', name)
})

const firewall = createHostFirewall({
  command: ['ip', 'netns', 'exec', host, 'nft'],
  table: 'rampart',
  timeoutMs: 20_000,
})

test('an address is cut off, its open connection too, and comes back when it is released', async () => {
  const open = echoes('10.99.7.2')
  await until(() => open.count() > 3, 20_000)
  assert.deepEqual(await firewall.state(), { blocked: [], enforced: false })
  await firewall.block('10.99.7.1', 600)
  assert.equal(await firewall.isBlocked('10.99.7.1'), true)
  assert.equal(await canConnect('10.99.7.2'), false)
  // What was under way when the rule came may still arrive; from here on nothing does.
  const still = open.count()
  assert.equal(await canConnect('10.99.7.2'), false)
  assert.equal(open.count(), still)
  assert.equal(await canConnect('fd00:99::2'), true)
  await firewall.release('10.99.7.1')
  await firewall.release('10.99.7.1')
  assert.equal(await firewall.isBlocked('10.99.7.1'), false)
  assert.equal(await canConnect('10.99.7.2'), true)
  await until(() => open.count() > still, 60_000)
})

test('a network of either family is cut off; twice is once with a new time', async () => {
  for (const [network, to] of [
    ['10.99.7.0/30', '10.99.7.2'],
    ['fd00:99::/64', 'fd00:99::2'],
  ] as const) {
    await firewall.block(network, 600)
    await firewall.block(network, 300)
    const { blocked } = await firewall.state()
    assert.equal(blocked.length, 1)
    assert.ok((blocked[0]?.expiresInSeconds ?? 999) <= 300)
    assert.equal(await canConnect(to), false)
    await firewall.release(network)
    assert.equal(await canConnect(to), true)
  }
})

test('the kernel itself ends it at its time to live', async () => {
  await firewall.block('10.99.7.1', 2)
  assert.equal(await firewall.isBlocked('10.99.7.1'), true)
  await until(async () => !(await firewall.isBlocked('10.99.7.1')), 30_000, 200)
  assert.equal(await canConnect('10.99.7.2'), true)
})

test('rules that somebody took out are seen and mended; what is not ours is left alone', async () => {
  const nft = (...args: string[]) => exec('ip', ['netns', 'exec', host, 'nft', ...args])
  await nft('add', 'table', 'inet', 'theirs')
  await firewall.block('10.99.7.1', 600)
  await nft('flush', 'chain', 'inet', 'rampart', 'input')
  assert.equal(await firewall.isBlocked('10.99.7.1'), false)
  await firewall.block('10.99.7.1', 600)
  assert.equal(await firewall.isBlocked('10.99.7.1'), true)
  await firewall.remove()
  assert.deepEqual(await firewall.state(), { blocked: [], enforced: false })
  const { stdout } = await nft('list', 'tables')
  assert.match(stdout, /inet theirs/)
})

test('networks that overlap are refused, and nft that is not there or hangs is unavailable', async () => {
  await firewall.block('10.99.0.0/16', 600)
  await assert.rejects(firewall.block('10.99.8.0/24', 600), { code: 'FIREWALL_OVERLAP' })
  await firewall.remove()
  const broken = (command: string[]) =>
    createHostFirewall({ command, table: 'rampart', timeoutMs: 500 }).block('10.99.7.1', 60)
  await assert.rejects(broken(['rampart-no-such-nft']), { code: 'FIREWALL_UNAVAILABLE' })
  await assert.rejects(broken(['sh', '-c', 'sleep 5; exit 0']), { code: 'FIREWALL_UNAVAILABLE' })
})
