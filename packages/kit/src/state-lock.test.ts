import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { acquireStateLock, processStart } from './state-lock.ts'

const homes: string[] = []
const newHome = (): string => {
  const home = mkdtempSync(join(tmpdir(), 'lock-'))
  homes.push(home)
  return home
}
after(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})
const LOCKED = { code: 'KIT_STATE_LOCKED' }

const moduleUrl = new URL('./state-lock.ts', import.meta.url).href
const program = `
  const { acquireStateLock } = await import(${JSON.stringify(moduleUrl)})
  process.stdin.once('data', () => {
    try { acquireStateLock({ home: process.argv[1] }); console.log('held') } catch (error) { console.log(error.code) }
  })
  process.stdin.on('end', () => process.exit(0))
  console.log('ready')
`

type Rival = { readonly child: ChildProcess; readonly line: () => Promise<string>; readonly go: () => void }

const startRival = async (home: string): Promise<Rival> => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, home], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  const waiting: ((line: string) => void)[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n').filter((part) => part !== '')) {
      const next = waiting.shift()
      if (next === undefined) lines.push(line)
      else next(line)
    }
  })
  const line = (): Promise<string> => {
    const ready = lines.shift()
    return ready === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(ready)
  }
  const rival = { child, line, go: () => void child.stdin.write('go\n') }
  assert.equal(await line(), 'ready')
  return rival
}

const kill = async ({ child }: Rival): Promise<void> => {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

test('a second taker is refused, in this process and in another, until release', async () => {
  const home = newHome()
  const lock = acquireStateLock({ home })
  assert.throws(() => acquireStateLock({ home }), LOCKED)
  acquireStateLock({ home, name: 'other' })
  const rival = await startRival(home)
  rival.go()
  assert.equal(await rival.line(), 'KIT_STATE_LOCKED')
  lock.release()
  acquireStateLock({ home }).release()
  await kill(rival)
})

test('the lock of a killed process is taken over by exactly one of many', async () => {
  const home = newHome()
  const holder = await startRival(home)
  holder.go()
  assert.equal(await holder.line(), 'held')
  const rivals = await Promise.all(Array.from({ length: 6 }, () => startRival(home)))
  await kill(holder)
  for (const rival of rivals) rival.go()
  const answers = await Promise.all(rivals.map((rival) => rival.line()))
  assert.equal(answers.filter((answer) => answer === 'held').length, 1, answers.join(' '))
  assert.equal(answers.filter((answer) => answer === 'KIT_STATE_LOCKED').length, 5)
  await Promise.all(rivals.map(kill))
  assert.equal(readdirSync(home).length, 1)
})

test('a reused process id, an empty or a mangled file do not count as a holder', () => {
  for (const text of [
    JSON.stringify({ pid: process.pid, started: 'another-boot/1' }),
    '',
    '{',
    'null',
    '{"pid":"x"}',
  ]) {
    const home = newHome()
    writeFileSync(join(home, 'rampart.lock.7'), text)
    assert.match(acquireStateLock({ home }).path, /rampart\.lock\.8$/)
  }
})

test('the start of a process is known while it runs', async () => {
  assert.ok(processStart(process.pid))
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  assert.equal(processStart(child.pid ?? 0), undefined)
  for (const pid of [0, -1, 1.5, Number.NaN]) assert.equal(processStart(pid), undefined)
})
