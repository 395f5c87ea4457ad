/** Faults of a check in the editor: underlined with their message, and their line numbers marked. */
import { type Diagnostic, setDiagnostics } from '@codemirror/lint'
import { RangeSet, StateEffect, StateField, type Text, type TransactionSpec } from '@codemirror/state'
import { type EditorView, GutterMarker, lineNumberMarkers } from '@codemirror/view'
import type { PolicyFault } from '../api/types.ts'

class FaultMarker extends GutterMarker {
  readonly line: number

  constructor(line: number) {
    super()
    this.line = line
  }

  override eq(other: FaultMarker): boolean {
    return other.line === this.line
  }

  override toDOM(): HTMLElement {
    const mark = document.createElement('span')
    mark.className = 'cm-fault-line'
    mark.dataset['faultLine'] = String(this.line)
    mark.textContent = String(this.line)
    return mark
  }
}

const setLines = StateEffect.define<readonly number[]>()

const markersOf = (doc: Text, lines: readonly number[]): RangeSet<GutterMarker> =>
  RangeSet.of(
    [...new Set(lines)]
      .filter((line) => line >= 1 && line <= doc.lines)
      .sort((a, b) => a - b)
      .map((line) => new FaultMarker(line).range(doc.line(line).from)),
  )

/** Marked lines; they go with the text until the next check. */
export const faultLines = StateField.define<RangeSet<GutterMarker>>({
  create: () => RangeSet.empty,
  update: (markers, transaction) => {
    for (const effect of transaction.effects)
      if (effect.is(setLines)) return markersOf(transaction.state.doc, effect.value)
    return transaction.docChanged ? markers.map(transaction.changes) : markers
  },
  provide: (field) => lineNumberMarkers.from(field),
})

/** From the fault's column to the end of the word there; lines and columns count from 1. */
const diagnosticOf = (doc: Text, { line, column, message }: PolicyFault): Diagnostic => {
  const { from, to, text } = doc.line(Math.min(Math.max(line, 1), doc.lines))
  const start = Math.min(from + Math.max(column, 1) - 1, to)
  const word = /^\w+/.exec(text.slice(start - from))?.[0].length ?? 1
  return { from: start, to: Math.min(start + word, to), severity: 'error', message }
}

const faultsSpec = (view: EditorView, faults: readonly PolicyFault[]): TransactionSpec => {
  const { doc } = view.state
  const diagnostics = faults.map((fault) => diagnosticOf(doc, fault)).sort((a, b) => a.from - b.from)
  const spec = setDiagnostics(view.state, diagnostics)
  const effects = [spec.effects ?? []].flat()
  return { ...spec, effects: [...effects, setLines.of(faults.map(({ line }) => line))] }
}

export const showFaults = (view: EditorView, faults: readonly PolicyFault[]): void =>
  view.dispatch(faultsSpec(view, faults))
