/** As much of a Jupyter Server as an isolation asks for, with one kernel that runs what it is told to: for the quick form. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const [token = '', code = ''] = process.argv.slice(2)
const kernels = new Map<string, ChildProcess>()

// As miners do to outlive their kernel, what it starts is in a session of its own.
const KERNEL = `require('node:child_process').spawn(process.execPath, ['-e', process.argv[1]], { detached: true, stdio: 'ignore' }); setInterval(() => {}, 1e6)`

const server = createServer((request, response) => {
  const answer = (status: number, body?: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(body === undefined ? undefined : JSON.stringify(body))
  }
  if (request.headers.authorization !== `token ${token}`) return answer(403, { message: 'Forbidden' })
  const { pathname } = new URL(request.url ?? '/', 'http://notebook')
  const one = /^\/api\/kernels\/(.+)$/.exec(pathname)?.[1]
  if (request.method === 'DELETE' && one !== undefined) {
    kernels.get(one)?.kill('SIGKILL')
    return answer(kernels.delete(one) ? 204 : 404)
  }
  if (request.method === 'POST' && pathname === '/api/shutdown') {
    answer(200, {})
    server.close()
    server.closeIdleConnections()
    setTimeout(() => process.exit(0), 20)
    return
  }
  if (pathname === '/api/kernels')
    return answer(
      200,
      [...kernels.keys()].map((id) => ({ id, name: 'node' })),
    )
  if (['/api/sessions', '/api/terminals'].includes(pathname)) return answer(200, [])
  return answer(404, { message: 'Not Found' })
})

server.listen(0, '127.0.0.1', () => {
  kernels.set('k1', spawn(process.execPath, ['-e', KERNEL, code], { stdio: 'ignore' }))
  process.send?.((server.address() as AddressInfo).port)
})
