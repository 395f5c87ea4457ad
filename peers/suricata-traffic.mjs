/**
 * Traffic for an IDS, inside a network namespace whose loopback holds 203.0.113.0/24 and 192.0.2.0/24.
 * node suricata-traffic.mjs FIRST COUNT PAUSE_MS FOLDER: COUNT rounds, each from an address of its own (203.0.113.FIRST …): a
 * request with a scanner's user agent, a DNS lookup that is answered, a TLS handshake. FOLDER holds tls.key and tls.pem.
 */
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { connect, createServer as createTlsServer } from 'node:tls'

const [first, count, pauseMs, folder] = process.argv.slice(2)
const server = '192.0.2.10'

const web = createServer((incoming, answer) => incoming.resume().on('end', () => answer.end('{}')))
const secure = createTlsServer(
  { key: readFileSync(`${folder}/tls.key`), cert: readFileSync(`${folder}/tls.pem`), maxVersion: 'TLSv1.2' },
  (socket) => socket.on('error', () => {}).end('ok'),
)
// The question again, with one A record for it.
const resolver = createSocket('udp4').on('message', (query, { port, address }) => {
  const answer = Buffer.concat([query, Buffer.from('c00c000100010000003c0004c6336407', 'hex')])
  answer.writeUInt16BE(0x8180, 2)
  answer.writeUInt16BE(1, 6)
  resolver.send(answer, port, address)
})

const ask = (from) =>
  new Promise((resolve, reject) => {
    const headers = { 'user-agent': 'sqlmap/1.7', host: 'models.example' }
    request(
      { host: server, port: 8000, path: '/v1/models', localAddress: from, headers, agent: false },
      (answer) => answer.resume().on('close', resolve),
    )
      .on('error', reject)
      .end()
  })

const lookUp = (from, name) =>
  new Promise((resolve) => {
    const socket = createSocket('udp4').on('message', () => socket.close(resolve))
    const labels = name.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`))
    const query = [
      Buffer.from('123401000001000000000000', 'hex'),
      ...labels,
      Buffer.from('0000010001', 'hex'),
    ]
    socket.bind(0, from, () => socket.send(Buffer.concat(query), 53, server))
  })

const handshake = (from) =>
  new Promise((resolve) => {
    const options = {
      host: server,
      port: 8443,
      localAddress: from,
      servername: 'quiet.example',
      rejectUnauthorized: false,
    }
    connect(options)
      .on('error', () => {})
      .on('close', resolve)
      .resume()
  })

await Promise.all([
  new Promise((resolve) => web.listen(8000, server, resolve)),
  new Promise((resolve) => secure.listen(8443, server, resolve)),
  new Promise((resolve) => resolver.bind(53, server, resolve)),
])
for (let at = 0; at < Number(count); at += 1) {
  const from = `203.0.113.${Number(first) + at}`
  await Promise.all([ask(from), lookUp(from, 'model-exfil.example'), handshake(from)])
  await new Promise((resolve) => setTimeout(resolve, Number(pauseMs)))
}
process.exit(0)
