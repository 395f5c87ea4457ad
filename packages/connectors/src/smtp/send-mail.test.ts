import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { loopbackTls } from '../testing/loopback-tls.ts'
import { type MailMessage, type MailOutcome, sendMail } from './send-mail.ts'

const servers: SMTPServer[] = []
after(() => Promise.all(servers.map((server) => new Promise<void>((done) => server.close(() => done())))))

type Taken = { readonly user: unknown; readonly to: readonly string[]; readonly body: string }

const start = async (over: SMTPServerOptions = {}) => {
  const taken: Taken[] = []
  const server = new SMTPServer({
    ...loopbackTls,
    authOptional: true,
    logger: false,
    onAuth: ({ username, password }, _session, done) =>
      password === 'right' ? done(null, { user: username }) : done(new Error('no')),
    onData: (stream, { user, envelope }, done) => {
      text(stream).then((body) => {
        taken.push({ user, to: envelope.rcptTo.map(({ address }) => address), body })
        done(null)
      })
    },
    ...over,
  })
  servers.push(server)
  server.on('error', () => undefined)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', () => ready()))
  return { taken, port: (server.server.address() as AddressInfo).port, server }
}

const message: MailMessage = {
  from: 'rampart@example.org',
  to: ['desk@example.org', 'oncall@example.org'],
  subject: 'Modell unter Angriff – sofort',
  text: 'Erste Zeile\n.\nLetzte Zeile: ü',
  messageId: 'run.0.do@example.org',
  headers: { 'Auto-Submitted': 'auto-generated' },
}
const addresses = { allowLoopback: true, allowed: [] }
const send = (
  url: string,
  over: Record<string, unknown> = {},
  content: Partial<MailMessage> = {},
  withinMs = 10_000,
): Promise<MailOutcome> =>
  sendMail(
    { url, addresses, ca: loopbackTls.cert, ...over },
    { ...message, ...content },
    AbortSignal.timeout(withinMs),
  )

test('a message goes out by STARTTLS and by TLS, with credentials, once to each recipient', async () => {
  const starttls = await start()
  const outcome = await send(`smtp://127.0.0.1:${starttls.port}`, { username: 'us', password: 'right' })
  assert.equal(outcome.kind, 'taken', JSON.stringify(outcome))
  const [first] = starttls.taken
  assert.deepEqual([first?.user, first?.to], ['us', ['desk@example.org', 'oncall@example.org']])
  assert.match(first?.body ?? '', /^Message-ID: <run\.0\.do@example\.org>\r$/im)
  assert.match(first?.body ?? '', /^Auto-Submitted: auto-generated\r$/m)
  const implicit = await start({ secure: true })
  assert.equal((await send(`smtps://127.0.0.1:${implicit.port}`)).kind, 'taken')
  assert.equal(implicit.taken.length, 1)
})

test('no TLS, a stranger’s certificate, a wrong password, a refused recipient: certainly not sent', async () => {
  const refused = async (outcome: Promise<MailOutcome>, why: RegExp): Promise<void> => {
    const found = await outcome
    assert.equal(found.kind, 'refused', JSON.stringify(found))
    assert.match(found.kind === 'refused' ? found.why : '', why)
  }
  const plain = await start({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] })
  await refused(send(`smtp://127.0.0.1:${plain.port}`), /./)
  const server = await start({
    onRcptTo: ({ address }, _session, done) =>
      address.startsWith('nobody') ? done(new Error('unknown')) : done(),
  })
  const url = `smtp://127.0.0.1:${server.port}`
  await refused(send(url, { ca: undefined }), /certificate/i)
  await refused(send(url, { username: 'us', password: 'wrong' }), /login|auth/i)
  await refused(send(url, {}, { to: ['nobody@example.org'] }), /./)
  await refused(send('smtp://127.0.0.1:1'), /ECONNREFUSED/)
  assert.deepEqual([plain.taken, server.taken], [[], []])
})

test('an answer that is lost after the message began is unknown; a refusal after it is not', async () => {
  const cut = await start({
    onData: (stream) => {
      stream.resume()
      stream.once('end', () => {
        for (const connection of cut.server.connections) connection._socket.destroy()
      })
    },
  })
  assert.equal((await send(`smtp://127.0.0.1:${cut.port}`)).kind, 'unknown')
  const silent = await start({ onData: (stream) => void stream.resume() })
  assert.equal((await send(`smtp://127.0.0.1:${silent.port}`, {}, {}, 2_000)).kind, 'unknown')
  const full = await start({
    onData: (stream, _session, done) => {
      stream.resume()
      stream.once('end', () => done(Object.assign(new Error('mailbox full'), { responseCode: 452 })))
    },
  })
  assert.equal((await send(`smtp://127.0.0.1:${full.port}`)).kind, 'refused')
})

test('servers that may not be reached, and line ends that would begin a header, get nowhere', async () => {
  const { port, taken } = await start()
  const closed = { allowLoopback: false, allowed: [] }
  await assert.rejects(send(`smtp://127.0.0.1:${port}`, { addresses: closed }), {
    code: 'OUTBOUND_URL_REFUSED',
  })
  assert.equal((await send(`smtp://localhost:${port}`, { addresses: closed })).kind, 'refused')
  await assert.rejects(send(`http://127.0.0.1:${port}`), { code: 'OUTBOUND_URL_REFUSED' })
  assert.equal(taken.length, 0)
  const outcome = await send(
    `smtp://127.0.0.1:${port}`,
    {},
    { subject: 'hello\r\nBcc: eve@example.org\r\n\r\nbody', to: ['desk@example.org'] },
  )
  assert.equal(outcome.kind, 'taken')
  assert.deepEqual(taken[0]?.to, ['desk@example.org'])
  assert.doesNotMatch(taken[0]?.body.split('\r\n\r\n')[0] ?? '', /^Bcc:/im)
})
