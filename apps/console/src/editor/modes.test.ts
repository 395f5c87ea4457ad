import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type StreamParser, StringStream } from '@codemirror/language'
import { jsonMode, regoMode } from './modes.ts'

const tokensOf = <S>(mode: StreamParser<S>, text: string): [text: string, style: string | null][] => {
  const state = mode.startState?.(2) as S
  return text.split('\n').flatMap((line) => {
    const stream = new StringStream(line, 4, 2)
    const found: [string, string | null][] = []
    while (!stream.eol()) {
      stream.start = stream.pos
      const style = mode.token(stream, state)
      assert.ok(stream.pos > stream.start, 'every token moves on')
      found.push([stream.current(), style])
    }
    return found
  })
}
const stylesOf = <S>(mode: StreamParser<S>, text: string): Record<string, string> =>
  Object.fromEntries(tokensOf(mode, text).filter((token): token is [string, string] => token[1] !== null))

test('Rego: rule heads, keywords, calls, input, strings with escapes', () => {
  assert.deepEqual(stylesOf(regoMode, 'allow if startswith(input.name, "a\\"b") # why'), {
    allow: 'variableName.definition',
    if: 'keyword',
    startswith: 'variableName.function',
    input: 'variableName.standard',
    '"a\\"b"': 'string',
    '(': 'bracket',
    ')': 'bracket',
    '# why': 'comment',
  })
})

test('Rego: a raw string spans lines and ends where it ends', () => {
  const tokens = tokensOf(regoMode, 'x := `one\ntwo` + 1')
  assert.deepEqual(
    tokens.filter(([, style]) => style === 'string').map(([text]) => text),
    ['`one', 'two`'],
  )
  assert.deepEqual(tokens.at(-1), ['1', 'number'])
})

test('JSON: names and values differ', () => {
  assert.deepEqual(stylesOf(jsonMode, '{"a" : "b", "n": -1.5e3, "t": true}'), {
    '"a"': 'propertyName',
    '"b"': 'string',
    '"n"': 'propertyName',
    '-1.5e3': 'number',
    '"t"': 'propertyName',
    true: 'atom',
  })
})

test('unfinished and odd text is tokenised to its end', () => {
  for (const text of ['"open', '`open', '\\', '{{{', 'a.b[_].c', '§', '1.2.3', '"a\\'])
    for (const mode of [regoMode, jsonMode] as StreamParser<never>[])
      assert.equal(
        tokensOf(mode, text)
          .map(([part]) => part)
          .join(''),
        text,
      )
})
