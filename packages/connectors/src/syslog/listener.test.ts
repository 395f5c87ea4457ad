import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { until } from '@rampart/kit/testing'
import { listenSyslog } from './listener.ts'
import type { SyslogListenerOptions } from './listener-options.ts'

type Heard = { readonly messages: string[]; dropped: number }

const listening = async (
  options: Partial<SyslogListenerOptions> & { readonly url: string },
  work: (port: number, heard: Heard) => Promise<void>,
): Promise<void> => {
  const heard: Heard = { messages: [], dropped: 0 }
  const listener = await listenSyslog({
    onMessages: async (messages) => void heard.messages.push(...messages),
    onDropped: (count) => {
      heard.dropped += count
    },
    ...options,
  })
  try {
    await work(listener.port, heard)
  } finally {
    await listener.stop()
  }
}
const TCP = 'tcp://127.0.0.1:0'
const ended = (socket: Socket): Promise<void> =>
  new Promise((resolve) =>
    socket
      .resume()
      .once('close', () => resolve())
      .on('error', () => undefined),
  )

test('counted and ended messages come from one stream, and the last one without its end', () =>
  listening({ url: TCP }, async (port, heard) => {
    const socket = connect(port, '127.0.0.1')
    socket.write('<1>one\n6 <1>two<1>three\r\n7 <1>')
    socket.end('a\nb\n<1>last')
    await ended(socket)
    await until(() => heard.messages.length === 5)
    assert.deepEqual(heard.messages, ['<1>one', '<1>two', '<1>three\r', '<1>a\nb\n', '<1>last'])
    assert.equal(heard.dropped, 0)
  }))

test('what came whole before a broken frame or a cut is taken, and both are counted', () =>
  listening({ url: TCP }, async (port, heard) => {
    const broken = connect(port, '127.0.0.1')
    broken.write('<1>good\n99999999999 x')
    await ended(broken)
    const cut = connect(port, '127.0.0.1')
    cut.end('<1>whole\n50 <1>half')
    await ended(cut)
    await until(() => heard.messages.length === 2 && heard.dropped === 2)
    assert.deepEqual(heard.messages, ['<1>good', '<1>whole'])
  }))

test('a sender is held back while its messages are worked on', async () => {
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  let taken = 0
  const onMessages = async (messages: readonly string[]): Promise<void> => {
    await held
    taken += messages.length
  }
  await listening({ url: TCP, onMessages }, async (port) => {
    const socket = connect(port, '127.0.0.1')
    const line = `<1>${'x'.repeat(1000)}\n`
    let sent = 0
    // Until the buffers of both kernels' ends are full.
    await new Promise<void>((resolve) => {
      const fill = (): void => {
        while (sent < 40_000) {
          sent += 1
          if (!socket.write(line)) {
            const waited = setTimeout(resolve, 300)
            socket.once('drain', () => {
              clearTimeout(waited)
              fill()
            })
            return
          }
        }
        resolve()
      }
      socket.once('connect', fill)
    })
    assert.ok(sent < 40_000, 'the sender was never held back')
    release()
    socket.end()
    await until(() => taken === sent)
  })
})

test('addresses that may not send, and too many connections of one, are refused and counted', async () => {
  await listening({ url: TCP, isAllowed: () => false }, async (port, heard) => {
    await ended(connect(port, '127.0.0.1'))
    assert.deepEqual(heard, { messages: [], dropped: 1 })
  })
  await listening({ url: TCP, maxConnectionsEach: 1 }, async (port, heard) => {
    const first = connect(port, '127.0.0.1')
    first.write('<1>a\n')
    await until(() => heard.messages.length === 1)
    await ended(connect(port, '127.0.0.1'))
    assert.equal(heard.dropped, 1)
    first.end()
    await ended(first)
    await until(async () => {
      const next = connect(port, '127.0.0.1')
      next.end('<1>b\n')
      await ended(next)
      return heard.messages.includes('<1>b')
    })
  })
})

test('one who floods by UDP loses its own messages and leaves room for others', async () => {
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const taken: string[] = []
  const onMessages = async (messages: readonly string[]): Promise<void> => {
    await held
    taken.push(...messages)
  }
  let dropped = 0
  const onDropped = (count: number): void => {
    dropped += count
  }
  const senders = new Set<string>()
  const isAllowed = (address: string): boolean => senders.add(address).size > 0
  await listening({ url: 'udp://127.0.0.1:0', onMessages, onDropped, isAllowed }, async (port) => {
    const sockets = [createSocket('udp4'), createSocket('udp4')] as const
    const [flood, quiet] = sockets
    try {
      await new Promise<void>((resolve) => flood.bind(0, '127.0.0.2', resolve))
      const send = (socket: typeof flood, text: string): Promise<void> =>
        new Promise((resolve) => socket.send(text, port, '127.0.0.1', () => resolve()))
      await until(async () => {
        await Promise.all(Array.from({ length: 500 }, (_one, at) => send(flood, `<1>flood ${at}`)))
        return dropped > 0
      })
      await send(quiet, '<1>quiet')
      await until(() => senders.has('127.0.0.1'))
      release()
      await until(() => taken.includes('<1>quiet'))
      assert.ok(taken.indexOf('<1>quiet') < 1600, `behind ${taken.indexOf('<1>quiet')} others`)
    } finally {
      release()
      for (const socket of sockets) socket.close()
    }
  })
})
