#!/usr/bin/env node
/** `rampart` of a release: finds a Node that is new enough and starts the command line or the server on it. */
import { spawn, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST = 22
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const isNewEnough = (version) => Number(version.replace(/^v/, '').split('.')[0]) >= OLDEST

/** The Node that the release was tested on, installed as the npm package `node`. */
const pinnedNode = () => {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json')
    const path = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
    return status === 0 && isNewEnough(stdout) ? path : undefined
  } catch {
    return undefined
  }
}

const runtime = pinnedNode() ?? (isNewEnough(process.versions.node) ? process.execPath : undefined)
if (runtime === undefined) {
  process.stderr.write(
    `rampart: needs Node ${OLDEST} or newer; this is ${process.versions.node} and the bundled one did not install\n`,
  )
  process.exit(1)
}

const [command, ...rest] = process.argv.slice(2)
const PROGRAMS = { server: 'main.js', gateway: 'gateway.js' }
const program = Object.hasOwn(PROGRAMS, command ?? '') ? PROGRAMS[command] : undefined
const [entry, args] = program === undefined ? ['cli.js', process.argv.slice(2)] : [program, rest]
const child = spawn(runtime, ['--enable-source-maps', join(root, 'dist', entry), ...args], {
  stdio: 'inherit',
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    // A terminal sends Ctrl-C to the whole process group: passing it on would deliver it twice.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  })
}
child.once('error', (error) => {
  process.stderr.write(`rampart: ${error.message}\n`)
  process.exit(1)
})
child.once('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
