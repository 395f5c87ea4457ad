/** A real rsyslog that takes TLS with client certificates, and what it has written into its file. */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connect } from 'node:tls'
import { peer } from '../../tools/peers/group.ts'

export type Receiver = {
  readonly port: number
  readonly folder: string
  pem(name: string): string
  /** Resolves with the time, in ms, at which the file had `count` lines more than at the last mark. */
  arrived(count: number): Promise<number>
  /** The numbers in the lines since the last mark; sets a new mark. */
  numbers(): readonly number[]
  /** Writes bytes over a TLS connection with the client certificate. */
  writeBare(bytes: Buffer): Promise<void>
  stop(): Promise<void>
}

const LATE_MS = 240_000
const CHUNK = Buffer.allocUnsafe(1 << 20)

export const startReceiver = async (folder: string, port: number): Promise<Receiver> => {
  await peer('rsyslog', 'install')
  await peer('rsyslog', 'up', folder, String(port))
  const file = join(folder, 'messages.jsonl')
  const pem = (name: string): string => readFileSync(join(folder, 'tls', name), 'utf8')
  let mark = 0
  let read = 0
  let lines = 0

  const readOn = (): void => {
    if (!existsSync(file) || statSync(file).size === read) return
    const handle = openSync(file, 'r')
    try {
      for (let got = -1; got !== 0; read += got) {
        got = readSync(handle, CHUNK, 0, CHUNK.length, read)
        for (let at = CHUNK.indexOf(10); at >= 0 && at < got; at = CHUNK.indexOf(10, at + 1)) lines += 1
      }
    } finally {
      closeSync(handle)
    }
  }

  return {
    port: port + 2,
    folder,
    pem,
    arrived: async (count) => {
      for (const deadline = performance.now() + LATE_MS; ; await delay(4)) {
        readOn()
        if (lines >= count) return performance.now()
        if (performance.now() > deadline) throw new Error(`${lines} of ${count} lines arrived`)
      }
    },
    numbers: () => {
      readOn()
      const text = readFileSync(file).subarray(mark).toString()
      mark = read
      lines = 0
      return [...text.matchAll(/n=(\d+)/g)].map(([, number]) => Number(number))
    },
    writeBare: (bytes) =>
      new Promise((resolve, reject) => {
        const socket = connect({
          host: '127.0.0.1',
          port: port + 2,
          servername: 'localhost',
          ca: pem('ca.pem'),
          cert: pem('client.pem'),
          key: pem('client.key'),
        })
        socket.once('error', reject)
        socket.once('close', () => resolve())
        socket.resume()
        socket.once('secureConnect', () => socket.end(bytes))
      }),
    stop: async () => void (await peer('rsyslog', 'down', folder)),
  }
}
