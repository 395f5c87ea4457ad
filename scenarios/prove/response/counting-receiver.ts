/** A receiver of webhooks in a process of its own: `PORT FILE`. It writes each message down, then says that it took it. */
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

const [port = '0', file = ''] = process.argv.slice(2)

createServer(async (request, response) => {
  const body = await text(request).catch(() => '')
  if (body === '') return void request.socket.destroy()
  appendFileSync(file, `${body}\n`)
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end('{"key":"OPS-1"}')
}).listen(Number(port), '127.0.0.1', () => void process.stdout.write('ready\n'))
