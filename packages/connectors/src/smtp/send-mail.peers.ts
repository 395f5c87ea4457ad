/** Mail sent to aiosmtpd, and read by Python's own parser. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { assetPath } from '@rampart/kit'
import { until } from '@rampart/kit/testing'
import { loopbackTls } from '../testing/loopback-tls.ts'
import { sendMail } from './send-mail.ts'

const folder = mkdtempSync(join(tmpdir(), 'rampart-smtp-'))
const lines: string[] = []
let child: ChildProcess
let port: number

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

before(async () => {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  writeFileSync(cert, loopbackTls.cert)
  writeFileSync(key, loopbackTls.key)
  port = await freePort()
  const args = [assetPath('peers/smtp-server.py'), cert, key, String(port)]
  child = spawn(process.env['RAMPART_SMTP'] ?? 'python3', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.stdout !== null) createInterface(child.stdout).on('line', (line) => void lines.push(line))
  await until(() => lines.includes('ready'), 60_000, 50)
})
after(async () => {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
  rmSync(folder, { recursive: true })
})

const send = (password: string, text: string) =>
  sendMail(
    {
      url: `smtp://127.0.0.1:${port}`,
      addresses: { allowLoopback: true, allowed: [] },
      ca: loopbackTls.cert,
      username: 'us',
      password,
    },
    {
      from: 'rampart@example.org',
      to: ['desk@example.org', 'oncall@example.org'],
      subject: 'Modell „betrug“ unter Angriff – '.repeat(6).trim(),
      text,
      messageId: 'run.0.do@example.org',
      headers: { 'Auto-Submitted': 'auto-generated' },
    },
    AbortSignal.timeout(20_000),
  )

test('another server takes it over STARTTLS with a password, another parser reads exactly what was meant', async () => {
  const text = `Erste Zeile\n.\n..zwei Punkte\n${'ü'.repeat(2_000)}\nLetzte Zeile`
  const outcome = await send('right', text)
  assert.equal(outcome.kind, 'taken', JSON.stringify(outcome))
  await until(() => lines.length > 1, 20_000, 50)
  const message = JSON.parse(lines[1] ?? '{}')
  assert.deepEqual(message.to, ['desk@example.org', 'oncall@example.org'])
  assert.equal(message.headers['Subject'], 'Modell „betrug“ unter Angriff – '.repeat(6).trim())
  assert.equal(message.headers['Message-ID'], '<run.0.do@example.org>')
  assert.deepEqual(message.defects, [])
  assert.equal(message.body.replaceAll('\r\n', '\n').trimEnd(), text)
})

test('a wrong password is refused by it, and nothing arrives', async () => {
  assert.equal((await send('wrong', 'no')).kind, 'refused')
  assert.equal(lines.length, 2)
})
