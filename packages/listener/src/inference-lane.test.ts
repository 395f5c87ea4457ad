/** The short way must be invisible: whatever comes, in whatever pieces, is answered as the server alone answers it. */
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { after, before, test } from 'node:test'
import { until } from '@rampart/kit/testing'
import fc from 'fast-check'
import { attachInferenceLane, type LaneHandler, type LaneTimes } from './inference-lane.ts'
import { createLaneHeads, parseLaneHead } from './lane-head.ts'

/** Both ways answer with what they understood. */
const say = (url: string, body: Buffer) => `${url} ${body.toString('latin1')} é`

const plain = (request: IncomingMessage, response: ServerResponse): void => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const text = say(`${request.method} ${request.url}`, Buffer.concat(parts))
    response.writeHead(200, ['content-type', 'text/plain', 'content-length', String(Buffer.byteLength(text))])
    response.end(text)
  })
  request.on('error', () => undefined)
}

let taken = 0
const lane: LaneHandler = (head, response, body) => {
  if (head.url.includes('/unknown/')) return head.url.includes('late') ? Promise.resolve(false) : false
  const answer = (): true => {
    taken += 1
    const text = say(`POST ${head.url}`, body)
    response.writeHead(200, ['content-type', 'text/plain', 'content-length', String(Buffer.byteLength(text))])
    response.end(text, 'utf8')
    return true
  }
  return head.url.includes('/later/') ? new Promise((done) => setImmediate(() => done(answer()))) : answer()
}

/** After an upgrade that nobody takes, Node drops what came in the same piece: only this ends the connection. */
const KEEP_ALIVE_MS = 4_000

const open: Server[] = []
const listening = async (
  times?: LaneTimes,
  share?: { excess: number },
): Promise<{ server: Server; port: number }> => {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, plain)
  attachInferenceLane(server, {
    handle: lane,
    admits: ({ headers }) => headers['host'] !== 'foreign',
    ...(share === undefined ? {} : { share }),
    ...(times === undefined ? {} : { times }),
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(server)
  return { server, port: (server.address() as AddressInfo).port }
}

const reference = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, plain)
let port = 0
let referencePort = 0
before(async () => {
  port = (await listening({ patienceMs: 2_000, keepAliveMs: KEEP_ALIVE_MS })).port
  await new Promise<void>((resolve) => reference.listen(0, '127.0.0.1', resolve))
  referencePort = (reference.address() as AddressInfo).port
  open.push(reference)
})
after(async () => {
  for (const server of open) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

const MARK = 'POST /v2/end/infer HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'

/** Everything the server says to these pieces and a last request that closes; the date is not compared. */
const talk = (to: number, pieces: readonly (string | Buffer)[], end = MARK): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(to, '127.0.0.1')
    socket.setNoDelay(true)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () =>
      resolve(
        text
          .replace(/^date: .*\r\n/gim, '')
          .replace(/^(connection|keep-alive|content-\w+):/gim, (name) => name.toLowerCase()),
      ),
    )
    const queue = [...pieces, end]
    const next = (): void => {
      const piece = queue.shift()
      if (piece === undefined || socket.destroyed) return
      socket.write(piece, () => setImmediate(next))
    }
    socket.on('connect', next)
  })

const call = (body: string, path = '/v2/models/m/infer', extra = ''): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${extra}\r\n${body}`

const sorted = (text: string): string =>
  text
    .split('\r\n\r\n')
    .map((part) => part.split('\r\n').sort().join('\n'))
    .join('\n\n')

const same = async (pieces: readonly (string | Buffer)[], end?: string): Promise<string> => {
  const [ours, theirs] = await Promise.all([talk(port, pieces, end), talk(referencePort, pieces, end)])
  assert.equal(sorted(ours), sorted(theirs), JSON.stringify(pieces))
  return ours
}

/** What is wrong within one piece may hide the answers before it, by the turn in which it is read. */
const sameEnd = async (pieces: readonly string[]): Promise<void> => {
  const [ours, theirs] = await Promise.all([talk(port, pieces), talk(referencePort, pieces)])
  if (!theirs.includes(' 400 Bad Request')) assert.equal(sorted(ours), sorted(theirs), JSON.stringify(pieces))
  else assert.match(ours, / 400 Bad Request/, JSON.stringify(pieces))
}

test('plain calls are taken, one after another on one connection', async () => {
  taken = 0
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  const bodies = ['one', 'two', 'ü']
  for (const [at, body] of bodies.entries()) {
    socket.write(call(body, at === 1 ? '/v2/later/infer' : '/v2/models/m/infer'))
    await until(() => text.split('HTTP/1.1 200 OK').length === at + 2 && text.endsWith(' é'))
  }
  socket.destroy()
  assert.equal(taken, 3)
  await same([call('one'), call('two', '/v2/later/infer'), call('ü')])
})

test('whatever is not a plain call is answered by the server, and so is what follows it', async () => {
  const odd = [
    'GET /v2/models/m HTTP/1.1\r\nhost: x\r\n\r\n',
    call('a', '/api/v1/models'),
    call('a', '/v2/unknown/infer'),
    call('a', '/v2/unknown/late'),
    call('a').replace('Host: x', 'Host: foreign'),
    call('a').replace('HTTP/1.1', 'HTTP/1.0'),
    call('a', '/v2/models/m/infer', 'Expect: 100-continue\r\n'),
    call('a', '/v2/models/m/infer', 'Transfer-Encoding: chunked\r\n'),
    call('a', '/v2/models/m/infer', 'Content-Length: 1\r\n'),
    call('a', '/v2/models/m/infer', 'Content-Length: 2\r\n'),
    call('a', '/v2/models/m/infer', 'X-Twice: 1\r\nX-Twice: 2\r\n'),
    call('a', '/v2/models/m/infer', 'Connection: upgrade\r\nUpgrade: h2c\r\n'),
    call('a', '/v2/models/m/infer', 'X: folded\r\n value\r\n'),
    call('a', '/v2/models/m/infer', 'X : space\r\n'),
    call('a', '/v2/models/m/infer', 'X: \u0000\r\n'),
    'POST /v2/x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
    'POST /v2/x HTTP/1.1\nhost: x\ncontent-length: 1\n\na',
    '\r\n\r\nPOST /v2/x HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\na',
    'P',
    'nonsense\r\n\r\n',
  ]
  for (const first of odd) {
    await same([first, call('after')])
    await same([call('before'), first, call('after')])
    await sameEnd([call('before') + first + call('after')])
  }
})

test('pieces and pipelines of any cut are answered alike, in order', { timeout: 60_000 }, async () => {
  const message = fc.oneof(
    fc.string({ maxLength: 40 }).map((body) => call(body)),
    fc.string({ maxLength: 40 }).map((body) => call(body, '/v2/later/infer')),
    fc.constantFrom(call('a', '/v2/unknown/infer'), 'GET / HTTP/1.1\r\nhost: x\r\n\r\n', call('b', '/x')),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(400), { maxLength: 5 }),
      async (messages, cuts) => {
        const bytes = Buffer.from(messages.join(''))
        const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
        const pieces = at
          .slice(1)
          .map((to, i) => bytes.subarray(at[i], to))
          .filter((piece) => piece.length > 0)
        await same(pieces)
      },
    ),
    { numRuns: 60 },
  )
})

test('random bytes in front get what the server alone says', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 60 }),
      fc.boolean(),
      async (bytes, plainFirst) => {
        await same(plainFirst ? [call('x'), Buffer.from(bytes)] : [Buffer.from(bytes)], call('y') + MARK)
      },
    ),
    { numRuns: 40 },
  )
})

test('a silent client and a body that stops are left to the server; an idle connection ends', async () => {
  const { server, port: quick } = await listening({ patienceMs: 0, keepAliveMs: 0 })
  const socket = connect(quick, '127.0.0.1')
  socket.write('POST /v2/models/m/infer HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nab')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  let reachedServer = false
  server.on('request', () => {
    reachedServer = true
  })
  await until(() => reachedServer, 20_000)
  socket.write('cde')
  await until(() => text.includes('abcde'), 20_000)
  socket.destroy()
  const idle = connect(quick, '127.0.0.1')
  let closed = false
  idle.on('close', () => {
    closed = true
  })
  idle.write(call('last'))
  idle.resume()
  await until(() => closed, 20_000)
})

test('a stopping server answers what came and closes, and an excess of connections is sent away', async () => {
  const share = { excess: 1 }
  const { server, port: own } = await listening(undefined, share)
  const first = await talk(own, [call('a')], '')
  assert.match(first, /connection: close/)
  assert.equal(share.excess, 0)
  const socket = connect(own, '127.0.0.1')
  let text = ''
  let closed = false
  socket.on('data', (chunk) => {
    text += chunk
  })
  socket.on('close', () => {
    closed = true
  })
  socket.write(call('b'))
  await until(() => text.includes(' b '))
  server.close()
  await until(() => closed)
})

test('a client that closes its half is answered', async () => {
  const text = await new Promise<string>((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    let got = ''
    socket.on('data', (chunk) => {
      got += chunk
    })
    socket.on('end', () => {
      socket.end()
      resolve(got)
    })
    socket.end(call('half', '/v2/later/infer'))
  })
  assert.match(text, /half/)
})

test('a distinct head is asked about once, and not for ever', () => {
  let asked = 0
  const headOf = createLaneHeads(() => {
    asked += 1
    return true
  })
  const text = call('').slice(0, -4)
  assert.equal(headOf(text)?.url, '/v2/models/m/infer')
  assert.equal(headOf(text), headOf(text))
  assert.equal(asked, 1)
  for (let i = 0; i < 2000; i++) headOf(`${text}\r\nx: ${i}`)
  headOf(text)
  assert.equal(asked, 2002)
})

test('names that objects know are names like others', () => {
  const head = parseLaneHead(`${call('').slice(0, -4)}\r\n__proto__: a\r\nconstructor: b`)
  assert.deepEqual(Object.keys(head?.headers ?? {}), ['host', 'content-length', '__proto__', 'constructor'])
  assert.equal(head?.headers['constructor'], 'b')
  assert.equal(head?.headers['toString'], undefined)
})
