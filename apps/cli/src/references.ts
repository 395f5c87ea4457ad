/** References that people type: NAME:VERSION, and the path of the API that belongs to it. */
import { type ModelVersionRef, parseModelVersionRef } from '@rampart/domain'
import { cliErrors } from './errors.ts'

export const modelVersionRef = (text: string): ModelVersionRef => {
  const ref = parseModelVersionRef(text)
  if (ref === undefined)
    throw cliErrors.CLI_BAD_REFERENCE(
      `"${text}" is not a model version; write NAME:VERSION, like card-fraud:1.0.0`,
    )
  return ref
}

export const versionPath = ({ name, version }: ModelVersionRef): string =>
  `/api/v1/models/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`
