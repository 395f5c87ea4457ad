/** What the standard says about operators: counts of inputs and outputs and attributes, per version. */
import schemas from '../../generated/operator-schemas.json' with { type: 'json' }
import { standardDomain } from '../graph-model.ts'

export type OperatorSchema = {
  readonly since: number
  readonly inputs: readonly [least: number, most: number]
  readonly outputs: readonly [least: number, most: number]
  readonly deprecated: boolean
  /** AttributeProto.AttributeType per name. */
  readonly attributes: ReadonlyMap<string, { readonly type: number; readonly required: boolean }>
}

type Row = readonly [number, number, number, number, number, number, string]

const DOMAINS = schemas.domains as unknown as Readonly<
  Record<string, Readonly<Record<string, readonly Row[]>>>
>

const most = (count: number): number => (count < 0 ? Number.POSITIVE_INFINITY : count)

const schemaOf = ([
  since,
  leastIn,
  mostIn,
  leastOut,
  mostOut,
  deprecated,
  attributes,
]: Row): OperatorSchema => ({
  since,
  inputs: [leastIn, most(mostIn)],
  outputs: [leastOut, most(mostOut)],
  deprecated: deprecated === 1,
  attributes: new Map(
    attributes
      .split(' ')
      .filter((text) => text !== '')
      .map((text) => {
        const [name = '', type = '0'] = text.split(':')
        const required = name.endsWith('!')
        return [required ? name.slice(0, -1) : name, { type: Number(type), required }]
      }),
  ),
})

/** Domains whose operators are known; others are not judged. */
export const isKnownDomain = (domain: string): boolean =>
  Object.hasOwn(DOMAINS, standardDomain(domain) === '' ? 'ai.onnx' : domain)

/** The newest version of an operator that an opset has; undefined where it has none. */
export const createSchemas = () => {
  const known = new Map<string, OperatorSchema | undefined>()
  return (domain: string, operator: string, opset: number): OperatorSchema | undefined => {
    const place = standardDomain(domain) === '' ? 'ai.onnx' : domain
    const key = `${place}\0${operator}\0${opset}`
    if (known.has(key)) return known.get(key)
    const operators = Object.hasOwn(DOMAINS, place) ? DOMAINS[place] : undefined
    const versions = operators !== undefined && Object.hasOwn(operators, operator) ? operators[operator] : []
    const row = versions?.findLast(([since]) => since <= opset)
    const schema = row === undefined ? undefined : schemaOf(row)
    known.set(key, schema)
    return schema
  }
}
