/** Import rules of .dependency-cruiser.mjs over the whole tree. */
import { type Check, problemsOf, runBin } from './check.ts'

const CRUISER = '.bin/depcruise'

export const checkBoundaries: Check = {
  name: 'boundaries',
  run: async () =>
    problemsOf(
      await runBin(CRUISER, [
        '--config',
        '.dependency-cruiser.mjs',
        '--output-type',
        'err-long',
        'packages',
        'modules',
        'apps',
      ]),
    ),
}
