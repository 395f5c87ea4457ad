/**
 * The first thing `npm start`, `npm test` and the other scripts run. Plain JavaScript for Node >= 20.17 with nothing
 * installed: it makes node_modules match package-lock.json, builds the console when its source changed, and hands
 * over to Node 24 (`node_modules/.bin/node`), because that Node runs our TypeScript directly.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { buildConsole } from './bootstrap/console.mjs'
import { ensureInstalled } from './bootstrap/install.mjs'
import { findRuntime, root, run } from './bootstrap/runtime.mjs'

/** entry: what runs on Node 24. install: `run` leaves out development packages; `all` needs them. */
const COMMANDS = {
  start: {
    entry: 'apps/control-plane/src/main.ts',
    install: 'run',
    console: true,
    what: 'start the control plane',
  },
  demo: {
    entry: 'tools/demo.ts',
    install: 'run',
    console: true,
    what: 'start, replay traffic, then shift a feature',
  },
  cli: { entry: 'apps/cli/src/main.ts', install: 'run', what: 'the rampart command line' },
  test: { entry: 'tools/test.ts', install: 'all', what: 'unit and property tests' },
  'test:peers': {
    entry: 'tools/test-peers.ts',
    install: 'all',
    console: true,
    what: 'tests against real outside systems',
  },
  check: {
    entry: 'tools/check.ts',
    install: 'all',
    what: 'types, lint, boundaries, dead code, generated files',
  },
  generate: {
    entry: 'tools/generate.ts',
    install: 'all',
    what: 'rewrite the generated files that check compares',
  },
  prove: {
    entry: 'tools/prove.ts',
    install: 'all',
    console: true,
    what: 'long proofs: npm run prove -- NAME [--quick]',
  },
  bench: { entry: 'tools/bench.ts', install: 'all', what: 'benchmarks: npm run bench -- NAME' },
  pack: { entry: 'tools/pack.ts', install: 'all', console: true, what: 'build the release tarball' },
  'pack:check': {
    entry: 'tools/pack.check.ts',
    install: 'all',
    what: 'install the tarball elsewhere and start it',
  },
}

const usage = () => {
  const names = Object.entries(COMMANDS).map(([name, { what }]) => `  ${name.padEnd(12)} ${what}`)
  process.stderr.write(`usage: node tools/bootstrap.mjs COMMAND [ARGUMENTS]\n\n${names.join('\n')}\n`)
  return 2
}

const main = async ([name, ...args]) => {
  const command = COMMANDS[name ?? '']
  if (command === undefined) return usage()
  if (!existsSync(resolve(root, command.entry))) {
    process.stderr.write(`${name}: ${command.entry} is missing from this checkout\n`)
    return 1
  }
  await ensureInstalled(command.install)
  const runtime = findRuntime()
  if (command.console) await buildConsole(runtime)
  return run(runtime, [resolve(root, command.entry), ...args])
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`bootstrap: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
