/** The process that serving benches and the soak measure: the serving module on one example, a route to one elsewhere, or a bare echo. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { assetPath } from '@rampart/kit'
import { startServing } from '@rampart/serving/testing'

const echo = async (): Promise<{ url: string }> => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
      response.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const [kind, model = 'card-fraud', elsewhere] = process.argv.slice(2)

const router = async (): Promise<{ url: string; grpcPort: number }> => {
  const up = await startServing({ batchRows: [8, 16, 32, 64] })
  process.on('disconnect', () => void up.stop().then(() => process.exit(0)))
  const changes =
    elsewhere === undefined
      ? {}
      : { backend: 'elsewhere', remote: { protocol: 'v2-rest' as const, urls: [elsewhere] } }
  const route = await up.route(model, await readFile(assetPath(`examples/${model}/model.onnx`)), changes)
  const { failed } = await up.serving.setSnapshot({ routes: [route] })
  if (failed[0] !== undefined) throw new Error(failed[0].message)
  const grpc = await up.serving.listenGrpc({ host: '127.0.0.1', port: 0 })
  return { url: up.url, grpcPort: grpc.port }
}

const addresses = await (kind === 'echo' ? echo() : router())
process.on('message', () => {
  const cpu = process.cpuUsage()
  // Collected first, so that resident memory shows what is held and not what has not been looked at yet.
  globalThis.gc?.()
  process.send?.({ cpu, rss: process.memoryUsage().rss })
})
if (kind === 'echo') process.on('disconnect', () => process.exit(0))
process.send?.(addresses)
