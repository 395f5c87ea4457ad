/** For the tests of the command line: a fake server on a free port and a captured run. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Io } from './io.ts'
import { runCli } from './program.ts'

export type Received = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Reply = {
  readonly status?: number
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** Answers by `handle`; undefined is a 404 problem. Problems get their media type from the status. */
export const startFakeServer = async (handle: (request: Received) => Reply | undefined) => {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake')
    const call = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: await text(request),
    }
    received.push(call)
    const {
      status = 200,
      body,
      headers = {},
    } = handle(call) ?? {
      status: 404,
      body: { title: 'Not found', status: 404, detail: `nothing at ${call.path}`, code: 'FAKE_NOT_FOUND' },
    }
    const type = status >= 400 ? 'application/problem+json' : 'application/json'
    response.writeHead(status, { 'content-type': type, ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body ?? null))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    stop: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}

export type CliResult = { readonly code: number; readonly out: string; readonly err: string }

/** One command in this process; nothing of the real environment, home folder or login is seen. */
export const cli = async (argv: readonly string[], overrides: Partial<Io> = {}): Promise<CliResult> => {
  let out = ''
  let err = ''
  const code = await runCli(
    argv,
    {
      out: (chunk) => {
        out += chunk
      },
      err: (chunk) => {
        err += chunk
      },
      env: { HOME: '/nonexistent' },
      cwd: '/nonexistent',
      stdin: async () => '',
      isTerminal: false,
      columns: 80,
      signal: new AbortController().signal,
      now: () => Date.parse('2026-01-01T00:00:00Z'),
      ...overrides,
    },
    '9.9.9',
  )
  return { code, out, err }
}
