/** Every source file starts with a doc comment that says what it is; tests, migrations and generated files need none. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles, root } from '../files.ts'
import type { Check } from './check.ts'

const needsComment = (path: string): boolean =>
  /^(packages|modules|apps|tools|scenarios|bench|peers)\/.*\.(ts|tsx|mjs)$/.test(path) &&
  !/\.(test|e2e|peers)\.tsx?$|(^|\/)(generated|__generated__|test)\/|\.d\.ts$|\/index\.ts$/.test(path)

/** A `#!` line and a lint directive may stand before it. */
const STARTS_WITH_COMMENT = /^(#!.*\n)?(\/\/ biome-ignore.*\n)*\/\*\*/

export const checkDocComments: Check = {
  name: 'doc-comments',
  run: async () =>
    listFiles(needsComment)
      .filter((path) => !STARTS_WITH_COMMENT.test(readFileSync(join(root, path), 'utf8')))
      .map((path) => `${path}: starts without a doc comment that says what the file is`),
}
