/** Sends 10,000 calls of mixed models, forms and batch sizes at a time and compares each with the answers of single calls. [--seed=N] */
import { Agent, request } from 'node:http'
import { BINARY_HEADER } from '@rampart/codecs'
import { openGrpc } from '../../bench/load/grpc-client.ts'
import { type Answer, difference, readGrpcAnswer, readRestAnswer } from '../../bench/versus/ask.ts'
import { createSeededRandom } from '../../packages/kit/src/index.ts'
import { startControlPlane } from '../../tools/control-plane.ts'
import {
  FORMS,
  type Form,
  type MixedRequest,
  type ModelRows,
  mixedRequest,
  readModelRows,
} from './mixed/requests.ts'

const CALLS = 10_000
const AT_A_TIME = 256
const ROWS_PER_MODEL = 64
const BATCHES = [1, 1, 1, 2, 3, 5, 8, 16]
const SEED = Number(process.argv.find((word) => word.startsWith('--seed='))?.slice(7) ?? 20261123)
const MODELS = ['card-fraud', 'digit-image', 'mail-filter'].map((model) =>
  readModelRows(model, ROWS_PER_MODEL),
)

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const random = createSeededRandom(SEED)
const pick = <T>(values: readonly T[]): T => values[Math.floor(random.float() * values.length)] as T

// The load is one caller's; its limit is not what is proved here.
process.env['RAMPART_LIMITS_REQUESTS_PER_MINUTE'] = '10000000'
const server = await startControlPlane()
const agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME })
const grpc = openGrpc(Number(server.grpcAddress.split(':')[1]))

const callRest = ({ path, headers, body }: MixedRequest): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const call = request(
      `${server.url}${path}`,
      { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const bytes = Buffer.concat(chunks)
          if (response.statusCode !== 200) return reject(new Error(`${response.statusCode} ${bytes}`))
          const length = response.headers[BINARY_HEADER]
          resolve(readRestAnswer(bytes, length === undefined ? undefined : String(length)))
        })
      },
    )
    call.on('error', reject)
    call.end(body)
  })

const ask = async (wanted: MixedRequest): Promise<Answer> =>
  wanted.isGrpc ? readGrpcAnswer(await grpc.call(wanted.path, wanted.body)) : callRest(wanted)

/** The answers to rows asked one by one, for each model. */
const single = new Map<ModelRows, readonly Answer[]>()

/** What the single calls' answers make together. */
const together = (answers: readonly Answer[]): Answer =>
  Object.fromEntries(
    Object.keys(answers[0] ?? {}).map((name) => [name, answers.flatMap((answer) => answer[name] ?? [])]),
  )

type Tally = { calls: number; rows: number; wrong: string[] }
const tallies = new Map<Form, Tally>(FORMS.map((form) => [form, { calls: 0, rows: 0, wrong: [] }]))

const one = async (): Promise<void> => {
  const from = pick(MODELS)
  const form = pick(FORMS)
  const places = Array.from({ length: pick(BATCHES) }, () => Math.floor(random.float() * from.rows.length))
  const rows = places.map((place) => from.rows[place] ?? [])
  const expected = together(places.map((place) => single.get(from)?.[place] ?? {}))
  const tally = tallies.get(form) as Tally
  tally.calls += 1
  tally.rows += rows.length
  await ask(mixedRequest(from, rows, form)).then(
    (found) => {
      const differs = difference(expected, found)
      if (differs !== undefined) tally.wrong.push(`${from.model}, ${rows.length} rows: ${differs}`)
    },
    (error: unknown) => void tally.wrong.push(`${from.model}: ${String(error)}`),
  )
}

try {
  for (const from of MODELS) {
    const answers: Answer[] = []
    for (const row of from.rows) answers.push(await ask(mixedRequest(from, [row], 'json')))
    single.set(from, answers)
  }
  const started = performance.now()
  let left = CALLS
  const caller = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      await one()
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, caller))
  const seconds = (performance.now() - started) / 1000
  print(`${CALLS} calls, ${AT_A_TIME} at a time, in ${seconds.toFixed(1)} s; seed ${SEED}`)
} finally {
  agent.destroy()
  grpc.close()
  await server.stop()
}
let failed = 0
for (const [form, { calls, rows, wrong }] of tallies) {
  failed += wrong.length === 0 ? 0 : 1
  print(
    `${wrong.length === 0 ? '✔' : '✖'} ${form.padEnd(12)} ${calls} calls, ${rows} rows, ${wrong.length} wrong`,
  )
  for (const line of wrong.slice(0, 5)) print(`    ${line.slice(0, 300)}`)
}
print(`${FORMS.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
