/**
 * Judges chat templates by what they name. Escapes from Jinja need names with underscores, `attr`, or names built at
 * run time; chat templates need none of these. Unknown functions, methods, filters and statements are not verified.
 */
import { quoted, type ScanContext } from '../scan-context.ts'

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/))

const STATEMENTS = words(
  'for endfor if elif else endif set endset macro endmacro generation endgeneration filter endfilter break continue raw endraw call endcall do with endwith',
)
const FILTERS = words(
  'trim tojson length count string int float list join first last upper lower default d capitalize title replace map select selectattr reject rejectattr items dictsort indent safe e escape sort unique reverse round abs sum min max batch slice groupby wordcount urlencode truncate striptags center from_json pprint',
)
const FUNCTIONS = words(
  'raise_exception strftime_now range namespace dict joiner cycler caller varargs kwargs',
)
const METHODS = words(
  'split rsplit strip lstrip rstrip startswith endswith items keys values get append extend insert pop upper lower title capitalize replace join find rfind index count splitlines removeprefix removesuffix isdigit isspace isalpha isalnum isupper islower update copy strftime format partition rpartition setdefault swapcase zfill',
)
const NEVER = words(
  'attr lipsum self request config import include extends from url_for get_flashed_messages application session g mro globals builtins subclasses popen system eval exec getattr os subprocess',
)
/** Harmless as keys of a message, but not as what a template reaches through. */
const ONLY_WHEN_CALLED = words('self request config application session g system import include extends from')
const DUNDER = /_{2,}\w+_{2,}|\\x5f|\\u005f|\\137|%5f|^_{1,2}$|^__|__$/i
const MAX_NUMBER = 1_000_000
const MAX_TEMPLATE = 1 << 20

type Token = { readonly kind: 'name' | 'text' | 'number' | 'sign'; readonly text: string }

const TOKEN =
  /\s+|(?<name>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)|(?<text>'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*")|(?<number>\d[\d_.]*(?:[eE][+-]?\d+)?)|(?<sign>\*\*|\/\/|==|!=|<=|>=|[-+*/%~|.,:;()[\]{}<>=])/uy

/** Undefined when there is something that is not Jinja. */
const tokenize = (code: string): Token[] | undefined => {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < code.length) {
    const match = TOKEN.exec(code)
    if (match === null) return undefined
    const { name, text, number, sign } = match.groups ?? {}
    if (name !== undefined) tokens.push({ kind: 'name', text: name })
    else if (text !== undefined) tokens.push({ kind: 'text', text: text.slice(1, -1) })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign })
  }
  return tokens
}

type Part = { readonly kind: 'statement' | 'expression'; readonly code: string }

/** The code between the braces; strings inside may hold closing braces. Undefined when a part does not end. */
const partsOf = (template: string): Part[] | undefined => {
  const parts: Part[] = []
  const open = /\{[{%#]/g
  for (let match = open.exec(template); match !== null; match = open.exec(template)) {
    const start = match.index + 2
    if (match[0] === '{#') {
      const end = template.indexOf('#}', start)
      if (end < 0) return undefined
      open.lastIndex = end + 2
      continue
    }
    const close = match[0] === '{{' ? '}}' : '%}'
    const end = closing(template, start, close)
    if (end < 0) return undefined
    parts.push({
      kind: match[0] === '{{' ? 'expression' : 'statement',
      code: template.slice(start, end).replace(/^[-+]/, '').replace(/[-+]$/, ''),
    })
    open.lastIndex = end + 2
  }
  return parts
}

const closing = (template: string, start: number, close: string): number => {
  let braces = 0
  for (let at = start; at < template.length; at += 1) {
    const character = template[at]
    if (character === "'" || character === '"') {
      for (at += 1; at < template.length && template[at] !== character; at += 1)
        if (template[at] === '\\') at += 1
    } else if (braces === 0 && template.startsWith(close, at)) return at
    else if (character === '{') braces += 1
    else if (character === '}') braces = Math.max(0, braces - 1)
  }
  return -1
}

type Judge = { readonly context: ScanContext; readonly at: string; readonly own: ReadonlySet<string> }

const inject = ({ context, at }: Judge, what: string): void =>
  context.report('template-injection', `the template uses ${quoted(what)}`, at)
const unusual = ({ context, at }: Judge, what: string): void =>
  context.report('template-unusual', `the template uses ${quoted(what)}`, at)

const judgeName = (judge: Judge, tokens: readonly Token[], index: number): void => {
  const { text: name } = tokens[index] as Token
  const before = tokens[index - 1]?.text
  const called = tokens[index + 1]?.text === '('
  const member = before === '.' && tokens[index - 1]?.kind === 'sign'
  if (/^_|__/.test(name) && name !== '_') inject(judge, name)
  else if (
    NEVER.has(name) &&
    (called ||
      before === '|' ||
      (member && !ONLY_WHEN_CALLED.has(name)) ||
      name === 'lipsum' ||
      (name === 'self' && !member))
  )
    inject(judge, name)
  else if (before === '|' || (before === 'filter' && index === 1)) {
    if (!FILTERS.has(name)) unusual(judge, `filter ${name}`)
  } else if (member) {
    if (called && !METHODS.has(name) && !judge.own.has(name)) unusual(judge, `method ${name}`)
  } else if (before === 'is' || before === 'not') return
  else if (
    called &&
    !FUNCTIONS.has(name) &&
    !judge.own.has(name) &&
    !['in', 'if', 'else', 'and', 'or', 'not', 'is', 'elif', 'set', 'for', 'call'].includes(name)
  )
    unusual(judge, `function ${name}`)
  else if (
    !called &&
    FUNCTIONS.has(name) &&
    tokens[index + 1]?.text !== '=' &&
    name !== 'varargs' &&
    name !== 'kwargs'
  )
    // The text of a function holds characters that a template could not write openly.
    unusual(judge, `${name} without calling it`)
}

const judgeTokens = (judge: Judge, tokens: readonly Token[]): void => {
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'name') judgeName(judge, tokens, index)
    else if (token.kind === 'number') {
      if (Number(token.text.replaceAll('_', '')) > MAX_NUMBER) unusual(judge, token.text)
    } else if (token.kind === 'text') {
      if (
        /_{2,}(class|mro|bases?|subclasses|globals|builtins|init|import|getattribute|dict|module|call|code|func|self|reduce)/i.test(
          token.text,
        )
      )
        inject(judge, token.text)
      else if (DUNDER.test(token.text) || /%c/.test(token.text)) unusual(judge, token.text)
    } else if (token.text === '**') unusual(judge, '**')
  }
}

/** `at` names where the template stands: a metadata key or JSON pointer. */
export const judgeTemplate = (context: ScanContext, template: string, at: string): void => {
  const parts = template.length > MAX_TEMPLATE ? undefined : partsOf(template)
  if (parts === undefined) {
    context.report('template-unusual', 'the template does not parse, or is very long', at)
    return
  }
  const macros = [...template.matchAll(/\{%[-+]?\s*macro\s+(\w+)/g)].map((match) => match[1] ?? '')
  const judge: Judge = { context, at, own: new Set(macros) }
  for (const { kind, code } of parts) {
    const tokens = tokenize(code)
    if (tokens === undefined) {
      unusual(judge, code.trim())
      continue
    }
    const first = tokens[0]
    if (kind === 'statement') {
      if (first === undefined || first.kind !== 'name') unusual(judge, code.trim())
      else if (['import', 'include', 'extends', 'from'].includes(first.text)) inject(judge, first.text)
      else if (!STATEMENTS.has(first.text)) unusual(judge, first.text)
    }
    judgeTokens(judge, tokens)
  }
}
