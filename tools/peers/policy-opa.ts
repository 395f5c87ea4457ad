/** The shipped policies under the real Open Policy Agent: strict check, their own tests, and our engine against it. */
import { listFiles } from '../files.ts'
import { add, execute, type PeerGroup, peer, runTestFiles, type Tally } from './group.ts'

type OpaCase = {
  readonly name: string
  readonly package: string
  readonly fail?: boolean
  readonly error?: unknown
}

const opaTest = async (opa: string): Promise<Tally> => {
  const { stdout } = await execute(opa, ['test', '--format=json', 'policies'], { quiet: true })
  const cases = JSON.parse(stdout) as readonly OpaCase[]
  const bad = cases.filter((one) => one.fail === true || one.error !== undefined)
  for (const one of bad) process.stdout.write(`✖ opa test ${one.package}.${one.name}\n`)
  if (cases.length === 0) throw new Error('opa test found no test in policies/')
  process.stdout.write(`opa test policies: ${cases.length - bad.length} of ${cases.length} passed\n`)
  return { passed: cases.length - bad.length, failed: bad.length }
}

const opaCheck = async (opa: string): Promise<Tally> => {
  const { code } = await execute(opa, ['check', '--strict', 'policies'])
  process.stdout.write(`opa check --strict policies: ${code === 0 ? 'ok' : 'refused'}\n`)
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 }
}

const isPeerTest = (path: string): boolean => /^(packages\/rego|modules\/policy)\/.*\.peers\.ts$/.test(path)

export const policyOpa: PeerGroup = {
  name: 'policy-opa',
  what: 'shipped policies under the real opa test, and our engine beside it',
  run: async () => {
    const opa = await peer('opa', 'install')
    const files = listFiles(isPeerTest)
    const own =
      files.length === 0 ? { passed: 0, failed: 0 } : await runTestFiles(files, { RAMPART_OPA: opa })
    return [await opaTest(opa), await opaCheck(opa), own].reduce(add)
  },
}
