/** Every suite that uses the database once more, on a PostgreSQL server that is not the embedded one. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listFiles, root } from '../files.ts'
import { type PeerGroup, peer, runTestFiles } from './group.ts'

/** A suite takes part by using kit's testDatabase, which reads the variable below. */
const usesDatabase = (path: string): boolean =>
  /^(packages|modules|apps)\/.*\.test\.ts$/.test(path) &&
  readFileSync(join(root, path), 'utf8').includes('testDatabase')

export const postgres: PeerGroup = {
  name: 'postgres',
  what: 'the suites that use the database, on a server from Debian',
  run: async () => {
    await peer('postgres', 'install')
    const home = mkdtempSync(join(tmpdir(), 'rampart-postgres-'))
    // The server runs as another user, who must be able to enter.
    chmodSync(home, 0o755)
    const folder = join(home, 'server')
    const url = await peer('postgres', 'up', folder)
    try {
      return await runTestFiles(listFiles(usesDatabase), { RAMPART_TEST_DATABASE_URL: url })
    } finally {
      await peer('postgres', 'down', folder)
      rmSync(home, { recursive: true, force: true })
    }
  },
}
