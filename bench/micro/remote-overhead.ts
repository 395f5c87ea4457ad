/** What a route to another server costs on top of asking that server: sequential calls, direct and through, in pairs. */
import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { assetPath } from '@rampart/kit'
import { startServing } from '@rampart/serving/testing'

const WARM_UP = 500
const PAIRS = 3_000
const WIDTH = 26

const file = await readFile(assetPath('examples/card-fraud/model.onnx'))
const [far, up] = [await startServing(), await startServing()]
await far.serving.setSnapshot({ routes: [await far.route('card-fraud', file)] })
const remote = { protocol: 'v2-rest' as const, urls: [far.url] }
const { failed } = await up.serving.setSnapshot({
  routes: [await up.route('card-fraud', file, { backend: 'far', remote })],
})
if (failed[0] !== undefined) throw new Error(failed[0].message)

const data = Array.from({ length: WIDTH }, (_, i) => i / 8)
const body = JSON.stringify({
  inputs: [{ name: 'features', datatype: 'FP32', shape: [1, WIDTH], data }],
})
const agent = new Agent({ keepAlive: true })
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }

const millis = (url: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const from = performance.now()
    const call = request(
      `${url}/v2/models/card-fraud/infer`,
      { method: 'POST', agent, headers },
      (response) => {
        if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`))
        response.resume()
        response.on('end', () => resolve(performance.now() - from))
      },
    )
    call.on('error', reject)
    call.end(body)
  })

for (let i = 0; i < WARM_UP; i++) {
  await millis(far.url)
  await millis(up.url)
}
const direct: number[] = []
const through: number[] = []
for (let i = 0; i < PAIRS; i++) {
  direct.push(await millis(far.url))
  through.push(await millis(up.url))
}
const quantile = (values: number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(q * values.length)] ?? 0
const line = (values: number[]): string => [0.5, 0.99].map((q) => quantile(values, q).toFixed(3)).join(' / ')
const overhead = quantile(through, 0.5) - quantile(direct, 0.5)
process.stdout.write(
  `ms p50 / p99: direct ${line(direct)}, through ${line(through)}; overhead p50 ${overhead.toFixed(3)}\n`,
)
agent.destroy()
await up.stop()
await far.stop()
