/** Sends records as inference requests, several in flight, at most at the wanted rate. */
import { setTimeout as wait } from 'node:timers/promises'
import { ApiError, type RampartClient } from '@rampart/client'
import { decodeRecord, fromFloat16Bits, type Tensor } from '@rampart/codecs'
import type { ModelManifest, ModelSignature } from '@rampart/domain'
import type { Progress } from './progress.ts'
import type { createScore } from './score.ts'
import { applyShift, type Shift } from './shift.ts'

export type StreamDeps = {
  readonly client: RampartClient
  readonly manifest: ModelManifest
  readonly signature: ModelSignature
  readonly shifts: readonly Shift[]
  readonly score: ReturnType<typeof createScore>
  readonly progress: Progress
  readonly signal: AbortSignal
  readonly inFlight: number
  /** Records per second; undefined is as fast as the server answers. */
  readonly rate: number | undefined
}

type Output = { readonly name: string; readonly data: readonly unknown[] }
type Inference = { readonly outputs: readonly Output[] }

/** This many refusals in a row mean that something is wrong, not that the server is busy. */
const MAX_REFUSALS = 50

/** OIP JSON: booleans for BOOL, numbers for FP16, and 64-bit integers as decimal strings, since a double cannot hold them. */
const jsonValue = (datatype: Tensor['datatype'], value: unknown): unknown => {
  if (datatype === 'BOOL') return value === 1
  if (datatype === 'FP16') return fromFloat16Bits(value as number)
  return typeof value === 'bigint' ? String(value) : value
}

const jsonTensor = ({ name, datatype, shape, data }: Tensor) => ({
  name,
  datatype,
  shape,
  data: Array.from(data as ArrayLike<unknown>, (value) => jsonValue(datatype, value)),
})

const predictionOf = (manifest: ModelManifest, answer: Inference): unknown => {
  const name = manifest.spec.reference?.prediction
  return answer.outputs.find((output) => output.name === name)?.data[0]
}

export const streamRecords = async (lines: AsyncIterable<string>, deps: StreamDeps): Promise<number> => {
  const { client, manifest, score, signal } = deps
  const path = `/v2/models/${encodeURIComponent(manifest.metadata.name)}/infer`
  const startedAt = performance.now()
  const running = new Set<Promise<void>>()
  let refusals = 0
  let fatal: unknown
  let done = 0

  const send = async (line: string): Promise<void> => {
    const { tensors, label } = decodeRecord(line, deps.signature)
    for (const shift of deps.shifts) applyShift(shift, tensors)
    const sentAt = performance.now()
    try {
      const { data } = await client.call<Inference>('POST', path, {
        body: { inputs: tensors.map(jsonTensor) },
        signal,
      })
      score.answer(label, predictionOf(manifest, data), performance.now() - sentAt)
      refusals = 0
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      score.failure(error.code)
      refusals += 1
      if (refusals >= MAX_REFUSALS || error.status === 0) throw error
    }
    done += 1
    const accuracy = score.accuracy()
    const perSecond = (done / (performance.now() - startedAt)) * 1000
    deps.progress.update(
      done,
      `${perSecond.toFixed(0)}/s${accuracy === undefined ? '' : `  accuracy ${accuracy.toFixed(4)}`}`,
    )
  }

  let started = 0
  for await (const line of lines) {
    signal.throwIfAborted()
    if (fatal !== undefined) break
    const dueMs = deps.rate === undefined ? 0 : (started / deps.rate) * 1000 - (performance.now() - startedAt)
    if (dueMs > 1) await wait(dueMs, undefined, { signal })
    started += 1
    const task = send(line)
      .catch((error: unknown) => {
        fatal ??= error
      })
      .finally(() => running.delete(task))
    running.add(task)
    if (running.size >= deps.inFlight) await Promise.race(running)
  }
  await Promise.all(running)
  if (fatal !== undefined) throw fatal
  return performance.now() - startedAt
}
