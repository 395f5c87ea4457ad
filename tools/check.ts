/** `npm run check [-- NAME…]`: everything that must hold without running the product; generated files are compared. */

import { checkBoundaries } from './check/boundaries.ts'
import type { Check } from './check/check.ts'
import { checkDependencies } from './check/dependencies.ts'
import { checkDocComments } from './check/doc-comments.ts'
import { checkDocs } from './check/docs.ts'
import { checkFileSizes } from './check/file-sizes.ts'
import { checkGenerated } from './check/generated.ts'
import { checkOpenApi } from './check/openapi.ts'
import { checkDeadCode, checkLint, checkTypes } from './check/programs.ts'
import { checkReadmes } from './check/readmes.ts'

const checks: readonly Check[] = [
  checkTypes,
  checkLint,
  checkBoundaries,
  checkDeadCode,
  checkFileSizes,
  checkDocComments,
  checkReadmes,
  checkDocs,
  checkDependencies,
  checkGenerated,
  checkOpenApi,
]

const MAX_SHOWN = 60

const runCheck = async (check: Check): Promise<boolean> => {
  const startedAt = performance.now()
  const problems = await check
    .run()
    .catch((error: unknown) => [error instanceof Error ? (error.stack ?? error.message) : String(error)])
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  process.stdout.write(`${problems.length === 0 ? '✔' : '✖'} ${check.name}  ${seconds} s\n`)
  for (const problem of problems.slice(0, MAX_SHOWN))
    process.stdout.write(`    ${problem.trimEnd().replaceAll('\n', '\n    ')}\n`)
  if (problems.length > MAX_SHOWN) process.stdout.write(`    … and ${problems.length - MAX_SHOWN} more\n`)
  return problems.length === 0
}

const wanted = process.argv.slice(2)
const chosen = checks.filter((check) => wanted.length === 0 || wanted.includes(check.name))
if (chosen.length === 0) {
  process.stderr.write(`no such check; there are: ${checks.map((check) => check.name).join(', ')}\n`)
  process.exit(2)
}
let failed = 0
for (const check of chosen) if (!(await runCheck(check))) failed += 1
process.stdout.write(`${chosen.length - failed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
