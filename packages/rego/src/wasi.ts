/** The operating system as the engine sees it. */
import { webcrypto } from 'node:crypto'
import type { WasmMemory } from './web-assembly.ts'

/** What the policy engine may see of the world: time and randomness. Nothing is written, opened or connected. */
export type WasiPorts = {
  /** Wall clock, nanoseconds since 1970. */
  readonly wallNs: () => bigint
  /** Never goes back, nanoseconds; the engine only measures its own evaluations with it. */
  readonly monotonicNs: () => bigint
}

/**
 * Processor time of this thread: on a machine that is short of it, waiting for a turn is no fault of the policy.
 * A Node that cannot tell it gives elapsed time.
 */
const processorMicros = (): number => {
  if (typeof process.threadCpuUsage !== 'function') return Math.round(performance.now() * 1000)
  const { user, system } = process.threadCpuUsage()
  return user + system
}

export const systemPorts: WasiPorts = {
  wallNs: () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n,
  monotonicNs: () => BigInt(processorMicros()) * 1000n,
}

const SUCCESS = 0
const MONOTONIC = 1

/**
 * The few WASI preview 1 calls that the engine imports (WASI snapshot_preview1 witx). Output is discarded, the
 * environment is empty, and `proc_exit` throws so that the caller sees a trap.
 */
export function wasiImports(memory: () => WasmMemory, ports: WasiPorts = systemPorts) {
  const view = () => new DataView(memory().buffer)
  return {
    clock_time_get: (clock: number, _precision: bigint, out: number) => {
      view().setBigUint64(out, clock === MONOTONIC ? ports.monotonicNs() : ports.wallNs(), true)
      return SUCCESS
    },
    random_get: (out: number, length: number) => {
      webcrypto.getRandomValues(new Uint8Array(memory().buffer, out, length))
      return SUCCESS
    },
    environ_sizes_get: (count: number, size: number) => {
      view().setUint32(count, 0, true)
      view().setUint32(size, 0, true)
      return SUCCESS
    },
    environ_get: () => SUCCESS,
    fd_write: (_fd: number, vectors: number, count: number, written: number) => {
      const data = view()
      let total = 0
      for (let i = 0; i < count; i++) total += data.getUint32(vectors + i * 8 + 4, true)
      data.setUint32(written, total, true)
      return SUCCESS
    },
    sched_yield: () => SUCCESS,
    proc_exit: (code: number) => {
      throw new Error(`the policy engine exited with ${code}`)
    },
  }
}
