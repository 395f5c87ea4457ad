/** `npm run pack:check`: installs the release tarball into an empty folder with the caller's npm and uses it there. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, terminate, untilReady } from './control-plane.ts'
import { root } from './files.ts'

const READY_WITHIN_MS = 180_000

type Step = { readonly name: string; readonly run: () => void | Promise<void> }

const expect = (condition: boolean, what: string): void => {
  if (!condition) throw new Error(what)
}

const folder = mkdtempSync(join(tmpdir(), 'rampart-release-'))
// The embedded database runs as another user when we are root; it must be able to pass.
chmodSync(folder, 0o755)
const port = await freePort()
const env: NodeJS.ProcessEnv = {
  ...process.env,
  PORT: String(port),
  GRPC_PORT: '0',
  RAMPART_HOME: join(folder, 'state'),
  RAMPART_SERVER: `http://127.0.0.1:${port}`,
  RAMPART_LOG_LEVEL: 'warn',
}
const bin = join(folder, 'node_modules', '.bin', 'rampart')
let server: ChildProcess | undefined

const rampart = (...args: string[]): string =>
  execFileSync(bin, args, { cwd: folder, env, encoding: 'utf8', timeout: 120_000 })

const install = (): void => {
  const tarball = readdirSync(join(root, 'dist')).find((name) => /^rampart-.*\.tgz$/.test(name))
  if (tarball === undefined) throw new Error('there is no tarball in dist/; run npm run pack first')
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const args = ['install', join(root, 'dist', tarball), '--no-audit', '--no-fund', '--loglevel=error']
  expect(spawnSync('npm', args, { cwd: folder, stdio: 'inherit' }).status === 0, 'npm install failed')
}

const start = async (): Promise<void> => {
  server = spawn(bin, ['server'], { cwd: folder, env, stdio: ['ignore', 'inherit', 'inherit'] })
  await untilReady(`http://127.0.0.1:${port}`, server, READY_WITHIN_MS)
}

const seesModels = (): void => {
  const { items } = JSON.parse(rampart('get', 'models', '-o', 'json')) as {
    items: { name: string; stage: string }[]
  }
  const deployed = items.filter((item) => item.stage === 'deployed').map((item) => item.name)
  expect(
    deployed.length >= 3,
    `three example models should be deployed, found: ${deployed.join(', ') || 'none'}`,
  )
}

const infers = (): void => {
  const report = JSON.parse(rampart('replay', 'card-fraud', '--limit', '100', '-o', 'json')) as {
    answered: number
    accuracy: number
  }
  expect(
    report.answered === 100 && report.accuracy > 0.9,
    `replay answered ${report.answered} with accuracy ${report.accuracy}`,
  )
}

/** Two gateway processes of the release on one port, fed by its server. */
const gatewaysAnswer = async (): Promise<void> => {
  const gatewayPort = await freePort()
  const gateway = spawn(bin, ['gateway', '--processes', '2', '--grpc-enabled', 'false'], {
    cwd: folder,
    env: {
      ...env,
      PORT: String(gatewayPort),
      RAMPART_GATEWAY_HOME: join(folder, 'gateway'),
      RAMPART_CONTROL_URL: `http://127.0.0.1:${port}`,
      RAMPART_CONTROL_TOKEN_FILE: join(folder, 'state', 'keys', 'process-token'),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  try {
    await untilReady(`http://127.0.0.1:${gatewayPort}`, gateway, READY_WITHIN_MS)
    const answer = await fetch(`http://127.0.0.1:${gatewayPort}/v2/models/card-fraud/ready`)
    expect(answer.status === 200, `a gateway answered ${answer.status}: ${await answer.text()}`)
  } finally {
    expect((await terminate(gateway)) === 0, 'the gateway did not stop on SIGTERM')
  }
}

const servesConsole = async (): Promise<void> => {
  const response = await fetch(`http://127.0.0.1:${port}/`)
  expect(
    response.status === 200 && (await response.text()).includes('<script'),
    'the console is not served at /',
  )
}

const stop = async (): Promise<void> => {
  if (server === undefined) return
  const code = await terminate(server)
  server = undefined
  expect(code === 0, `after SIGTERM the server ended with ${code ?? 'nothing within 30 s'}`)
}

const verifiesAuditLog = (): void => {
  rampart('audit', 'verify')
}

/** A user's TypeScript must see the types of both entry points. */
const hasTypes = (): void => {
  const source = [
    "import { createClient } from 'rampart/client'",
    "import { parseModelVersionRef, type Stage } from 'rampart/domain'",
    "export const stage: Stage = 'deployed'",
    "export const version: string | undefined = parseModelVersionRef('a:1')?.version",
    "export const server: string = createClient({ server: 'http://127.0.0.1' }).server",
    '// @ts-expect-error: the server is required',
    'createClient({})',
  ].join('\n')
  writeFileSync(join(folder, 'use.mts'), source)
  const flags = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--lib',
    'es2024,dom',
    '--skipLibCheck',
    '--types',
    'node',
    '--typeRoots',
    join(root, 'node_modules', '@types'),
    '--ignoreConfig',
  ]
  const tsc = spawnSync(
    process.execPath,
    [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), ...flags, 'use.mts'],
    { cwd: folder, encoding: 'utf8' },
  )
  expect(tsc.status === 0, tsc.stdout)
}

const steps: readonly Step[] = [
  { name: 'installs from the tarball', run: install },
  { name: 'carries types', run: hasTypes },
  { name: 'starts and becomes ready', run: start },
  { name: 'lists the deployed examples', run: seesModels },
  { name: 'answers inference', run: infers },
  { name: 'feeds two gateway processes', run: gatewaysAnswer },
  { name: 'serves the console', run: servesConsole },
  { name: 'verifies the audit log while running', run: verifiesAuditLog },
  { name: 'stops on SIGTERM', run: stop },
  { name: 'verifies the audit log while stopped', run: verifiesAuditLog },
]

let passed = 0
let failure: string | undefined
try {
  for (const step of steps) {
    const startedAt = performance.now()
    await step.run()
    passed += 1
    process.stdout.write(`✔ ${step.name}  ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`)
  }
} catch (error) {
  failure = error instanceof Error ? error.message : String(error)
  process.stdout.write(`✖ ${steps[passed]?.name}: ${failure}\n`)
} finally {
  await stop().catch(() => undefined)
  rmSync(folder, { recursive: true, force: true })
}
process.stdout.write(`${passed} passed, ${failure === undefined ? 0 : 1} failed\n`)
process.exitCode = failure === undefined ? 0 : 1
