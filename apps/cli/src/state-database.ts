/** The database of a state folder, whether the server runs or not: a running one is joined, a stopped one started. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  createLogger,
  cryptoRandom,
  type Database,
  embeddedPostgresUrl,
  openDatabase,
  startEmbeddedPostgres,
  systemClock,
} from '@rampart/kit'
import { cliErrors } from './errors.ts'

export type StateDatabase = { readonly database: Database; readonly close: () => Promise<void> }

const logger = createLogger({ level: 'silent', name: 'cli' })

const open = (url: string): Database =>
  openDatabase({ url, logger, clock: systemClock, random: cryptoRandom, poolSize: 2 })

const isReachable = async (database: Database): Promise<boolean> => database.ready().catch(() => false)

const startHere = async (home: string): Promise<StateDatabase> => {
  const server = await startEmbeddedPostgres({ home, logger })
  const database = open(server.url)
  return {
    database,
    close: async () => {
      await database.close()
      await server.stop()
    },
  }
}

/** `databaseUrl` wins over the embedded one, as it does for the server. */
export const openStateDatabase = async (
  home: string,
  databaseUrl: string | undefined,
): Promise<StateDatabase> => {
  const url = databaseUrl ?? (existsSync(join(home, 'postgres.json')) ? embeddedPostgresUrl(home) : undefined)
  if (url === undefined) throw cliErrors.CLI_NO_STATE(`${home} holds no database of a Rampart server`)
  const database = open(url)
  if (databaseUrl !== undefined || (await isReachable(database)))
    return { database, close: () => database.close() }
  await database.close()
  return startHere(home)
}
