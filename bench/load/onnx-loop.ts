/** The floor under every model server: one row per run, in a loop, with nothing around it. */
import { assetPath } from '@rampart/kit'
import * as ort from 'onnxruntime-node'
import { type BenchModel, heldOutRow } from './requests.ts'
import { type Spread, spread } from './spread.ts'

/** As in the product: the runtime would collect usage events. */
process.env.ORT_DISABLE_TELEMETRY = '1'

const RUNS = 2000

/** CPU microseconds of this process per run. */
export const onnxLoopMicros = async (model: BenchModel, rounds: number): Promise<Spread> => {
  const session = await ort.InferenceSession.create(assetPath(`examples/${model}/model.onnx`), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  })
  const row = Float32Array.from(heldOutRow(model, 0))
  const name = session.inputNames[0] ?? ''
  const shape = model === 'card-fraud' ? [1, row.length] : [1, 1, 28, 28]
  const run = async (): Promise<number> => {
    const before = process.cpuUsage()
    for (let i = 0; i < RUNS; i++) await session.run({ [name]: new ort.Tensor('float32', row, shape) })
    const { user, system } = process.cpuUsage(before)
    return (user + system) / RUNS
  }
  await run()
  const values: number[] = []
  for (let round = 0; round < rounds; round++) values.push(await run())
  await session.release()
  return spread(values)
}
