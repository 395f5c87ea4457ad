/** Lexical modes of the editor: Rego (OPA 1.x grammar, enough to colour and indent) and JSON. */
import type { StreamParser, StringStream } from '@codemirror/language'

const KEYWORDS = new Set(
  'package import default as contains else every if in not null some true false with'.split(' '),
)
const CONSTANTS = new Set(['true', 'false', 'null'])

const finishString = (stream: StringStream): void => {
  while (!stream.eol()) {
    const character = stream.next()
    if (character === '\\') stream.next()
    else if (character === '"') return
  }
}

type RegoState = {
  /** Inside a raw string, which may span lines. */
  raw: boolean
}

const finishRaw = (stream: StringStream, state: RegoState): string => {
  state.raw = !stream.skipTo('`')
  if (state.raw) stream.skipToEnd()
  else stream.next()
  return 'string'
}

const word = (stream: StringStream, first: boolean): string | null => {
  const [text = ''] = (stream.match(/^[A-Za-z_]\w*/) as RegExpMatchArray | null) ?? []
  if (CONSTANTS.has(text)) return 'atom'
  if (KEYWORDS.has(text)) return 'keyword'
  if (text === 'input' || text === 'data') return 'variableName.standard'
  // A name at the start of a line heads a rule; one before a parenthesis is called.
  if (first) return 'variableName.definition'
  return stream.peek() === '(' || stream.match(/^\.\w+\(/, false) ? 'variableName.function' : null
}

export const regoMode: StreamParser<RegoState> = {
  name: 'rego',
  startState: () => ({ raw: false }),
  copyState: (state) => ({ ...state }),
  token: (stream, state) => {
    if (state.raw) return finishRaw(stream, state)
    const first = stream.sol()
    if (stream.eatSpace()) return null
    if (stream.match(/^#.*/)) return 'comment'
    if (stream.eat('"')) {
      finishString(stream)
      return 'string'
    }
    if (stream.eat('`')) return finishRaw(stream, state)
    if (stream.match(/^\d+(\.\d+)?([eE][+-]?\d+)?/)) return 'number'
    if (stream.match(/^[A-Za-z_]/, false)) return word(stream, first)
    if (stream.match(/^(:=|==|!=|<=|>=|[=<>|&+\-*/%])/)) return 'operator'
    if (stream.match(/^[()[\]{}]/)) return 'bracket'
    stream.next()
    return null
  },
  languageData: { commentTokens: { line: '#' } },
}

export const jsonMode: StreamParser<Record<string, never>> = {
  name: 'json',
  startState: () => ({}),
  token: (stream) => {
    if (stream.eatSpace()) return null
    if (stream.eat('"')) {
      finishString(stream)
      return stream.match(/^\s*:/, false) ? 'propertyName' : 'string'
    }
    if (stream.match(/^-?\d+(\.\d+)?([eE][+-]?\d+)?/)) return 'number'
    if (stream.match(/^(true|false|null)\b/)) return 'atom'
    stream.next()
    return null
  },
}
