/** Makes the golden vectors of packages/drift again with SciPy, NumPy and river and compares them with the committed ones. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../files.ts'
import { add, execute, type PeerGroup, peer, type Tally } from './group.ts'

const GOLDEN = 'packages/drift/golden'
/** Another processor may round the last bit of a sum differently. */
const RELATIVE_ERROR = 1e-12

const sameNumber = (a: number, b: number): boolean =>
  Math.abs(a - b) <= RELATIVE_ERROR * Math.max(1, Math.abs(a), Math.abs(b))

const same = (a: unknown, b: unknown): boolean => {
  if (typeof a === 'number' && typeof b === 'number') return a === b || sameNumber(a, b)
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((value, index) => same(value, b[index]))
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    const [left, right] = [Object.entries(a), new Map(Object.entries(b))]
    return (
      left.length === right.size &&
      left.every(([key, value]) => right.has(key) && same(value, right.get(key)))
    )
  }
  return a === b
}

const compare = (name: string, remade: string): boolean => {
  const committed: unknown = JSON.parse(readFileSync(join(root, GOLDEN, name), 'utf8'))
  const equal = same(committed, JSON.parse(readFileSync(remade, 'utf8')))
  process.stdout.write(
    `${equal ? '✔' : '✖'} ${GOLDEN}/${name} ${equal ? 'equals' : 'differs from'} what the references make now\n`,
  )
  return equal
}

const remake = async (python: string, folder: string): Promise<Tally> => {
  for (const script of ['make-golden.py', 'make-streams.py']) {
    cpSync(join(root, GOLDEN, script), join(folder, script))
    const { code } = await execute(python, [join(folder, script)])
    if (code !== 0) throw new Error(`${script} ended with ${code}`)
  }
  const names = readdirSync(join(root, GOLDEN)).filter((name) => name.endsWith('.json'))
  const equal = names.filter((name) => compare(name, join(folder, name))).length
  return { passed: equal, failed: names.length - equal }
}

/** The commands on CSV files that nobody has seen before: a new seed each time. */
const compareCommands = async (python: string): Promise<Tally> => {
  const cli = join(root, 'apps/cli/src/main.ts')
  const { code, stdout } = await execute(python, [join(root, 'peers/drift-cli.py'), process.execPath, cli])
  const last = /(\d+) passed, (\d+) failed\s*$/.exec(stdout)
  if (code !== 0 || last === null) throw new Error(`drift-cli.py ended with ${code}`)
  return { passed: Number(last[1]), failed: Number(last[2]) }
}

export const scipy: PeerGroup = {
  name: 'scipy',
  what: 'rampart drift and changepoints, and golden vectors, against SciPy, NumPy and river',
  run: async () => {
    const python = await peer('scipy', 'install')
    const folder = mkdtempSync(join(tmpdir(), 'rampart-golden-'))
    try {
      return add(await compareCommands(python), await remake(python, folder))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
