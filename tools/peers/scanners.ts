/** Hostile and harmless files under our scanner, picklescan, modelscan and fickling; harmless ones are written by real libraries. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scanPaths } from '@rampart/artifacts'
import { maliciousCorpus } from '@rampart/artifacts/testing'
import { root } from '../files.ts'
import { execute, type PeerGroup, peer, type Tally } from './group.ts'

const MAX_HARMLESS_SHARE = 0.01
const MIN_FILES = 80

type Judged = ReadonlyMap<string, string>

const rampartVerdicts = async (folder: string): Promise<Judged> => {
  const { files } = await scanPaths([folder])
  return new Map(
    files
      .filter(({ path }) => !path.includes('!'))
      .map(({ path, verdict }) => [path.slice(folder.length + 1), verdict]),
  )
}

/** Each judge's word per file: `found`, `quiet` or `error`. */
const peerVerdicts = async (
  python: string,
  folder: string,
): Promise<Readonly<Record<string, Readonly<Record<string, string>>>>> => {
  const { stdout, code } = await execute(python, [join(root, 'peers', 'scanners-judges.py'), folder], {
    quiet: true,
  })
  if (code !== 0) throw new Error(`peers/scanners-judges.py ended with ${code}`)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, Record<string, string>>
}

const row = (name: string, cells: readonly (string | number)[]): string =>
  `  ${name.padEnd(28)}${cells.map((cell) => String(cell).padStart(12)).join('')}\n`

const printTable = (
  ours: readonly [Judged, Judged],
  theirs: readonly Awaited<ReturnType<typeof peerVerdicts>>[],
): void => {
  const count = (values: Iterable<string>, word: string): number =>
    [...values].filter((value) => value === word).length
  process.stdout.write(row('', ['hostile', 'told', 'quiet', 'harmless', 'quiet', 'told']))
  const [hostile, harmless] = ours
  const clean = (judged: Judged): number => count(judged.values(), 'clean')
  process.stdout.write(
    row('rampart scan', [
      hostile.size,
      hostile.size - clean(hostile),
      clean(hostile),
      harmless.size,
      clean(harmless),
      harmless.size - clean(harmless),
    ]),
  )
  for (const judge of Object.keys(theirs[0] ?? {})) {
    const [bad, good] = theirs.map((one) => Object.values(one[judge] ?? {}))
    const told = (values: readonly string[] = []): number => count(values, 'found')
    process.stdout.write(
      row(judge, [
        bad?.length ?? 0,
        told(bad),
        (bad?.length ?? 0) - told(bad),
        good?.length ?? 0,
        (good?.length ?? 0) - told(good),
        told(good),
      ]),
    )
  }
}

const writeHostile = (folder: string): void => {
  mkdirSync(folder)
  for (const { name, data } of maliciousCorpus()) writeFileSync(join(folder, name), data)
}

const write = async (python: string, script: string, folder: string): Promise<void> => {
  const { code } = await execute(python, [join(root, 'peers', script), folder], { quiet: true })
  if (code !== 0) throw new Error(`peers/${script} ended with ${code}`)
}

const verify = (what: string, ok: boolean): boolean => {
  process.stdout.write(`${ok ? '✔' : '✖'} ${what}\n`)
  return ok
}

const compare = async (work: string): Promise<Tally> => {
  const [writers = '', judges = ''] = (await peer('scanners', 'install')).split(' ')
  const hostile = join(work, 'hostile')
  const harmless = join(work, 'harmless')
  writeHostile(hostile)
  await write(writers, 'scanners-hostile.py', hostile)
  await write(writers, 'scanners-corpus.py', harmless)
  const ours = [await rampartVerdicts(hostile), await rampartVerdicts(harmless)] as const
  printTable(ours, [await peerVerdicts(judges, hostile), await peerVerdicts(judges, harmless)])
  const missed = [...ours[0]].filter(([, verdict]) => verdict === 'clean').map(([name]) => name)
  const refused = [...ours[1]].filter(([, verdict]) => verdict !== 'clean').map(([name]) => name)
  const results = [
    verify(
      `both corpora have at least ${MIN_FILES} files`,
      ours.every(({ size }) => size >= MIN_FILES),
    ),
    verify(`no hostile file is clean ${missed.join(' ')}`, missed.length === 0),
    verify(
      `at most 1 % of harmless files are not clean ${refused.join(' ')}`,
      refused.length <= ours[1].size * MAX_HARMLESS_SHARE,
    ),
  ]
  return { passed: results.filter(Boolean).length, failed: results.filter((ok) => !ok).length }
}

export const scanners: PeerGroup = {
  name: 'scanners',
  what: 'hostile and harmless model files beside picklescan, modelscan and fickling',
  run: async () => {
    const work = mkdtempSync(join(tmpdir(), 'rampart-scanners-'))
    try {
      return await compare(work)
    } finally {
      rmSync(work, { recursive: true, force: true })
    }
  },
}
