/** The runner that is used: a child process with a memory limit and a deadline, by packages/onnx. */
import { runRows } from '@rampart/onnx'
import type { ModelRunner } from './ports.ts'

export const createProcessRunner = (limits: {
  readonly timeoutMs: number
  readonly memoryMb: number
  readonly maxModelBytes: number
}): ModelRunner => ({
  run: async ({ path, digest }, rows) => {
    const outputs: Record<string, (readonly unknown[])[]> = {}
    const report = await runRows({
      source: { path, digest, maxBytes: limits.maxModelBytes },
      rows,
      timeoutMs: limits.timeoutMs,
      memoryMb: limits.memoryMb,
      onRow: (result) => {
        for (const [name, values] of Object.entries(result.outputs)) {
          const column = outputs[name] ?? []
          column.push(values)
          outputs[name] = column
        }
      },
    })
    const { inputs, outputs: produced } = report.inspection.signature
    return {
      signature: { inputs, outputs: produced },
      outputs,
      durationMs: rows.length === 0 ? report.loadMs : report.runMs,
    }
  },
})
