/** A router with a model that takes about 20 ms and a fast one beside it, for `prove overload` and `prove neighbours`. */
import { readFile } from 'node:fs/promises'
import { assetPath } from '@rampart/kit'
import { tinySlow } from '@rampart/onnx/testing'
import { startServing } from '@rampart/serving/testing'

/** `short`: 16 waiting rows and no batching, so that what does not fit is shed. */
const isShort = process.argv[2] === 'short'
const WIDTH = 256
const AIM_MS = 20
const FIRST_STEPS = 8
const CALLS = 60

export type SlowRouter = { readonly url: string; readonly width: number; readonly queuedRows: number }

const QUEUED_ROWS = isShort ? 16 : 2048
const up = await startServing({ maxQueuedRows: QUEUED_ROWS, batchRows: isShort ? [1] : [8, 16, 32, 64] })
const fast = await up.route('fast', await readFile(assetPath('examples/card-fraud/model.onnx')))
const body = {
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1, WIDTH], data: Array.from({ length: WIDTH }, () => 1) }],
}

const load = async (steps: number): Promise<void> => {
  const slow = await up.route('slow', tinySlow(WIDTH, steps), { version: `${steps}.0.0`, isDefault: true })
  const { failed } = await up.serving.setSnapshot({ routes: [fast, slow] })
  if (failed[0] !== undefined) throw new Error(failed[0].message)
}

/** The fastest of single calls, in milliseconds: what the machine's other work does not change. */
const callMs = async (): Promise<number> => {
  const times: number[] = []
  for (let i = 0; i < CALLS; i++) {
    const from = performance.now()
    const answer = await up.infer('slow', body)
    await answer.arrayBuffer()
    if (answer.status !== 200) throw new Error(`the slow model answers ${answer.status}`)
    times.push(performance.now() - from)
  }
  return Math.min(...times)
}

await load(FIRST_STEPS)
await load(Math.max(1, Math.round((FIRST_STEPS * AIM_MS) / (await callMs()))))

process.on('disconnect', () => void up.stop().then(() => process.exit(0)))
process.send?.({ url: up.url, width: WIDTH, queuedRows: QUEUED_ROWS } satisfies SlowRouter)
