/** Enough of Rego's lexical grammar to colour it: comments, strings, numbers, keywords; all else is plain. */
export type Token = { kind: 'comment' | 'string' | 'number' | 'keyword' | 'plain'; text: string }

const PATTERN =
  /(?<comment>#[^\n]*)|(?<string>"(?:[^"\\\n]|\\.)*"?|`[^`]*`?)|(?<number>\b\d+(?:\.\d+)?\b)|(?<keyword>\b(?:package|import|default|as|contains|else|every|if|in|not|null|some|true|false|with)\b)/g

export const regoTokens = (text: string): Token[] => {
  const tokens: Token[] = []
  let end = 0
  for (const match of text.matchAll(PATTERN)) {
    if (match.index > end) tokens.push({ kind: 'plain', text: text.slice(end, match.index) })
    const [kind] = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined) ?? ['plain']
    tokens.push({ kind: kind as Token['kind'], text: match[0] })
    end = match.index + match[0].length
  }
  if (end < text.length) tokens.push({ kind: 'plain', text: text.slice(end) })
  return tokens
}
