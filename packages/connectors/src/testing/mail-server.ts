/** A real SMTP server inside of a test, with STARTTLS: keeps what it takes, and can cut the line instead of answering. */
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { loopbackTls } from './loopback-tls.ts'

export type MailServerRig = {
  readonly url: string
  /** PEM of who signed its certificate. */
  readonly ca: string
  /** Messages it has, headers and all. */
  readonly messages: readonly string[]
  /** From now on the connection ends once the message is there, without an answer. */
  readonly loseAnswers: () => void
  readonly stop: () => Promise<void>
}

export const startMailServer = async (): Promise<MailServerRig> => {
  const messages: string[] = []
  let isLosing = false
  const server = new SMTPServer({
    ...loopbackTls,
    authOptional: true,
    logger: false,
    onData: (stream, _session, done) => {
      text(stream).then((message) => {
        messages.push(message)
        if (!isLosing) return done(null)
        for (const connection of server.connections) connection._socket.destroy()
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', () => ready()))
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    ca: loopbackTls.cert,
    messages,
    loseAnswers: () => {
      isLosing = true
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
