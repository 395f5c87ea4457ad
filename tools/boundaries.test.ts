import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { root } from './files.ts'

type Tree = Readonly<Record<string, string>>

const manifest = (name: string, dependencies: readonly string[] = []): string =>
  JSON.stringify({
    name: `@rampart/${name}`,
    type: 'module',
    exports: { '.': './src/index.ts', './testing': './src/testing.ts' },
    dependencies: Object.fromEntries(dependencies.map((dependency) => [`@rampart/${dependency}`, '*'])),
  })

const CLEAN: Tree = {
  'package.json': JSON.stringify({ private: true, workspaces: ['packages/*', 'modules/*', 'apps/*'] }),
  'tsconfig.json': JSON.stringify({
    compilerOptions: { module: 'nodenext', allowImportingTsExtensions: true, noEmit: true },
  }),
  'packages/kit/package.json': manifest('kit'),
  'packages/kit/src/index.ts': 'export const kit = 1\n',
  'packages/kit/src/inside.ts': 'export const inside = 1\n',
  'packages/kit/src/testing.ts': 'export const fake = 1\n',
  'modules/audit/package.json': manifest('audit', ['kit']),
  'modules/audit/src/index.ts': "import { kit } from '@rampart/kit'\nexport const audit = kit\n",
  'modules/audit/src/store.ts': 'export const store = 1\n',
  'modules/audit/src/audit.test.ts': "import { fake } from '@rampart/kit/testing'\nvoid fake\n",
  'modules/trust/package.json': manifest('trust', ['kit', 'audit']),
  'modules/trust/src/index.ts': "import { audit } from '@rampart/audit'\nexport const trust = audit\n",
}

/** Lays the tree out in a folder of its own and gives what the real rules say about it. */
const cruise = (changes: Tree): { readonly status: number | null; readonly text: string } => {
  const home = mkdtempSync(join(tmpdir(), 'boundaries-'))
  try {
    for (const [path, content] of Object.entries({ ...CLEAN, ...changes })) {
      mkdirSync(dirname(join(home, path)), { recursive: true })
      writeFileSync(join(home, path), content)
    }
    mkdirSync(join(home, 'node_modules', '@rampart'), { recursive: true })
    for (const room of ['packages/kit', 'modules/audit', 'modules/trust']) {
      symlinkSync(join(home, room), join(home, 'node_modules', '@rampart', room.split('/')[1] ?? ''))
    }
    const cruiser = join(root, 'node_modules', '.bin', 'depcruise')
    const config = join(root, '.dependency-cruiser.mjs')
    const run = spawnSync(process.execPath, [cruiser, '--config', config, 'packages', 'modules'], {
      cwd: home,
      encoding: 'utf8',
    })
    return { status: run.status, text: run.stdout + run.stderr }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

const assertBreaks = (rule: string, changes: Tree): void => {
  const { status, text } = cruise(changes)
  assert.notEqual(status, 0, `${rule} was not enforced:\n${text}`)
  assert.match(text, new RegExp(`error ${rule}:`))
}

test('a tree that keeps the rules passes', () => {
  const { status, text } = cruise({})
  assert.equal(status, 0, text)
})

test('a deep import into another room fails', () => {
  assertBreaks('only-through-the-door', {
    'modules/trust/src/deep.ts':
      "import { store } from '../../audit/src/store.ts'\nexport const deep = store\n",
  })
})

test('a deep import by package name does not even resolve', () => {
  assertBreaks('not-resolvable', {
    'modules/trust/src/deep.ts':
      "import { store } from '@rampart/audit/src/store.ts'\nexport const deep = store\n",
  })
})

test('a test may not reach inside another room either', () => {
  assertBreaks('tests-only-through-the-doors', {
    'modules/trust/src/deep.test.ts': "import { store } from '../../audit/src/store.ts'\nvoid store\n",
  })
})

test('a fake may not reach product code', () => {
  assertBreaks('no-test-code-in-product', {
    'modules/trust/src/fake.ts': "import { fake } from '@rampart/kit/testing'\nexport const used = fake\n",
  })
})

test('a cycle between files fails', () => {
  assertBreaks('no-circular', {
    'modules/audit/src/a.ts': "import { b } from './b.ts'\nexport const a = (): unknown => b\n",
    'modules/audit/src/b.ts': "import { a } from './a.ts'\nexport const b = (): unknown => a\n",
  })
})

test('a cycle between modules fails even when only types travel', () => {
  assertBreaks('no-circular', {
    'modules/audit/src/index.ts':
      "import type { trust } from '@rampart/trust'\nexport const audit = 1\nexport type T = typeof trust\n",
  })
})

test('a package that imports a module fails', () => {
  assertBreaks('kit-is-the-bottom', {
    'packages/kit/src/up.ts': "import { audit } from '@rampart/audit'\nexport const up = audit\n",
  })
})
