/** Checks that are other people's programs: TypeScript, Biome, knip. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../files.ts'
import { type Check, problemsOf, runBin } from './check.ts'

const TSC = 'typescript/bin/tsc'

export const checkTypes: Check = {
  name: 'types',
  run: async () => {
    const projects = ['tsconfig.json', 'apps/console/tsconfig.json'].filter((path) =>
      existsSync(join(root, path)),
    )
    const outputs = await Promise.all(projects.map((project) => runBin(TSC, ['--noEmit', '-p', project])))
    return outputs.flatMap(problemsOf)
  },
}

export const checkLint: Check = {
  name: 'lint',
  run: async () => problemsOf(await runBin('@biomejs/biome/bin/biome', ['check', '--colors=off', '.'])),
}

export const checkDeadCode: Check = {
  name: 'dead-code',
  run: async () => problemsOf(await runBin('knip/bin/knip.js', ['--no-progress', '--no-config-hints'])),
}
