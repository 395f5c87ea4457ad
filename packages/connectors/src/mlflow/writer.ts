/**
 * Tags and aliases, compared and then set. MLflow has no compare-and-set: the present value is read just before, so a
 * change by somebody else within those milliseconds is overwritten; read again afterwards, ours is known to stand.
 */
import type { RegistryCall, RegistryWriter } from '@rampart/domain'
import type { MlflowApi } from './api.ts'
import { mlflowErrors } from './errors.ts'
import { expect, ModelAnswer, textsOf, VersionAnswer } from './wire.ts'

const show = (value: string | undefined): string =>
  value === undefined ? 'absent' : JSON.stringify(value.slice(0, 100))

const conflict = (what: string, found: string | undefined, expected: string | undefined) =>
  mlflowErrors.MLFLOW_CHANGED_BY_OTHERS(`${what} is ${show(found)}, expected ${show(expected)}`, {
    details: { found: found ?? null, expected: expected ?? null },
  })

type Change = {
  readonly what: string
  readonly value: string | undefined
  readonly expected: string | undefined
  readonly read: () => Promise<string | undefined>
  readonly write: () => Promise<void>
}

const compareThenSet = async ({ what, value, expected, read, write }: Change): Promise<void> => {
  const found = await read()
  if (found === value) return
  if (found !== expected) throw conflict(what, found, expected)
  await write()
  const after = await read()
  if (after !== value) throw conflict(what, after, value)
}

export const createWriter = (api: MlflowApi): RegistryWriter => {
  const tagOf = async (name: string, version: string, key: string, call: RegistryCall) => {
    const query = [
      ['name', name],
      ['version', version],
    ] as const
    const answer = expect(VersionAnswer, await api.get('mlflow/model-versions/get', query, call), 'a version')
    return textsOf(answer.model_version.tags, Number.POSITIVE_INFINITY)[key]
  }
  const aliasOf = async (name: string, alias: string, call: RegistryCall) => {
    const answer = await api.get('mlflow/registered-models/get', [['name', name]], call)
    const { aliases = [] } = expect(ModelAnswer, answer, 'a model').registered_model
    return aliases.find((one) => one.alias === alias)?.version
  }
  return {
    setTag: ({ model: name, version }, key, value, expected, call) =>
      compareThenSet({
        what: `tag ${key} of ${name} ${version}`,
        value,
        expected,
        read: () => tagOf(name, version, key, call),
        write: () =>
          value === undefined
            ? api.send('DELETE', 'mlflow/model-versions/delete-tag', { name, version, key }, call)
            : api.send('POST', 'mlflow/model-versions/set-tag', { name, version, key, value }, call),
      }),
    setAlias: (name, alias, version, expected, call) =>
      compareThenSet({
        what: `alias ${alias} of ${name}`,
        value: version,
        expected,
        read: () => aliasOf(name, alias, call),
        write: () =>
          version === undefined
            ? api.send('DELETE', 'mlflow/registered-models/alias', { name, alias }, call)
            : api.send('POST', 'mlflow/registered-models/alias', { name, alias, version }, call),
      }),
  }
}
