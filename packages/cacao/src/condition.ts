/**
 * Conditions of workflow steps: comparison expressions of the STIX patterning grammar (STIX 2.1 section 9.6) over
 * variables and literals, with AND, OR, NOT and brackets. MATCHES is refused: a pattern of a stranger would run here
 * without a bound on its time.
 */
import { BlockList, isIP } from 'node:net'
import { cacaoErrors } from './errors.ts'

export type Operand =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: string | number | boolean }

export type Condition =
  | { readonly kind: 'or' | 'and'; readonly terms: readonly Condition[] }
  | { readonly kind: 'not'; readonly term: Condition }
  | {
      readonly kind: 'compare'
      readonly left: Operand
      readonly operator: Operator
      readonly right: readonly Operand[]
    }

export const OPERATORS = ['=', '!=', '<', '<=', '>', '>=', 'IN', 'LIKE', 'ISSUBSET', 'ISSUPERSET'] as const
export type Operator = (typeof OPERATORS)[number]

type Token = {
  readonly kind: 'variable' | 'string' | 'number' | 'word' | 'operator' | 'mark'
  readonly text: string
}

const TOKEN =
  /\s*(?:(?<variable>__[a-zA-Z][a-zA-Z0-9_-]*?__:value)|(?<string>'(?:[^'\\]|\\.)*')|(?<number>-?\d+(?:\.\d+)?(?![\w.]))|(?<word>[A-Za-z]+)|(?<operator><=|>=|!=|<>|==|=|<|>)|(?<mark>[()[\],]))/y

const DEEPEST = 64

const refuse = (why: string) => cacaoErrors.CACAO_CONDITION_INVALID(why)

const tokensOf = (text: string): Token[] => {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  const end = text.trimEnd().length
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (match === null) throw refuse(`cannot be read from character ${at + 1} on`)
    const [kind, found] = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined) ?? []
    tokens.push({ kind: kind as Token['kind'], text: found ?? '' })
  }
  return tokens
}

const operatorOf = ({ kind, text }: Token): Operator | undefined => {
  if (kind === 'operator')
    return ({ '==': '=', '<>': '!=' } as Record<string, Operator>)[text] ?? (text as Operator)
  if (kind !== 'word') return undefined
  if (text === 'MATCHES') throw refuse('MATCHES is not supported: compare with LIKE')
  return OPERATORS.find((operator) => operator === text)
}

/** Reads a condition; throws CACAO_CONDITION_INVALID. */
export const parseCondition = (text: string): Condition => {
  const tokens = tokensOf(text)
  let at = 0
  const isWord = (word: string): boolean => tokens[at]?.kind === 'word' && tokens[at]?.text === word
  const take = (mark: string): void => {
    if (tokens[at]?.text !== mark || tokens[at]?.kind !== 'mark') throw refuse(`${mark} is missing`)
    at++
  }
  const operand = (): Operand => {
    const token = tokens[at++]
    if (token?.kind === 'variable') return { kind: 'variable', name: token.text.slice(0, -':value'.length) }
    if (token?.kind === 'number') return { kind: 'literal', value: Number(token.text) }
    if (token?.kind === 'string')
      return { kind: 'literal', value: token.text.slice(1, -1).replace(/\\(.)/gs, '$1') }
    if (token?.kind === 'word' && (token.text === 'true' || token.text === 'false'))
      return { kind: 'literal', value: token.text === 'true' }
    throw refuse('a variable or a value is missing')
  }
  const list = (): Operand[] => {
    take('(')
    const items = [operand()]
    while (tokens[at]?.text === ',' && tokens[at]?.kind === 'mark') {
      at++
      items.push(operand())
    }
    take(')')
    return items
  }
  const comparison = (): Condition => {
    const left = operand()
    const negated = isWord('NOT')
    if (negated) at++
    const token = tokens[at++]
    const operator = token === undefined ? undefined : operatorOf(token)
    if (operator === undefined) throw refuse('an operator is missing')
    const right = operator === 'IN' ? list() : [operand()]
    const compare: Condition = { kind: 'compare', left, operator, right }
    return negated ? { kind: 'not', term: compare } : compare
  }
  const primary = (depth: number): Condition => {
    if (depth > DEEPEST) throw refuse('is nested too deeply')
    if (isWord('NOT')) {
      at++
      return { kind: 'not', term: primary(depth + 1) }
    }
    const open = tokens[at]
    if (open?.kind === 'mark' && (open.text === '(' || open.text === '[')) {
      at++
      const inner = expression(depth + 1)
      take(open.text === '(' ? ')' : ']')
      return inner
    }
    return comparison()
  }
  const chain = (word: 'AND' | 'OR', next: () => Condition): Condition => {
    const terms = [next()]
    while (isWord(word)) {
      at++
      terms.push(next())
    }
    const [only] = terms
    return terms.length === 1 && only !== undefined ? only : { kind: word === 'AND' ? 'and' : 'or', terms }
  }
  const expression = (depth: number): Condition => chain('OR', () => chain('AND', () => primary(depth)))
  const condition = expression(0)
  if (at < tokens.length) throw refuse(`goes on after its end with ${tokens[at]?.text.slice(0, 40)}`)
  return condition
}

/** Names of the variables a condition reads, each once. */
export const variablesOf = (condition: Condition): readonly string[] => {
  if (condition.kind === 'not') return variablesOf(condition.term)
  if (condition.kind !== 'compare') return [...new Set(condition.terms.flatMap(variablesOf))]
  const operands = [condition.left, ...condition.right]
  return [...new Set(operands.flatMap((one) => (one.kind === 'variable' ? [one.name] : [])))]
}

type Value = string | number | boolean

/** Text that is a number is compared as one, since every value of a variable is written as text. */
const order = (a: Value, b: Value): number => {
  const [x, y] = [Number(a), Number(b)]
  if (a !== '' && b !== '' && !Number.isNaN(x) && !Number.isNaN(y)) return Math.sign(x - y)
  const [left, right] = [String(a), String(b)]
  return left === right ? 0 : left < right ? -1 : 1
}

/** `%` any run, `_` any one character; linear in the text for every piece of the pattern. */
const like = (text: string, pattern: string): boolean => {
  let [at, wild, mark] = [0, -1, 0]
  const [chars, wanted] = [[...text], [...pattern]]
  let p = 0
  while (at < chars.length) {
    if (wanted[p] === '%') {
      wild = p++
      mark = at
    } else if (p < wanted.length && (wanted[p] === '_' || wanted[p] === chars[at])) {
      p++
      at++
    } else if (wild >= 0) {
      p = wild + 1
      at = ++mark
    } else return false
  }
  while (wanted[p] === '%') p++
  return p === wanted.length
}

type Net = { readonly address: string; readonly prefix: number; readonly family: 'ipv4' | 'ipv6' }

const netOf = (text: string): Net => {
  const [address = '', width] = text.split('/')
  const version = isIP(address)
  const longest = version === 4 ? 32 : 128
  const prefix = width === undefined ? longest : Number(width)
  if (version === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > longest)
    throw refuse(`${JSON.stringify(text.slice(0, 64))} is not an address or network`)
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' }
}

const isSubset = (inner: string, outer: string): boolean => {
  const [a, b] = [netOf(inner), netOf(outer)]
  if (a.family !== b.family || a.prefix < b.prefix) return false
  const list = new BlockList()
  list.addSubnet(b.address, b.prefix, b.family)
  return list.check(a.address, a.family)
}

const compare = (operator: Operator, left: Value, right: readonly Value[]): boolean => {
  const first = right[0] as Value
  switch (operator) {
    case '=':
      return order(left, first) === 0
    case '!=':
      return order(left, first) !== 0
    case '<':
      return order(left, first) < 0
    case '<=':
      return order(left, first) <= 0
    case '>':
      return order(left, first) > 0
    case '>=':
      return order(left, first) >= 0
    case 'IN':
      return right.some((one) => order(left, one) === 0)
    case 'LIKE':
      return like(String(left), String(first))
    case 'ISSUBSET':
      return isSubset(String(left), String(first))
    case 'ISSUPERSET':
      return isSubset(String(first), String(left))
  }
}

/** True or false by the values that `read` gives; throws CACAO_CONDITION_INVALID and what `read` throws. */
export const evaluateCondition = (condition: Condition, read: (variable: string) => Value): boolean => {
  switch (condition.kind) {
    case 'or':
      return condition.terms.some((term) => evaluateCondition(term, read))
    case 'and':
      return condition.terms.every((term) => evaluateCondition(term, read))
    case 'not':
      return !evaluateCondition(condition.term, read)
    case 'compare': {
      const resolve = (one: Operand): Value => (one.kind === 'variable' ? read(one.name) : one.value)
      return compare(condition.operator, resolve(condition.left), condition.right.map(resolve))
    }
  }
}
