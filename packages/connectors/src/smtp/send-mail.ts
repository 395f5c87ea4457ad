/**
 * One message over SMTP submission (RFC 6409), never without TLS: `smtps://` from the first byte (RFC 8314), `smtp://` by
 * STARTTLS (RFC 3207), refused where the server does not offer it. The answer says whether the server took the message; when
 * the connection is lost after the message began and before its answer, nobody can tell.
 */
import { connect, isIP, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { createTransport } from 'nodemailer'
import { type AddressRules, createAddressGuard, hostOf, parseServerUrl } from '../outbound/index.ts'

export type MailServer = {
  /** `smtps://HOST[:465]` or `smtp://HOST[:587]`. */
  readonly url: string
  readonly addresses: AddressRules
  readonly username?: string
  readonly password?: string
  /** PEM; the system's authorities when absent. */
  readonly ca?: string
}

export type MailMessage = {
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  /** Without angle brackets; the same in every attempt. */
  readonly messageId: string
  readonly headers: Readonly<Record<string, string>>
}

export type MailOutcome =
  | { readonly kind: 'taken'; readonly reply: string }
  /** It is certain that the server did not take it. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string }

const CONNECT_MS = 5_000
const MOST_TOLD = 300

const told = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, MOST_TOLD)

const openSocket = (url: URL, addresses: AddressRules, signal: AbortSignal): Promise<Socket> => {
  const guard = createAddressGuard(addresses)
  guard.check(url)
  const port = Number(url.port || (url.protocol === 'smtps:' ? 465 : 587))
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostOf(url), port, lookup: guard.lookupFor(url) })
    const fail = (error: Error): void => {
      socket.destroy()
      reject(error)
    }
    socket.setTimeout(CONNECT_MS, () => fail(new Error('no connection in time')))
    socket.once('error', fail)
    signal.addEventListener('abort', () => socket.destroy(new Error('no answer in time')), { once: true })
    socket.once('connect', () => {
      socket.removeAllListeners('error')
      socket.removeAllListeners('timeout')
      socket.setTimeout(0)
      resolve(socket)
    })
  })
}

/** Throws OUTBOUND_URL_REFUSED for a server that may not be reached; everything else is an outcome. */
export const sendMail = async (
  server: MailServer,
  message: MailMessage,
  signal: AbortSignal,
): Promise<MailOutcome> => {
  const url = parseServerUrl(server.url, ['smtp:', 'smtps:'])
  createAddressGuard(server.addresses).check(url)
  let socket: Socket
  try {
    socket = await openSocket(url, server.addresses, signal)
  } catch (error) {
    return { kind: 'refused', why: `${url.host}: ${told(error)}` }
  }
  const host = hostOf(url)
  const secure = url.protocol === 'smtps:'
  const transport = createTransport({
    connection: socket,
    host,
    secure,
    requireTLS: !secure,
    tls: {
      minVersion: 'TLSv1.2',
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(server.ca === undefined ? {} : { ca: server.ca }),
    },
    ...(server.username === undefined
      ? {}
      : { auth: { user: server.username, pass: server.password ?? '' } }),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  // Read only once the server asked for the message: from then on it may have it.
  let begun = false
  const text = new Readable({
    read() {
      begun = true
      this.push(message.text)
      this.push(null)
    },
  })
  try {
    const { response } = await transport.sendMail({
      from: { name: '', address: message.from },
      to: message.to.map((address) => ({ name: '', address })),
      subject: message.subject,
      text,
      messageId: `<${message.messageId}>`,
      headers: { ...message.headers },
    })
    return { kind: 'taken', reply: String(response).slice(0, MOST_TOLD) }
  } catch (error) {
    const { responseCode } = error as { readonly responseCode?: unknown }
    const isAnswer = typeof responseCode === 'number' && responseCode >= 400
    return { kind: begun && !isAnswer ? 'unknown' : 'refused', why: `${url.host}: ${told(error)}` }
  } finally {
    transport.close()
    socket.destroy()
  }
}
