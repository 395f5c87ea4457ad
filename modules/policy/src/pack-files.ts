/** A policy pack as files: Rego, its tests, and one data document. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assetPath } from '@rampart/kit'
import { digestOf, type PolicyFault, type PolicySource, regoErrors } from '@rampart/rego'
import { policyErrors } from './errors.ts'

export const PACKS = ['authz', 'promotion', 'inference', 'verdict', 'approval', 'response'] as const
export type PackName = (typeof PACKS)[number]
export const isPackName = (name: string): name is PackName => (PACKS as readonly string[]).includes(name)

/** The query that every pack answers. */
export const decisionQuery = (pack: PackName): string => `data.rampart.${pack}.decision`

export type PackFiles = Readonly<Record<string, string>>

const DATA_FILE = 'data.json'
const TEST_FILE = /_test\.rego$/
const FILE_NAME = /^(?:data\.json|[a-z0-9][a-z0-9_-]{0,80}\.rego)$/
const MAX_FILES = 50

/** Refuses names that could not be files of a pack. */
export function checkFileNames(files: PackFiles): void {
  const names = Object.keys(files)
  if (names.length > MAX_FILES) {
    throw policyErrors.POLICY_FILE_REFUSED(`A pack holds at most ${MAX_FILES} files, not ${names.length}.`)
  }
  const bad = names.find((name) => !FILE_NAME.test(name))
  if (bad !== undefined)
    throw policyErrors.POLICY_FILE_REFUSED(`A pack cannot hold a file ${JSON.stringify(bad)}.`)
}

const dataFault = (message: string): PolicyFault => {
  const place = /line (\d+) column (\d+)/.exec(message)
  return { file: DATA_FILE, line: Number(place?.[1] ?? 1), column: Number(place?.[2] ?? 1), message }
}

function parseData(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {}
  let fault: PolicyFault
  try {
    const data: unknown = JSON.parse(text)
    if (typeof data === 'object' && data !== null && !Array.isArray(data))
      return data as Record<string, unknown>
    fault = dataFault('the data document is not an object')
  } catch (error) {
    fault = dataFault(error instanceof Error ? error.message : String(error))
  }
  throw regoErrors.REGO_COMPILE_FAILED(`the policy was refused: ${DATA_FILE}: ${fault.message}`, {
    details: [fault],
  })
}

/** What the engine compiles: with the tests to run them, without them to decide. */
export function toSource(
  pack: PackName,
  files: PackFiles,
  options: { readonly tests: boolean },
): PolicySource {
  const rego = Object.entries(files).filter(
    ([name]) => name !== DATA_FILE && (options.tests || !TEST_FILE.test(name)),
  )
  return {
    files: Object.fromEntries(rego),
    data: parseData(files[DATA_FILE]),
    entrypoints: [decisionQuery(pack)],
  }
}

/** Digest over all files, tests included: what was reviewed is what is named. */
export const packDigest = (files: PackFiles): `sha256:${string}` => digestOf({ files })

/** The pack as it came with this release. */
export async function readShippedPack(pack: PackName): Promise<PackFiles> {
  const folder = assetPath(join('policies', pack))
  const names = (await readdir(folder)).filter((name) => FILE_NAME.test(name)).sort()
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  )
}
