/** The graph lint of an ONNX file as findings of a scan: triggers and their relatives; what is merely unusual is left out. */
import { AppError } from '@rampart/kit/core'
import { type LintFinding, lintGraph, readModelGraph } from '@rampart/onnx/graph'
import type { ByteSource } from '../byte-source.ts'
import type { ScanContext } from '../scan-context.ts'

/** What the heap of a scan thread carries; larger graphs are `rampart graph lint`'s. */
const LIMITS = { maxNodes: 60_000, maxTextBytes: 24 << 20, externalData: 'ignore' } as const
const FLOW = { maxNodes: 80_000, maxCallDepth: 32 }
/** Told by the scanner's own reading of loops. */
const TOLD_ELSEWHERE = new Set<LintFinding['rule']>(['unbounded-loop'])

const tell = (context: ScanContext, finding: LintFinding): void => {
  if (TOLD_ELSEWHERE.has(finding.rule)) return
  if (finding.severity === 'high')
    context.report('onnx-trigger', `${finding.rule}: ${finding.message}`, finding.location)
  else if (finding.severity === 'medium')
    context.report('onnx-graph', `${finding.rule}: ${finding.message}`, finding.location)
}

export const lintOnnx = (context: ScanContext, source: ByteSource): void => {
  context.budget.checkTime()
  // A source's view is valid until its next read only.
  const readAt = (position: number, length: number): Uint8Array =>
    Uint8Array.from(source.read(position, length))
  try {
    const { findings } = lintGraph(readModelGraph(readAt, source.size, LIMITS), { flow: FLOW })
    for (const finding of findings) tell(context, finding)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    context.report('onnx-graph', `the graph was not analysed: ${error.message}`)
  }
}
