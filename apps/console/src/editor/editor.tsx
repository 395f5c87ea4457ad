/** CodeMirror 6 in a shadow tree: there its styles are constructed sheets, which `style-src 'self'` allows. */
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { bracketMatching, indentUnit, StreamLanguage } from '@codemirror/language'
import { lintKeymap } from '@codemirror/lint'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { Compartment, EditorState, type Extension } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import type { PolicyFault } from '../api/types.ts'
import { faultLines, showFaults } from './fault-lines.ts'
import { jsonMode, regoMode } from './modes.ts'
import { editorTheme } from './theme.ts'

export type EditorProps = {
  label: string
  value: string
  language: 'rego' | 'json'
  faults: readonly PolicyFault[]
  readOnly: boolean
  minLines: number
  /** Where to put the cursor; a new object moves it again. */
  goTo: { readonly line: number; readonly column: number } | undefined
  onChange: ((value: string) => void) | undefined
}

const LANGUAGES = { rego: StreamLanguage.define(regoMode), json: StreamLanguage.define(jsonMode) }

const access = (readOnly: boolean): Extension => [
  EditorState.readOnly.of(readOnly),
  EditorView.editable.of(!readOnly),
]

const extensionsOf = (
  props: EditorProps,
  writable: Compartment,
  onText: (text: string) => void,
): Extension => [
  LANGUAGES[props.language],
  writable.of(access(props.readOnly)),
  lineNumbers(),
  faultLines,
  history(),
  drawSelection(),
  highlightActiveLine(),
  bracketMatching(),
  highlightSelectionMatches(),
  search({ top: true }),
  indentUnit.of(props.language === 'rego' ? '\t' : '  '),
  EditorState.tabSize.of(4),
  keymap.of([indentWithTab, ...defaultKeymap, ...historyKeymap, ...searchKeymap, ...lintKeymap]),
  EditorView.contentAttributes.of({ 'aria-label': props.label, tabindex: '0', spellcheck: 'false' }),
  EditorView.theme({ '.cm-content': { minHeight: `${props.minLines * 20 + 16}px` } }),
  EditorView.updateListener.of((update) => {
    if (update.docChanged) onText(update.state.doc.toString())
  }),
  editorTheme,
]

export const Editor = (props: EditorProps) => {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const latest = useRef(props)
  latest.current = props
  const writable = useRef(new Compartment())
  const { label, language, value, faults, readOnly, goTo } = props

  useEffect(() => {
    const element = host.current
    if (element === null || label === '') return
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' })
    const made = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: extensionsOf({ ...latest.current, label, language }, writable.current, (text) =>
          latest.current.onChange?.(text),
        ),
      }),
    })
    view.current = made
    return () => made.destroy()
  }, [label, language])

  useEffect(() => {
    view.current?.dispatch({ effects: writable.current.reconfigure(access(readOnly)) })
  }, [readOnly])

  useEffect(() => {
    const current = view.current
    const text = current?.state.doc.toString()
    if (current !== undefined && text !== value)
      current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: value } })
  }, [value])

  useEffect(() => {
    if (view.current !== undefined) showFaults(view.current, faults)
  }, [faults])

  useEffect(() => {
    const current = view.current
    if (current === undefined || goTo === undefined) return
    const line = current.state.doc.line(Math.min(Math.max(goTo.line, 1), current.state.doc.lines))
    const anchor = Math.min(line.from + Math.max(goTo.column, 1) - 1, line.to)
    current.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) })
    current.focus()
  }, [goTo])

  return <div ref={host} />
}
