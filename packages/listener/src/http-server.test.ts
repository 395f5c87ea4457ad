/** The listener alone: slow bodies are ended, uploads may take their time, and stopping drains. */
import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { until } from '@rampart/kit/testing'
import { closeServer, createHttpServer, listen } from './http-server.ts'

const bodyTimes = { wholeMs: 150, uploadStepMs: 150, uploadStepBytes: 100, sweepMs: 20 }
const server = createHttpServer({
  guard: () => undefined,
  inference: (request, response) => void request.resume().on('end', () => response.end('done')),
  api: (request, response) => void request.resume().on('end', () => response.end('done')),
  bodyTimes,
})
let port = 0

before(async () => {
  port = await listen(server, { host: '127.0.0.1', port: 0 })
})
after(() => closeServer(server, 100))

/** Sends the head, then one byte (or `step`) every 10 ms until the server has had enough. */
const drip = (head: string, step: string, times: number): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    let sent = 0
    const timer = setInterval(() => {
      if (sent === times) clearInterval(timer)
      else socket.write(step)
      sent += 1
    }, 10)
    socket.on('data', (chunk) => {
      text += String(chunk)
      if (text.includes('done')) socket.destroy()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearInterval(timer)
      resolve(text)
    })
    socket.write(`${head}host: localhost\r\n\r\n`)
  })

test('a body that drips is answered 408 and cut, below /v2 and below /api', async () => {
  for (const path of ['/v2/models/m/infer', '/api/v1/signals']) {
    const head = `POST ${path} HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n`
    const text = await drip(head, 'x', Number.POSITIVE_INFINITY)
    assert.match(text, /^HTTP\/1\.1 408 [\s\S]*SERVER_BODY_TOO_SLOW/)
  }
})

test('an upload may be long as long as it moves', async () => {
  const head = 'POST /api/v1/artifacts HTTP/1.1\r\ncontent-type: application/octet-stream\r\n'
  const moving = await drip(`${head}content-length: ${40 * 50}\r\n`, 'x'.repeat(50), 40)
  assert.match(moving, /^HTTP\/1\.1 200 /)
  assert.match(
    await drip(`${head}content-length: 100000\r\n`, 'x', Number.POSITIVE_INFINITY),
    /^HTTP\/1\.1 408 /,
  )
})

test('connections that are only open are not bothered', async () => {
  const socket = connect(port, '127.0.0.1')
  const from = performance.now()
  await until(() => performance.now() - from > bodyTimes.wholeMs * 2)
  assert.equal(socket.destroyed, false)
  socket.destroy()
})

test('closing answers what is in flight, takes nothing new, and cuts what does not end', async () => {
  let release = (): void => undefined
  const held = createHttpServer({
    guard: () => undefined,
    inference: (_request, response) => void response.end(),
    api: (_request, response) => {
      release = () => void response.end('late but whole')
    },
  })
  const at = await listen(held, { host: '127.0.0.1', port: 0 })
  const answer = new Promise<string>((resolve, reject) => {
    const request = httpRequest({ port: at, path: '/x' }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += String(chunk)
      })
      response.on('end', () => resolve(text))
    })
    request.on('error', reject)
    request.end()
  })
  const before = release
  await until(() => release !== before)
  const closed = closeServer(held, 5_000)
  assert.equal(held.listening, false)
  release()
  assert.equal(await answer, 'late but whole')
  await closed

  const stuck = createHttpServer({ guard: () => undefined, inference: () => undefined, api: () => undefined })
  const address = await listen(stuck, { host: '127.0.0.1', port: 0 })
  const request = httpRequest({ port: address, path: '/x' })
  const cut = new Promise((resolve) => request.on('error', resolve))
  request.end()
  await until(
    async () => await new Promise<boolean>((resolve) => stuck.getConnections((_error, n) => resolve(n > 0))),
  )
  await closeServer(stuck, 50)
  await cut
})
