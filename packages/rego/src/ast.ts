/** The engine's syntax tree, reduced to rules and the references in them. */
import { Buffer } from 'node:buffer'

/** A place in a policy file; both count from 1. */
export type Place = { readonly file: string; readonly line: number; readonly column: number }

/**
 * A reference as written: `input.a["b"][i].c` has root `input` and path `["a", "b"]`, because what follows a
 * computed part may be anything. `call` holds the number of arguments when it is called.
 */
export type Reference = {
  readonly root: string
  readonly path: readonly string[]
  readonly complete: boolean
  readonly at: Place
  readonly call?: number
}

/** One rule (each `else` belongs to its rule). `path` starts with `data` and ends where the head is computed. */
export type Rule = {
  readonly path: readonly string[]
  readonly at: Place
  /** Number of arguments; undefined for a rule that is not a function. */
  readonly arity: number | undefined
  readonly head: readonly Reference[]
  readonly body: readonly Reference[]
  /** Names that the rule declares: arguments, `some`, `every`, `:=`. */
  readonly locals: ReadonlySet<string>
  /** Names that occur where they may be bound: the declared ones, those of the body and of comprehensions. */
  readonly bound: ReadonlySet<string>
  readonly outcome: Outcome
}

/**
 * What a rule can answer, as far as its text tells: its default; members of a set; one fixed value (as text); one value
 * made of other rules, input and data; or, by iteration, `else` or modifiers, anything the text does not tell.
 */
export type Outcome =
  | { readonly kind: 'default' | 'set' | 'derived' | 'open' }
  | { readonly kind: 'fixed'; readonly value: string }

export type Module = {
  readonly file: string
  /** Starts with `data`. */
  readonly package: readonly string[]
  /** Alias to what it stands for, `input.…` or `data.…`. */
  readonly imports: ReadonlyMap<string, readonly string[]>
  readonly rules: readonly Rule[]
}

type Node = Record<string, unknown>
type Span = { line: number; col: number; start: number; end: number }
type Walk = { readonly file: string; readonly text: (span: Span) => string }

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

const child = (node: Node, key: string): Node => {
  const value = node[key]
  if (!isNode(value)) throw new TypeError(`the engine's syntax tree has no ${key}`)
  return value
}

const placeOf = (walk: Walk, span: Span): Place => ({ file: walk.file, line: span.line, column: span.col })

/** Follows a reference down to its root; `indices` are the computed parts, which hold references themselves. */
function readReference(walk: Walk, expr: Node): { reference?: Reference; indices: Node[] } {
  const indices: Node[] = []
  const parts: (string | undefined)[] = []
  let node = expr
  for (;;) {
    if (isNode(node.RefDot)) {
      const field = node.RefDot.field as [Span, string]
      parts.unshift(field[1])
      node = child(node.RefDot as Node, 'refr')
    } else if (isNode(node.RefBrack)) {
      const index = child(node.RefBrack as Node, 'index')
      const text = (index.String ?? index.RawString) as Node | undefined
      if (typeof text?.value === 'string') parts.unshift(text.value)
      else {
        parts.unshift(undefined)
        indices.push(index)
      }
      node = child(node.RefBrack as Node, 'refr')
    } else break
  }
  if (!isNode(node.Var)) return { indices: [...indices, node] }
  const firstComputed = parts.indexOf(undefined)
  const path = (firstComputed < 0 ? parts : parts.slice(0, firstComputed)) as string[]
  const at = placeOf(walk, node.Var.span as Span)
  const reference = { root: String(node.Var.value), path, complete: firstComputed < 0, at }
  return { reference, indices }
}

/** All references below `node`, in the order of the text. */
function collect(walk: Walk, node: unknown, found: Reference[] = []): Reference[] {
  if (Array.isArray(node)) {
    for (const item of node) collect(walk, item, found)
  } else if (isNode(node)) {
    if (isNode(node.Call)) {
      const params = node.Call.params as Node[]
      const { reference } = readReference(walk, child(node.Call as Node, 'fcn'))
      if (reference) found.push({ ...reference, call: params.length })
      collect(walk, params, found)
    } else if (isNode(node.Var) || isNode(node.RefDot) || isNode(node.RefBrack)) {
      const { reference, indices } = readReference(walk, node)
      if (reference) found.push(reference)
      collect(walk, indices, found)
    } else {
      for (const value of Object.values(node)) if (isNode(value)) collect(walk, value, found)
    }
  }
  return found
}

/** Names bound by a pattern such as `[a, {"k": b}]`. */
const patternNames = (walk: Walk, pattern: unknown): string[] =>
  collect(walk, pattern).flatMap((reference) => (reference.path.length === 0 ? [reference.root] : []))

/** Names that `some`, `every` and `:=` declare anywhere below `node`. */
function declared(walk: Walk, node: unknown, names: Set<string>): Set<string> {
  if (!isNode(node)) return names
  if (isNode(node.SomeVars)) for (const span of node.SomeVars.vars as Span[]) names.add(walk.text(span))
  if (isNode(node.SomeIn)) {
    for (const name of patternNames(walk, [node.SomeIn.key, node.SomeIn.value])) names.add(name)
  }
  if (isNode(node.Every)) {
    for (const span of [node.Every.key, node.Every.value])
      if (isNode(span)) names.add(walk.text(span as Span))
  }
  if (isNode(node.AssignExpr) && node.AssignExpr.op === 'ColEq') {
    for (const name of patternNames(walk, node.AssignExpr.lhs)) names.add(name)
  }
  for (const value of Object.values(node)) declared(walk, value, names)
  return names
}

/** Roots of the references inside the queries of comprehensions. */
function comprehensionNames(walk: Walk, node: unknown): string[] {
  if (!isNode(node)) return []
  const own = isNode(node.query) ? collect(walk, node.query).map((reference) => reference.root) : []
  return [...own, ...Object.values(node).flatMap((value) => comprehensionNames(walk, value))]
}

function readRule(walk: Walk, packagePath: readonly string[], rule: Node): Rule {
  const spec = isNode(rule.Spec) ? (rule.Spec as Node) : undefined
  const head = spec ? (Object.values(child(spec, 'head'))[0] as Node) : (rule.Default as Node)
  const { reference, indices } = readReference(walk, child(head, 'refr'))
  if (!reference) throw new TypeError('a rule head without a name')
  const args = (head.args as Node[] | undefined) ?? []
  const bodies = (spec?.bodies as Node[] | undefined) ?? []
  const values = [head.key, (head.assign as Node | null)?.value, head.value]
  const assigned = [indices, values, bodies.map((body) => (body.assign as Node | null)?.value)]
  const body = collect(walk, [args, bodies.map((one) => one.query)])
  const locals = declared(walk, [bodies, values], new Set(patternNames(walk, args)))
  return {
    path: [...packagePath, reference.root, ...reference.path],
    at: placeOf(walk, (spec ?? (rule.Default as Node)).span as Span),
    arity: args.length > 0 ? args.length : undefined,
    head: collect(walk, assigned),
    body,
    locals,
    bound: new Set([...locals, ...body.map((one) => one.root), ...comprehensionNames(walk, assigned)]),
    outcome: spec === undefined ? { kind: 'default' } : outcomeOf(walk, spec, locals),
  }
}

/** Constructs with which one body may give several values, or with which engines differ in detail. */
const OPEN_NODES = ['ObjectCompr', 'Every']

const isOpenBelow = (node: unknown): boolean =>
  isNode(node) &&
  (OPEN_NODES.some((name) => name in node) ||
    (Array.isArray(node.with_mods) && node.with_mods.length > 0) ||
    Object.values(node).some(isOpenBelow))

const withoutPlaces = (key: string, value: unknown): unknown =>
  key === 'span' || key === 'eidx' ? undefined : value

function outcomeOf(walk: Walk, spec: Node, locals: ReadonlySet<string>): Outcome {
  const [[kind, head]] = Object.entries(child(spec, 'head')) as [[string, Node]]
  const bodies = spec.bodies as Node[]
  const { indices } = readReference(walk, child(head, 'refr'))
  if (isOpenBelow(spec) || indices.length > 0 || bodies.some((body) => body.is_else === true))
    return { kind: 'open' }
  if (kind === 'Set') return { kind: 'set' }
  const value = (head.assign as Node | null)?.value
  const references = collect(walk, value)
  if (references.length === 0) return { kind: 'fixed', value: JSON.stringify(value ?? true, withoutPlaces) }
  const given = new Set(patternNames(walk, head.args ?? []))
  const steady = ({ root, complete, call }: Reference): boolean =>
    call !== undefined || (complete && root !== '_' && (given.has(root) || !locals.has(root)))
  return { kind: references.every(steady) ? 'derived' : 'open' }
}

function readImports(walk: Walk, imports: readonly Node[]): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  for (const entry of imports) {
    const { reference } = readReference(walk, child(entry, 'refr'))
    if (!reference || (reference.root !== 'data' && reference.root !== 'input')) continue
    const path = [reference.root, ...reference.path]
    const alias = isNode(entry.as) ? walk.text(entry.as as Span) : path.at(-1)
    if (alias !== undefined) found.set(alias, path)
  }
  return found
}

/** Reduces the engine's syntax tree (its JSON, regorus 0.14.1) to what the checks and `inputPaths` need. */
export function readModules(astJson: string): Module[] {
  const policies = JSON.parse(astJson) as { source: { file: string; contents: string }; ast: Node }[]
  return policies.map(({ source, ast }) => {
    const bytes = Buffer.from(source.contents)
    const walk: Walk = {
      file: source.file,
      text: (span) => bytes.subarray(span.start, span.end).toString(),
    }
    const { reference } = readReference(walk, child(child(ast, 'package'), 'refr'))
    if (!reference) throw new TypeError('a package without a name')
    const packagePath = ['data', reference.root, ...reference.path]
    return {
      file: source.file,
      package: packagePath,
      imports: readImports(walk, ast.imports as Node[]),
      rules: (ast.rules as Node[]).map((rule) => readRule(walk, packagePath, rule)),
    }
  })
}
