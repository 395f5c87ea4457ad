/** `rampart get KIND [NAME…]`: a table of resources, or the same as JSON, YAML or names. */
import type { Command } from 'commander'
import { cliErrors } from '../errors.ts'
import { KINDS, type Kind, kindOf, type Resource } from '../kinds.ts'
import { listAll } from '../list.ts'
import { printResources } from '../output.ts'
import type { Run, Session } from '../session.ts'
import { countOf } from './arguments.ts'

type Options = { readonly limit: number; readonly filter: readonly string[] }

const queryOf = (filters: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    filters.map((filter) => {
      const at = filter.indexOf('=')
      if (at < 1) throw cliErrors.CLI_USAGE(`"${filter}" is not KEY=VALUE`)
      return [filter.slice(0, at), filter.slice(at + 1)]
    }),
  )

const isReference = (kind: Kind, name: string): boolean => kind.nameQuery === undefined || name.includes(':')

const one = async (session: Session, kind: Kind, name: string): Promise<readonly Resource[]> => {
  if (!isReference(kind, name)) {
    const found = await listAll(session, kind.listPath, { [kind.nameQuery ?? '']: name }, 500)
    if (found.length === 0) await session.client.call('GET', kind.itemPath?.(name) ?? kind.listPath)
    return found
  }
  if (kind.itemPath === undefined) throw cliErrors.CLI_USAGE(`${kind.plural} can only be listed`)
  const { data } = await session.client.call<Resource>('GET', kind.itemPath(name), {
    signal: session.io.signal,
  })
  return [data]
}

const get = async (
  session: Session,
  word: string,
  names: readonly string[],
  options: Options,
): Promise<void> => {
  const kind = kindOf(word)
  const items =
    names.length === 0
      ? await listAll(session, kind.listPath, queryOf(options.filter), options.limit, () =>
          session.say(`only the first ${options.limit} of more; --limit shows others`),
        )
      : (await Promise.all(names.map((name) => one(session, kind, name)))).flat()
  printResources(session.io, kind, items, session.format)
}

export const addGet = (program: Command, run: Run): void => {
  program
    .command('get')
    .description('list resources, or show the named ones')
    .argument('<kind>', KINDS.map((kind) => kind.plural).join(', '))
    .argument('[names...]', 'names; a model version is NAME:VERSION')
    .option('--limit <n>', 'at most this many', countOf, 1000)
    .option('--filter <key=value...>', 'narrow the list by a query parameter of the API', [])
    .action(
      run((session, word: string, names: string[], options: Options) => get(session, word, names, options)),
    )
}
