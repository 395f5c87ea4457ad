/** `rampart delete KIND NAME` or `-f FILE`: removes routes, backends, signers, API keys and service accounts. Models are retracted instead. */
import type { Command } from 'commander'
import { cliErrors } from '../errors.ts'
import { kindOf } from '../kinds.ts'
import { readManifests } from '../manifest.ts'
import type { Run, Session } from '../session.ts'

const remove = async (session: Session, word: string, name: string): Promise<void> => {
  const kind = kindOf(word)
  if (kind.deletable !== true || kind.itemPath === undefined) {
    const instead = kind.singular === 'model' ? `rampart retract ${name}` : `rampart get ${kind.plural}`
    throw cliErrors.CLI_USAGE(`${kind.plural} cannot be deleted`, { help: instead })
  }
  await session.client.call('DELETE', kind.itemPath(name), { signal: session.io.signal })
  session.io.out(`${kind.singular}/${name} deleted\n`)
}

const run1 = async (
  session: Session,
  word: string | undefined,
  name: string | undefined,
  file: string | undefined,
): Promise<void> => {
  if (file !== undefined) {
    for (const manifest of await readManifests(session.io, file))
      await remove(session, manifest.kind, manifest.name)
    return
  }
  if (word === undefined || name === undefined)
    throw cliErrors.CLI_USAGE('say what to delete: KIND NAME, or -f FILE')
  await remove(session, word, name)
}

export const addDelete = (program: Command, run: Run): void => {
  program
    .command('delete')
    .description(
      'remove a route, a backend, a registry, a sink, a signer that nothing rests on, an API key or a service account',
    )
    .argument('[kind]')
    .argument('[name]')
    .option('-f, --file <file>', 'remove what a manifest names; - reads standard input')
    .action(
      run(
        (session, word: string | undefined, name: string | undefined, options: { readonly file?: string }) =>
          run1(session, word, name, options.file),
      ),
    )
}
