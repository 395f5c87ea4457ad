/** The thread in which graphs are read, looked at and compared: it may be killed at any moment. */
import { parentPort, workerData } from 'node:worker_threads'
import { AppError } from '@rampart/kit/core'
import { diffGraphs, drawGraph, lintGraph, type OpenModel, openModelGraph } from '@rampart/onnx/graph'
import { type GraphAnswer, type GraphQuestion, marksOf } from './model-graph-messages.ts'

const MAX_ITEMS = 100

const look = (model: OpenModel): GraphAnswer => {
  const lint = lintGraph(model)
  const { irVersion, producerName, producerVersion, opsets, graph } = model.model
  return {
    kind: 'graph',
    view: {
      irVersion,
      producer: `${producerName} ${producerVersion}`.trim().slice(0, 200),
      opsets: opsets.slice(0, 32).map(({ domain, version }) => ({ domain: domain.slice(0, 100), version })),
      lint,
      picture: drawGraph(graph, { marks: marksOf(lint.findings) }),
    },
  }
}

const compare = (before: OpenModel, after: OpenModel): GraphAnswer => {
  const diff = diffGraphs(before, after, { maxItems: MAX_ITEMS })
  const marks = new Map<string, string[]>()
  for (const [word, { items }] of [
    ['added', diff.nodes.added],
    ['changed', diff.nodes.changed],
  ] as const)
    for (const { name } of items) marks.set(name.split('/')[0] ?? name, [word])
  return { kind: 'diff', diff, picture: drawGraph(after.model.graph, { marks }) }
}

const answer = ({ file, before }: GraphQuestion): GraphAnswer => {
  const opened: OpenModel[] = []
  const open = (path: string): OpenModel => {
    const model = openModelGraph(path)
    opened.push(model)
    return model
  }
  try {
    return before === undefined ? look(open(file)) : compare(open(before), open(file))
  } catch (error) {
    if (error instanceof AppError) return { kind: 'unreadable', message: error.message }
    throw error
  } finally {
    for (const model of opened) model.close()
  }
}

parentPort?.postMessage(answer(workerData as GraphQuestion))
