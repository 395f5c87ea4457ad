/**
 * What every adapter that speaks HTTP must survive, as tests: a server that answers any request in bad faith. Each call
 * ends in time with a reason, nobody else is asked, memory stays bounded, and the adapter works on when the server does.
 */
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Registry } from '@rampart/domain'
import { isAppError } from '@rampart/kit'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

export type HostileRig = {
  /** Only the stand-in's own host and port may be asked; one version is there. */
  readonly registry: Registry
  /** Answers every request from now on; undefined: in good faith again. */
  readonly attack: (answer: Answer | undefined) => void
  /** False where the listing told the files of a version already. */
  readonly asksForFiles?: boolean
  readonly stop: () => Promise<void>
}

export type HostileContract = {
  readonly name: string
  readonly start: () => Promise<HostileRig>
}

type Attack = {
  readonly name: string
  readonly answer: Answer
  /** Ends by the caller's patience alone. */
  readonly waits?: boolean
  /** Is an empty listing where listings are XML: nothing of it may be unfolded or looked up. */
  readonly isEmptyXml?: boolean
  /** Also while the bytes of a file are read; others may be what the file is. */
  readonly spoilsFiles?: boolean
}

const MEBIBYTE = 1024 * 1024
const MAX_SENT = 64 * MEBIBYTE
const MAX_GROWTH = 400 * MEBIBYTE
const PATIENCE_MS = 300
const LONGEST_MS = 20_000
const bomb = gzipSync(Buffer.alloc(32 * MEBIBYTE))

const send =
  (status: number, headers: Record<string, string>, body?: string | Uint8Array): Answer =>
  (_request, response) => {
    response.writeHead(status, headers).end(body)
  }
const JSON_TYPE = { 'content-type': 'application/json' }
const XML_TYPE = { 'content-type': 'application/xml' }

/** 10^9 characters, were it unfolded. */
const laughs = (): string => {
  const levels = Array.from({ length: 9 }, (_, at) => {
    const inner = at === 0 ? 'ha' : `&l${at - 1};`.repeat(10)
    return `<!ENTITY l${at} "${inner}">`
  })
  return `<?xml version="1.0"?><!DOCTYPE x [${levels.join('')}]><ListBucketResult><Name>&l8;</Name></ListBucketResult>`
}

const writing = (chunk: Uint8Array, everyMs: number, count: (bytes: number) => void): Answer => {
  return (request, response) => {
    response.writeHead(200, JSON_TYPE)
    if (request.method === 'HEAD') return void response.end()
    let timer: NodeJS.Timeout | undefined
    const next = (): void => {
      if (response.destroyed) return
      count(chunk.length)
      const isTaken = response.write(chunk)
      if (everyMs > 0) timer = setTimeout(next, everyMs)
      else if (isTaken) setImmediate(next)
      else response.once('drain', next)
    }
    response.on('close', () => clearTimeout(timer))
    next()
  }
}

const attacks = (canary: string, count: (bytes: number) => void): readonly Attack[] => [
  {
    name: 'a redirect to the metadata service',
    answer: send(302, { location: 'http://169.254.169.254/latest/' }),
    spoilsFiles: true,
  },
  { name: 'a redirect to an internal address', answer: send(307, { location: canary }), spoilsFiles: true },
  { name: 'a redirect to a file', answer: send(302, { location: 'file:///etc/passwd' }), spoilsFiles: true },
  {
    name: 'a gzip bomb',
    answer: send(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }, bomb),
    spoilsFiles: true,
  },
  { name: 'an answer without end', answer: writing(Buffer.alloc(65_536, 0x20), 0, count) },
  { name: 'an answer that drips', answer: writing(Buffer.from(' '), 20, count), waits: true },
  { name: 'no answer at all', answer: () => undefined, waits: true },
  {
    name: 'an answer that is cut off',
    answer: (_request, response) => {
      response.writeHead(200, { ...JSON_TYPE, 'content-length': '1000' })
      response.write('{"a":', () => response.destroy())
    },
    spoilsFiles: true,
  },
  {
    name: 'what is no UTF-8',
    answer: send(200, JSON_TYPE, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])),
  },
  { name: 'a tower of brackets', answer: send(200, JSON_TYPE, '['.repeat(200_000)) },
  { name: 'control characters', answer: send(200, JSON_TYPE, '\u0000\u001b[2J\u0007') },
  { name: 'entities that multiply', answer: send(200, XML_TYPE, laughs()), isEmptyXml: true },
  {
    name: 'an entity of a file',
    isEmptyXml: true,
    answer: send(
      200,
      XML_TYPE,
      '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>',
    ),
  },
  {
    name: 'too many headers',
    answer: send(200, {
      ...JSON_TYPE,
      ...Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`x-${at}`, 'y'.repeat(1_000)])),
    }),
  },
  { name: 'a wait of thirty years', answer: send(429, { 'retry-after': '999999999' }), spoilsFiles: true },
]

const NOTHING = Symbol('nothing')
const isNothing = (value: unknown): boolean =>
  value === undefined || JSON.stringify(value) === JSON.stringify({ versions: [] })

/** Ends with an error that says why, in time. */
const refused = async (what: string, attack: Attack, call: (signal: AbortSignal) => Promise<unknown>) => {
  const startedAt = performance.now()
  const { waits, isEmptyXml } = attack
  const error = await call(AbortSignal.timeout(waits === true ? PATIENCE_MS : LONGEST_MS)).then(
    (value) => (isEmptyXml === true && isNothing(value) ? NOTHING : new Error(`${what} was taken`)),
    (thrown: unknown) => thrown,
  )
  assert.ok(performance.now() - startedAt < LONGEST_MS, `${what} took too long`)
  if (error === NOTHING) return
  assert.ok(isAppError(error), `${what}: ${String(error)}`)
  assert.ok(
    error.kind !== 'Internal' && !error.code.startsWith('KIT_'),
    `${what}: ${error.code} ${error.message}`,
  )
  assert.doesNotMatch(error.message, /\p{Cc}/u, what)
  const wait = (error.details as { retryAfterMs?: number } | undefined)?.retryAfterMs ?? 0
  assert.ok(wait <= 3_600_000, `${what}: waits ${wait} ms`)
}

export const hostileContract = ({ name, start }: HostileContract): void => {
  let rig: HostileRig
  let canaryHits = 0
  let sent = 0
  const canary = createServer((_request, response) => {
    canaryHits += 1
    response.end('{}')
  })

  before(async () => {
    rig = await start()
    await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve))
  })
  after(async () => {
    await rig.stop()
    canary.closeAllConnections()
    await new Promise((resolve) => canary.close(resolve))
  })

  test(`${name}: a server in bad faith is refused with a reason, in time and memory that are bounded`, async (t) => {
    const { registry } = rig
    const call = () => ({ signal: AbortSignal.timeout(LONGEST_MS) })
    const { versions } = await registry.list(undefined, call())
    const [version] = versions
    assert.ok(version !== undefined && versions.length === 1)
    const [file] = await registry.files(version, call())
    assert.ok(file !== undefined)
    const before = process.memoryUsage().rss
    const place = `http://127.0.0.1:${(canary.address() as AddressInfo).port}/`
    const count = (bytes: number): void => {
      sent += bytes
    }
    for (const one of attacks(place, count)) {
      const { name: what, spoilsFiles } = one
      rig.attack(one.answer)
      const refuse = async (which: string, work: (signal: AbortSignal) => Promise<unknown>) => {
        sent = 0
        await refused(`${what}, ${which}`, one, work)
        assert.ok(sent < MAX_SENT, `${what}, ${which}: took ${sent} bytes`)
      }
      await refuse('listing', (signal) => registry.list(undefined, { signal }))
      await refuse('a version', (signal) => registry.version(version.model, version.version, { signal }))
      if (rig.asksForFiles !== false) await refuse('files', (signal) => registry.files(version, { signal }))
      if (spoilsFiles === true)
        await refuse('bytes', async (signal) => {
          const { stream } = await registry.open(file, 0, { signal })
          for await (const chunk of stream) assert.ok(chunk.length > 0)
        })
      rig.attack(undefined)
      assert.equal((await registry.list(undefined, call())).versions.length, 1, `after ${what}`)
    }
    const growth = process.memoryUsage().rss - before
    t.diagnostic(`grew by ${Math.round(growth / MEBIBYTE)} MiB`)
    assert.ok(growth < MAX_GROWTH, `grew by ${growth} bytes`)
    assert.equal(canaryHits, 0)
  })
}
